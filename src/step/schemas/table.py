"""A table's schema: its columns, its key, what holds in every row, and how a breach is told."""

import re
from typing import Any, ClassVar

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from step.errors import InputError
from step.schemas.columns import rows_satisfy

ONCE = "each key once"
LONGEST_SHOWN = 40  # characters of a value in a message
BOUNDS = {
    "greater_than": "> {min_value:g}",
    "greater_than_or_equal_to": "≥ {min_value:g}",
    "less_than": "< {max_value:g}",
    "less_than_or_equal_to": "≤ {max_value:g}",
}


class Table(pa.DataFrameModel):
    """A schema that ends in one readable message.

    A subclass is a table: an annotated attribute is a column, `key` names the columns whose values
    together stand in one row alone, and `rows_satisfy` decorates what holds in every row. The
    catalog names the class as an entry's `validator`; see `conf/base/catalog.yml`.
    """

    _key: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, *, key: tuple[str, ...] = (), **options: Any) -> None:
        """Define a table with a key, or with its parent's."""
        super().__init_subclass__(**options)
        if key:
            cls._key = key

    class Config:
        """No column but those described."""

        strict = True

    @rows_satisfy(error=ONCE)
    def key_stands_once(cls, table: pd.DataFrame) -> pd.Series | bool:
        """Refuse the key of an earlier row."""
        present = [name for name in cls._key if name in table.columns]
        return ~table.duplicated(present) if present else True

    @classmethod
    def validate(cls, check_obj: pd.DataFrame, *_: Any, **__: Any) -> pd.DataFrame:
        """Return the table as it is, if it fits.

        Every row is looked at, whatever the options of pandera's own method, and none is copied.

        Raises:
            InputError: The first breach: the table, the column, the row and its key.
        """
        try:
            return cls.to_schema().validate(check_obj, inplace=True)
        except (SchemaError, SchemaErrors) as error:
            first = error.schema_errors[0] if isinstance(error, SchemaErrors) else error
            raise InputError(
                f"{cls.__name__}: {_breach(first, check_obj, cls)} See docs/tables.md."
            ) from error

    @classmethod
    def row_rules(cls) -> list[str]:
        """What holds in every row, a sentence each; the key first."""
        texts = [str(check.error) for check in cls.to_schema().checks]
        held = [f"In every row: {text}." for text in texts if text != ONCE]
        key = " and ".join(filter(None, [", ".join(cls._key[:-1]), *cls._key[-1:]]))
        return ([f"One row for each {key}."] if key else []) + held


def rules(field: pa.Column) -> str:
    """What a column's values satisfy, as `≥ 0, ≤ 1` or `one of A, B`; empty where they are free."""
    return ", ".join(_rule(check) for check in field.checks)


def _rule(check: pa.Check) -> str:
    statistics: dict[str, Any] = check.statistics or {}
    if check.name == "isin":
        return f"one of {', '.join(statistics['allowed_values'])}"
    return BOUNDS[str(check.name)].format(**statistics)


def _breach(error: SchemaError, table: pd.DataFrame, schema: type[Table]) -> str:
    """Say where a table differs from its schema."""
    found = error.failure_cases
    if error.reason_code == SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME:
        return f"no column {found!r}; it has {', '.join(map(repr, table.columns))}."
    if error.reason_code == SchemaErrorReason.COLUMN_NOT_IN_SCHEMA:
        return f"the column {_shown(found)} is not in the schema. Describe it there, or drop it."
    row = found["index"].iloc[0]
    known = [name for name in schema._key if name in table.columns]
    place = f"row {row} ({_values(table, row, known)})" if known else f"row {row}"
    if isinstance(error.schema, pa.DataFrameSchema):
        rule = str(error.check.error)
        if rule == ONCE:
            return f"{place} repeats the key of an earlier row."
        used = [name for name in table.columns if re.search(rf"\b{name}\b", rule)]
        return f"{place} breaks the rule “{rule}”: {_values(table, row, used)}."
    name = error.schema.name
    if error.reason_code == SchemaErrorReason.SERIES_CONTAINS_NULLS:
        return f"{place} has no `{name}`."
    wrong = error.reason_code == SchemaErrorReason.WRONG_DATATYPE
    wanted = error.schema.dtype if wrong else _rule(error.check)
    return f"{place} has the `{name}` {_shown(table[name].loc[row])}; it is to be {wanted}."


def _values(table: pd.DataFrame, row: Any, names: list[str]) -> str:
    return ", ".join(f"{name} {_shown(table[name].loc[row])}" for name in names)


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
