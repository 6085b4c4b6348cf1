"""Sheets of Excel workbooks, read as text."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter

from step.datasets.limits import CellCount, check_size
from step.datasets.text_file import check_packing
from step.errors import InputError, listed, quoted

FORMULA = re.compile(rb"<(\w+:)?f[ />]")  # in the XML of a sheet
CHUNK = 2**20  # bytes
MOST_ROWS = 2**20  # of a sheet, as Excel has it


def read_sheet(path: Path, sheet: str | None, name: str) -> list[tuple[int, list[str]]]:
    """Read the rows of a sheet as text; blank rows and columns cost no memory.

    Args:
        path: The workbook, on this disk.
        sheet: Which sheet; the first where none is named.
        name: Of the file, for messages.

    Returns:
        Of each row that is not blank, its number and its cells, as many as the first one has. An
        error stands as the spreadsheet shows it (`#N/A`), a date as YYYY-MM-DD hh:mm:ss.

    Raises:
        InputError: The file is no workbook, has no such sheet, a cell stands right of the header,
            or a formula has no value.
    """
    try:
        _check_size(path, name)
        with closing(load_workbook(path, read_only=True, data_only=True)) as book:
            title = _choose_sheet(book, sheet, name)
            rows = _filled_rows(_rows(book, title, values_only=True), name)
        if _has_formulas(path):
            _check_formulas(path, title, name)
    except InputError:
        raise
    except Exception as error:  # zipfile, the XML parser and openpyxl have their own
        raise InputError(
            f"{name} is not an Excel workbook ({quoted(error)}). Save it as .xlsx, or give a text "
            "table the ending .csv or .tsv."
        ) from error
    return rows


def _check_size(path: Path, name: str) -> None:
    """Raise InputError if a workbook unpacks to more than it may."""
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    check_size(unpacked, name, "unpacks to more than", "max_unpacked_mb")
    check_packing(name, path.stat().st_size, unpacked)


def _filled_rows(rows: Iterator[tuple[Any, ...]], name: str) -> list[tuple[int, list[str]]]:
    """The rows that are not blank, with their numbers, each as wide as the first."""
    filled: list[tuple[int, list[str]]] = []
    count = CellCount(name)
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise InputError(
                f"{name} has a row beyond {MOST_ROWS}, which no sheet has. Save it in a "
                "spreadsheet program, or as .csv."
            )
        cells = _filled(row)
        if not cells:
            continue
        width = len(filled[0][1]) if filled else len(cells)
        if len(cells) > width:
            if width == 1 and len(cells) > 2:
                raise InputError(
                    f"{name}, row {filled[0][0]} ({quoted(filled[0][1][0])}) was read as the "
                    f"header, and row {number} has {len(cells)} cells. Delete the rows above the "
                    "header."
                )
            raise InputError(
                f"{name}, cell {get_column_letter(len(cells))}{number} ({quoted(cells[-1])}) "
                "stands right of the header's last column. Name its column, or delete the cell."
            )
        count.add(width)
        filled.append((number, cells + [""] * (width - len(cells))))
    return filled


def _choose_sheet(book: Workbook, sheet: str | None, name: str) -> str:
    offered = [worksheet.title for worksheet in book.worksheets]
    if sheet is None:
        return offered[0]
    if sheet not in offered:
        raise InputError(
            f"{name} has no sheet {quoted(sheet)}; it has {listed(offered)}. Name one of them as "
            "`sheet`."
        )
    return sheet


def _rows(book: Workbook, title: str, *, values_only: bool) -> Iterator[tuple[Any, ...]]:
    """The rows of a sheet, each as wide as it is filled: the size that a file states may be any."""
    worksheet = book[title]
    worksheet.reset_dimensions()
    return worksheet.iter_rows(values_only=values_only)


def _filled(row: tuple[Any, ...]) -> list[str]:
    """The cells up to the last one that is not blank, as one would type them: 7.0 is `7`."""
    last = len(row)
    while last and (row[last - 1] is None or not str(row[last - 1]).strip()):
        last -= 1
    return [
        str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
        for cell in ("" if cell is None else cell for cell in row[:last])
    ]


def _has_formulas(path: Path) -> bool:
    """Search the sheets' XML, which is much quicker than to read them once more."""
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            if not member.startswith("xl/worksheets/"):
                continue
            with archive.open(member) as file:
                before = b""
                for chunk in iter(partial(file.read, CHUNK), b""):
                    if FORMULA.search(before + chunk):
                        return True
                    before = chunk[-20:]
    return False


def _check_formulas(path: Path, title: str, name: str) -> None:
    """Raise InputError unless the workbook holds the value of each formula of a sheet."""
    with (
        closing(load_workbook(path, read_only=True)) as written,
        closing(load_workbook(path, read_only=True, data_only=True)) as computed,
    ):
        rows = zip(
            _rows(written, title, values_only=False),
            _rows(computed, title, values_only=False),
            strict=True,
        )
        for formulas, values in rows:
            for formula, value in zip(formulas, values, strict=True):
                # The value of a formula that gives an empty text is of the type text.
                if formula.data_type == "f" and value.value is None and value.data_type == "n":
                    raise InputError(
                        f"{name}, cell {formula.coordinate} holds a formula, but not its value: "
                        "the program that wrote the file did not compute it. Open and save it in a "
                        "spreadsheet program, or write the values themselves."
                    )
