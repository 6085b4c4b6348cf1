"""What a column may hold: text, numbers, integers, or yes and no.

They are looser than numpy's types where this does not matter: text may be categorical, integers of
any width. An empty column, or one whose values are all missing, fits every kind.
"""

from functools import partial
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera import dtypes
from pandera.dtypes import immutable
from pandera.engines.pandas_engine import DataType, Engine

# One failing row is enough for a message; all of them may be millions.
column = partial(pa.Field, n_failure_cases=1)
rows_satisfy = partial(pa.dataframe_check, n_failure_cases=1, ignore_na=False)


class _Kind(DataType):
    """Says of a whole column, or of each value, whether it is of the kind."""

    name: ClassVar[str]

    def __str__(self) -> str:
        """Name the kind, as the documentation does."""
        return self.name

    def check(
        self, pandera_dtype: dtypes.DataType, data_container: Any = None
    ) -> bool | np.ndarray:
        """Tell whether a series is of this kind, value by value where it is not."""
        if data_container is None or len(data_container) == 0 or data_container.isna().all():
            return True
        fits = self.fits(data_container)
        return np.zeros(len(data_container), dtype=bool) if fits is False else fits

    def fits(self, values: pd.Series) -> bool | np.ndarray:
        """Tell the same of a series with a value."""
        raise NotImplementedError


@Engine.register_dtype
@immutable
class Text(_Kind):
    """Strings, as objects or as categories."""

    name = "text"

    def fits(self, values: pd.Series) -> bool | np.ndarray:
        """Look at each category once."""
        if isinstance(values.dtype, pd.CategoricalDtype):
            return pd.api.types.infer_dtype(values.cat.categories) == "string"
        if pd.api.types.infer_dtype(values, skipna=True) == "string":
            return True
        return (values.map(lambda value: isinstance(value, str)) | values.isna()).to_numpy()


@Engine.register_dtype
@immutable
class Number(_Kind):
    """Finite numbers."""

    name = "number"

    def fits(self, values: pd.Series) -> bool | np.ndarray:
        """Refuse text, and infinity."""
        if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
            return False
        finite = ~np.isinf(values.to_numpy(dtype=float, na_value=np.nan))
        return True if finite.all() else finite


@Engine.register_dtype
@immutable
class Ratio(Number):
    """Numbers, infinite where a denominator is zero."""

    name = "number, or infinity"

    def fits(self, values: pd.Series) -> bool | np.ndarray:
        """Refuse text."""
        return super().fits(values.replace([np.inf, -np.inf], 0.0))


@Engine.register_dtype
@immutable
class Integer(_Kind):
    """Integers of any width, missing ones in pandas' nullable type."""

    name = "integer"

    def fits(self, values: pd.Series) -> bool | np.ndarray:
        """Refuse floating-point numbers, even whole ones."""
        return bool(pd.api.types.is_integer_dtype(values))


@Engine.register_dtype
@immutable
class YesNo(_Kind):
    """Booleans."""

    name = "true or false"

    def fits(self, values: pd.Series) -> bool | np.ndarray:
        """Refuse 0 and 1."""
        return bool(pd.api.types.is_bool_dtype(values))
