"""The error for what only the user can mend."""

import pandas as pd


class InputError(ValueError):
    """A source or setting is wrong; the message says what, where, and how to mend it."""


def require_columns(table: pd.DataFrame, columns: list[str], source: str) -> None:
    """Whether a table has the columns that are read from it.

    Raises:
        InputError: One is missing.
    """
    for column in columns:
        if column not in table.columns:
            raise InputError(
                f"{source}: no column {column!r}; it has {', '.join(map(repr, table.columns))}."
            )
