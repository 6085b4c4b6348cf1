"""Excel workbooks."""

import io
import re
import shutil
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd
from kedro.io.core import Version
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from step.datasets.sheet_rows import MOST_CHARACTERS, CellStyles, clean_text, count_cut, rows_xml
from step.datasets.whole_file import LocalFile, whole_file

MOST_ROWS = 2**20 - 1  # of a sheet, below its header
DATES = re.compile(rb"<dcterms:(created|modified)\b.*?</dcterms:\1>")
END_OF_ROWS = b"</sheetData>"
FRACTIONS = "0.000"
DAYS = "yyyy-mm-dd h:mm:ss"
NARROWEST, WIDEST = 7, 80  # characters
MEASURED_ROWS = 200  # from which a column's width is taken
BELOW, AT_ZERO, ABOVE = "D55E00", "FFFFFF", "009E73"
FULL_COLOUR = 0.5  # distance from zero


@dataclass(frozen=True)
class SheetStyle:
    """How tables look as sheets.

    Attributes:
        number_formats: Of fractions, by the name of their column or a pattern of names.
        diverging: Names of columns that are coloured around zero.
    """

    number_formats: Mapping[str, str] = field(default_factory=dict)
    diverging: Collection[str] = ()

    def number_format(self, column: str) -> str:
        """The format of a column's fractions."""
        matching = (
            number_format
            for pattern, number_format in self.number_formats.items()
            if fnmatchcase(column, pattern)
        )
        return next(matching, FRACTIONS)


def write_workbook(
    target: PurePosixPath,
    sheets: dict[str, pd.DataFrame],
    whole_tables: Mapping[str, str] | None = None,
    style: SheetStyle | None = None,
) -> None:
    """Write tables as sheets with a frozen header.

    Text is text, even where it starts with `=`. What a sheet or a cell cannot hold is cut; a sheet
    `notes` then says so. The same tables give the same bytes, whenever they are written.

    Args:
        target: Path of the workbook.
        sheets: Tables by name.
        whole_tables: Where a sheet's whole table lies, by name, for the note.
        style: With it, the first column is frozen as well, and columns have filters, widths,
            number formats and colours.
    """
    notes = _notes(sheets, whole_tables or {})
    if len(notes):
        sheets = sheets | {"notes": notes}
    book = Workbook(write_only=True)
    styles = [_prepare(book.create_sheet(name), table, style) for name, table in sheets.items()]
    skeleton = io.BytesIO()
    book.save(skeleton)
    with whole_file(target) as beside:
        _fill(skeleton, beside, list(sheets.values()), styles)


def _notes(sheets: dict[str, pd.DataFrame], whole_tables: Mapping[str, str]) -> pd.DataFrame:
    """What is cut: sheet, note, whole table."""
    notes = []
    for name, table in sheets.items():
        place = whole_tables.get(name, "")
        if len(table) > MOST_ROWS:
            note = f"cut at {MOST_ROWS:,} of {len(table):,} rows, as many as a sheet holds"
            notes.append((name, note, place))
        if n_cut := count_cut(table.iloc[:MOST_ROWS]):
            note = f"{n_cut:,} texts cut at {MOST_CHARACTERS:,} characters, as many as a cell holds"
            notes.append((name, note, place))
    return pd.DataFrame(notes, columns=["sheet", "note", "whole table"])


def _prepare(worksheet: Any, table: pd.DataFrame, style: SheetStyle | None) -> list[CellStyles]:
    """Write the header and all that is not a row; the styles of the columns' cells."""
    worksheet.freeze_panes = "A2" if style is None else "B2"
    if style is not None and len(table.columns):
        last = f"{get_column_letter(len(table.columns))}{min(len(table), MOST_ROWS) + 1}"
        worksheet.auto_filter.ref = f"A1:{last}"
        for place, column in enumerate(table.columns):
            letter = get_column_letter(place + 1)
            width = _width(str(column), table.iloc[:MEASURED_ROWS, place])
            worksheet.column_dimensions[letter].width = width
            if column in style.diverging and len(table):
                cells = f"{letter}2:{letter}{min(len(table), MOST_ROWS) + 1}"
                worksheet.conditional_formatting.add(cells, _around_zero())
    worksheet.append([_header_cell(worksheet, column) for column in table.columns])
    return [
        CellStyles(
            0 if style is None else _style_id(worksheet, style.number_format(str(column))),
            _style_id(worksheet, DAYS) if _has_dates(table.iloc[:, place]) else 0,
        )
        for place, column in enumerate(table.columns)
    ]


