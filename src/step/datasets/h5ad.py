"""AnnData files."""

from typing import Any, Literal

import pandas as pd
import scipy.sparse
from kedro.io.core import Version

from step.datasets.hdf5_file import check_unpacked
from step.datasets.limits import Limits, too_large
from step.datasets.source_file import SourceFile
from step.errors import InputError, listed, quoted, require_columns


class H5adDataset(SourceFile[None, pd.DataFrame]):
    """An `.h5ad` file, samples in `obs` and genes in `var`: its values, or its samples.

    As `expression`, a table with genes in rows: the column `gene`, and a column a sample. As
    `samples`, a sample sheet of text: sample, and the columns named.

    ```yaml
    mrna.raw_expression:
      type: step.datasets.H5adDataset
      filepath: data/01_raw/mystudy/course.h5ad
      part: expression

    mrna.sample_sheet:
      type: step.datasets.H5adDataset
      filepath: data/01_raw/mystudy/course.h5ad
      part: samples
      columns: {time: age, replicate: animal}
    ```
    """

    def __init__(
        self,
        *,
        filepath: str,
        part: Literal["expression", "samples"],
        layer: str | None = None,
        genes: str | None = None,
        columns: dict[str, str] | None = None,
        version: Version | None = None,
        metadata: dict[str, Any] | None = None,
    ):
        """Describe the file.

        Args:
            filepath: A local path, or an http(s) address.
            part: `expression` or `samples`.
            layer: Which values; `X` where none is named.
            genes: Column of `var` with the genes' names; its index where none is named.
            columns: Of `obs`, those that hold time, replicate and batch.
            version: Which version to load, if versioned.
            metadata: For kedro-viz.
        """
        super().__init__(filepath=filepath, version=version, metadata=metadata)
        self._part = part
        self._layer = layer
        self._genes = genes
        self._columns = columns or {}

    def load(self) -> pd.DataFrame:
        """Read the part.

        Raises:
            InputError: anndata is missing, the file is none, or a layer or column is missing.
        """
        path = self._local()
        try:
            import anndata
        except ImportError as error:
            raise InputError(
                f"{self._address}: .h5ad files are read through anndata, which is not installed. "
                "Run `make setup EXTRAS=h5ad`."
            ) from error
        try:
            check_unpacked(path, self._address)
            data = anndata.read_h5ad(path)
        except InputError:
            raise
        except Exception as error:  # h5py, zarr and anndata have their own
            raise InputError(f"{self._address} is not an .h5ad file ({quoted(error)}).") from error
        if self._part == "samples":
            return self._samples(data.obs)
        if self._part != "expression":
            raise InputError(
                f"{self._address}: `part` is {quoted(self._part)}; it is expression or samples."
            )
        return self._expression(data)

    def _samples(self, obs: pd.DataFrame) -> pd.DataFrame:
        unknown = set(self._columns) - {"time", "replicate", "batch"}
        if unknown:
            raise InputError(
                f"{self._address}: `columns` names {listed(sorted(unknown))}; it may name time, "
                "replicate and batch."
            )
        require_columns(obs, list(self._columns.values()), f"{self._address}, obs")
        sheet = pd.DataFrame(
            {
                name: ["" if pd.isna(cell) else str(cell) for cell in obs[column]]
                for name, column in self._columns.items()
            }
        )
        sheet.insert(0, "sample", obs.index.astype(str))
        return sheet

    def _expression(self, data: Any) -> pd.DataFrame:
        if self._layer is not None and self._layer not in data.layers:
            raise InputError(
                f"{self._address} has no layer {quoted(self._layer)}; it has "
                f"{listed(data.layers) or 'none'}."
            )
        values = data.X if self._layer is None else data.layers[self._layer]
        if values is None:
            raise InputError(
                f"{self._address} has no values X; name a `layer`: "
                f"{listed(data.layers) or 'there is none'}."
            )
        if data.n_obs * data.n_vars > Limits.current.max_cells:
            raise too_large(self._address, "has more than", "max_cells")
        values = values.toarray() if scipy.sparse.issparse(values) else values
        table = pd.DataFrame(values.T, columns=data.obs_names.astype(str).astype(object))
        if self._genes is not None:
            require_columns(data.var, [self._genes], f"{self._address}, var")
        genes = data.var_names if self._genes is None else data.var[self._genes]
        names = ["" if pd.isna(gene) else str(gene) for gene in genes]
        table.insert(0, "gene", names, allow_duplicates=True)
        return table

    def save(self, data: None) -> None:
        """AnnData files are only read."""
        raise NotImplementedError
