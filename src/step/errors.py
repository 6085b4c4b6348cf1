"""The error for what only the user can mend."""

from collections.abc import Collection
from itertools import islice

import pandas as pd

from step.address import redact

LONGEST_QUOTED = 60  # characters of a user's content that a message repeats
MOST_LISTED = 6


class InputError(ValueError):
    """A source or setting is wrong; the message says what, where, and how to mend it.

    Of addresses in it, what may be secret is hidden.
    """

    def __init__(self, message: str):
        super().__init__(redact(message))


def quoted(content: object) -> str:
    """Quote a user's content for a message: escaped, and cut if it is long."""
    shown = repr(str(content)[:LONGEST_QUOTED])
    return shown if len(shown) <= LONGEST_QUOTED else f"{shown[: LONGEST_QUOTED - 2]}…{shown[0]}"


def listed(names: Collection[object]) -> str:
    """List the first few of a user's names for a message."""
    first = ", ".join(quoted(str(name)[:20]) for name in islice(names, MOST_LISTED))
    return first if len(names) <= MOST_LISTED else f"{first} … ({len(names)} in all)"


def counted(number: int, noun: str) -> str:
    """A number of things, as `1 gene` or `3,500 genes`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def require_columns(table: pd.DataFrame, columns: list[str], source: str) -> None:
    """Raise InputError unless a table has each of the columns once."""
    headers = list(table.columns)
    for column in columns:
        if column not in headers:
            raise InputError(f"{source}: no column {quoted(column)}; it has {listed(headers)}.")
        if headers.count(column) > 1:
            raise InputError(
                f"{source}: the column {quoted(column)} stands twice. Rename or delete one."
            )
