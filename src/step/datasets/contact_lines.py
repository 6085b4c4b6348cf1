"""Contacts as lines of text: two labels and a number each."""

import io
from pathlib import Path
from typing import IO

import pandas as pd

from step.datasets.text_file import UNREADABLE, opened
from step.errors import InputError
from step.names import is_number

MOST_CONTACTS = 100_000_000  # of a chromosome
CONTACTS_AT_ONCE = 2_000_000
LONGEST_LINE = 4096  # bytes
EXPECTED = (
    "three are expected: two labels and a contact. Of a matrix with a row a bin, write each cell "
    "as such a line."
)


def require_narrow(path: Path, where: str) -> None:
    """Raise InputError if the first contact has more than three columns.

    Of a wide file even few lines would fill the memory.
    """
    with opened(path, where) as file:
        cells = (line.split(b"#")[0].split() for line in file)
        n_columns = len(next(filter(None, cells), []))
    if n_columns > 3:
        raise InputError(f"{where} has {n_columns} columns; {EXPECTED}")


def parse_contacts(file: IO[bytes], name: str) -> pd.DataFrame:
    """The columns of a file of numbers, as long as they are no more contacts than may be."""
    chunks, n_contacts = [], 0
    with pd.read_csv(
        file, sep=r"\s+", header=None, comment="#", dtype=float, chunksize=CONTACTS_AT_ONCE
    ) as reader:
        for chunk in reader:
            n_contacts += len(chunk)
            if n_contacts > MOST_CONTACTS:
                raise InputError(
                    f"{name} has more than {MOST_CONTACTS} contacts. Write the map as .cool, with "
                    "`cooler load`, or take larger bins."
                )
            chunks.append(chunk)
    return pd.concat(chunks, ignore_index=True)


def explain_fault(path: Path, where: str) -> str:
    """Which line of a file is no contact; empty where each is one."""
    try:
        with opened(path, where, LONGEST_LINE) as file:
            for number, line in enumerate(io.TextIOWrapper(file, encoding="utf-8"), start=1):
                cells = line.split("#")[0].split()
                if cells and not (len(cells) == 3 and all(map(is_number, cells))):
                    return (
                        f"{where}, line {number} is no contact: {line[:80]!r}. Expected two labels "
                        "and a number, with no header, separated by tabs or spaces."
                    )
    except (UnicodeDecodeError, *UNREADABLE) as error:
        return (
            f"{where} is not a text map: {error}. A text map is UTF-8 text, or gzipped with an "
            "ending .gz."
        )
    return ""
