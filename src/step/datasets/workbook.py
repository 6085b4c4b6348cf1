"""Excel workbooks."""

import io
import math
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date
from functools import partial
from numbers import Real
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd
from kedro.io.core import Version
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from step.datasets.whole_file import LocalFile, whole_file
from step.errors import InputError, listed, quoted

MOST_ROWS = 2**20 - 1  # of a sheet, below its header
ROWS_AT_ONCE = 10_000
FORMULA = re.compile(rb"<(\w+:)?f[ />]")  # in the XML of a sheet
DATES = re.compile(rb"<dcterms:(created|modified)\b.*?</dcterms:\1>")
CHUNK = 2**20  # bytes


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
        with closing(load_workbook(path, read_only=True, data_only=True)) as book:
            title = _choose_sheet(book, sheet, name)
            rows = [
                (number, cells)
                for number, row in enumerate(_rows(book, title, values_only=True), start=1)
                if (cells := _filled(row))
            ]
        if _has_formulas(path):
            _check_formulas(path, title, name)
    except InputError:
        raise
    except Exception as error:  # zipfile, the XML parser and openpyxl have their own
        raise InputError(
            f"{name} is not an Excel workbook ({quoted(error)}). Save it as .xlsx, or give a text "
            "table the ending .csv or .tsv."
        ) from error
    width = len(rows[0][1]) if rows else 0
    for number, cells in rows:
        if len(cells) > width:
            raise InputError(
                f"{name}, cell {get_column_letter(len(cells))}{number} ({quoted(cells[-1])}) "
                "stands right of the header's last column. Name its column, or delete the cell."
            )
    return [(number, cells + [""] * (width - len(cells))) for number, cells in rows]


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


def write_workbook(
    target: PurePosixPath,
    sheets: dict[str, pd.DataFrame],
    whole_tables: Mapping[str, str] | None = None,
) -> None:
    """Write tables as sheets with a frozen header, row by row.

    Text is text, even where it starts with `=`. A table with more rows than a sheet holds is cut;
    a sheet `notes` then says so. The same tables give the same bytes, whenever they are written.

    Args:
        target: Path of the workbook.
        sheets: Tables by name.
        whole_tables: Where a sheet's whole table lies, by name, for the note.
    """
    book = Workbook(write_only=True)
    notes = [
        (name, f"cut at {MOST_ROWS:,} of {len(table):,} rows, as many as a sheet holds")
        for name, table in sheets.items()
        if len(table) > MOST_ROWS
    ]
    if notes:
        places = whole_tables or {}
        sheets = sheets | {
            "notes": pd.DataFrame(
                [(name, note, places.get(name, "")) for name, note in notes],
                columns=["sheet", "note", "whole table"],
            )
        }
    for name, table in sheets.items():
        worksheet = book.create_sheet(name)
        worksheet.freeze_panes = "A2"
        header = [_text_cell(worksheet, column) for column in table.columns]
        for cell in header:
            cell.font = Font(bold=True)
        worksheet.append(header)
        for start in range(0, min(len(table), MOST_ROWS), ROWS_AT_ONCE):
            rows = table.iloc[start : min(start + ROWS_AT_ONCE, MOST_ROWS)].astype(object)
            for row in rows.where(rows.notna(), None).itertuples(index=False, name=None):
                worksheet.append([_cell(worksheet, value) for value in row])
    dated = io.BytesIO()
    book.save(dated)
    with whole_file(target) as beside:
        _write_undated(dated, beside)


def _write_undated(book: io.BytesIO, path: Path) -> None:
    """Write a workbook to a file, without the times at which it was created and modified."""
    with zipfile.ZipFile(book) as dated, zipfile.ZipFile(path, "w") as undated:
        for name in dated.namelist():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with dated.open(name) as source, undated.open(entry, "w", force_zip64=True) as copy:
                if name == "docProps/core.xml":
                    copy.write(DATES.sub(b"", source.read()))
                else:
                    shutil.copyfileobj(source, copy)


def _cell(worksheet: Any, value: Any) -> Any:
    """What to append for a value: numbers, dates and nothing as they are, the rest as text."""
    if value is None or isinstance(value, date):
        return value
    if isinstance(value, Real) and math.isfinite(value):
        return value
    return _text_cell(worksheet, value)


def _text_cell(worksheet: Any, value: Any) -> WriteOnlyCell:
    """A cell of text, neither a formula nor an error, without the characters that XML forbids."""
    cell = WriteOnlyCell(worksheet, ILLEGAL_CHARACTERS_RE.sub("\ufffd", str(value)))
    cell.data_type = "s"
    return cell


class WorkbookDataset(LocalFile[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]):
    """An Excel workbook: a sheet a table. Text is text, never a formula.

    ```yaml
    mrna.workbook:
      type: step.datasets.WorkbookDataset
      filepath: data/08_reporting/demo/mrna/workbook.xlsx
      whole_tables: # where to find what a sheet cannot hold
        gene_pairs: data/04_feature/demo/mrna/edges.parquet
    ```
    """

    def __init__(
        self,
        *,
        filepath: str,
        whole_tables: dict[str, str] | None = None,
        version: Version | None = None,
        metadata: dict[str, Any] | None = None,
    ):
        """Describe the workbook.

        Args:
            filepath: A local path.
            whole_tables: Of the sheets that may be cut, the files with the whole tables.
            version: Which version to load and save, if versioned.
            metadata: For kedro-viz.
        """
        super().__init__(filepath=filepath, version=version, metadata=metadata)
        self._whole_tables = whole_tables

    def load(self) -> dict[str, pd.DataFrame]:
        """Read every sheet."""
        return pd.read_excel(self._get_load_path(), sheet_name=None, keep_default_na=False)

    def save(self, data: dict[str, pd.DataFrame]) -> None:
        """Write every table as a sheet with a frozen header."""
        write_workbook(self._get_save_path(), data, self._whole_tables)
