"""The error for what only the user can mend."""

import pandas as pd


class InputError(ValueError):
    """A source or setting is wrong; the message says what, where, and how to mend it."""


def require_columns(table: pd.DataFrame, columns: list[str], source: str) -> None:
    """Whether a table has the columns that are read from it.

    Raises:
        InputError: One is missing, or there twice.
    """
    headers = list(table.columns)
    for column in columns:
        if column not in headers:
            raise InputError(
                f"{source}: no column {column!r}; it has {', '.join(map(repr, headers))}."
            )
        if headers.count(column) > 1:
            raise InputError(f"{source}: the column {column!r} stands twice. Rename or delete one.")