def _header_cell(worksheet: Any, name: Any) -> WriteOnlyCell:
    cell = WriteOnlyCell(worksheet, clean_text(name))
    cell.data_type = "s"
    cell.font = Font(bold=True)
    return cell


def _has_dates(values: pd.Series) -> bool:
    if pd.api.types.is_datetime64_any_dtype(values):
        return True
    return values.dtype == object and any(isinstance(value, date) for value in values)


def _style_id(worksheet: Any, number_format: str) -> int:
    """The number under which the workbook keeps a number format."""
    cell = WriteOnlyCell(worksheet)
    cell.number_format = number_format
    return cell.style_id


def _width(name: str, values: pd.Series) -> float:
    """Characters of a column: of its header with the filter's arrow, and of its first cells."""
    if pd.api.types.is_float_dtype(values):
        widest = 9
    else:
        widest = max((len(str(value)) for value in values.astype(object)), default=0)
    return min(max(len(name) + 4, widest + 2, NARROWEST), WIDEST)


def _around_zero() -> ColorScaleRule:
    return ColorScaleRule(
        start_type="num",
        start_value=-FULL_COLOUR,
        start_color=BELOW,
        mid_type="num",
        mid_value=0,
        mid_color=AT_ZERO,
        end_type="num",
        end_value=FULL_COLOUR,
        end_color=ABOVE,
    )


def _fill(
    skeleton: io.BytesIO,
    path: Path,
    tables: list[pd.DataFrame],
    styles: list[list[CellStyles]],
) -> None:
    """Write a workbook's file: the rows in their sheets, no time of creation or modification."""
    sheets = {f"xl/worksheets/sheet{n}.xml": n - 1 for n in range(1, len(tables) + 1)}
    with zipfile.ZipFile(skeleton) as empty, zipfile.ZipFile(path, "w") as filled:
        for name in empty.namelist():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with empty.open(name) as source, filled.open(entry, "w", force_zip64=True) as copy:
                if name in sheets:
                    before, _, after = source.read().partition(END_OF_ROWS)
                    copy.write(before)
                    table = tables[sheets[name]].iloc[:MOST_ROWS]
                    for rows in rows_xml(table, styles[sheets[name]]):
                        copy.write(rows)
                    copy.write(END_OF_ROWS + after)
                elif name == "docProps/core.xml":
                    copy.write(DATES.sub(b"", source.read()))
                else:
                    shutil.copyfileobj(source, copy)


class WorkbookDataset(LocalFile[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]):
    """An Excel workbook: a sheet a table. Text is text, never a formula.

    ```yaml
    mrna.workbook:
      type: step.datasets.WorkbookDataset
      filepath: data/08_reporting/demo/mrna/workbook.xlsx
      whole_tables: # where to find what a sheet cannot hold
        gene_pairs: data/04_feature/demo/mrna/edges.parquet
      number_formats: # by name of the column; 0.000 elsewhere
        "*_p": "0.00E+00"
      diverging: [skill] # coloured around zero
    ```
    """

    def __init__(
        self,
        *,
        filepath: str,
        whole_tables: dict[str, str] | None = None,
        number_formats: dict[str, str] | None = None,
        diverging: list[str] | None = None,
        version: Version | None = None,
        metadata: dict[str, Any] | None = None,
    ):
        """Describe the workbook.

        Args:
            filepath: A local path.
            whole_tables: Of the sheets that may be cut, the files with the whole tables.
            number_formats: Of fractions, by the name of their column or a pattern of names.
            diverging: Columns that are coloured around zero.
            version: Which version to load and save, if versioned.
            metadata: For kedro-viz.
        """
        super().__init__(filepath=filepath, version=version, metadata=metadata)
        self._whole_tables = whole_tables
        self._style = SheetStyle(number_formats or {}, diverging or [])

    def load(self) -> dict[str, pd.DataFrame]:
        """Read every sheet."""
        return pd.read_excel(self._get_load_path(), sheet_name=None, keep_default_na=False)

    def save(self, data: dict[str, pd.DataFrame]) -> None:
        """Write every table as a sheet: header and first column frozen, filters, formats."""
        write_workbook(self._get_save_path(), data, self._whole_tables, self._style)
