"""Tables as labs and archives deliver them, read cell by cell as text."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
from kedro.io.core import Version

from step.datasets.limits import CellCount
from step.datasets.sheet_reader import read_sheet
from step.datasets.source_file import SourceFile
from step.datasets.text_file import text_lines
from step.datasets.whole_file import whole_file
from step.datasets.workbook import write_workbook
from step.errors import InputError, quoted

SPREADSHEETS = {".xlsx", ".xlsm"}


class TableDataset(SourceFile[pd.DataFrame, pd.DataFrame]):
    """A CSV, TSV or XLSX file as a table of text.

    Nothing is guessed: a gene called `NA` or `SEP7` stays what it is, and repeated headers stay
    repeated. `.csv` is comma separated, `.xlsx` a workbook, everything else tab separated; `.gz`
    is unpacked. Blank rows are skipped. Text is as `step.datasets.text_file.text_lines` says.

    ```yaml
    mrna.raw_expression:
      type: step.datasets.TableDataset
      filepath: data/01_raw/demo/mrna.xlsx
      sheet: expression
    ```
    """

    def __init__(
        self,
        *,
        filepath: str,
        sheet: str | None = None,
        version: Version | None = None,
        metadata: dict[str, Any] | None = None,
    ):
        """Describe the file.

        Args:
            filepath: A local path, or an http(s) address.
            sheet: Of a workbook; the first where none is named.
            version: Which version to load and save, if versioned.
            metadata: For kedro-viz.
        """
        super().__init__(filepath=filepath, version=version, metadata=metadata)
        self._sheet = sheet

    def load(self) -> pd.DataFrame:
        """Read the table.

        Returns:
            Every cell a string, empty where the file is empty; the header as columns, and as
            index the row of the file less two.

        Raises:
            InputError: The file is no such table, or its rows differ in length; or a sheet is
                named, and it is no workbook.
        """
        if self._sheet is not None and not self._is_spreadsheet():
            raise InputError(
                f"{self._address} is no workbook, and has no sheet {quoted(self._sheet)}. Delete "
                "`sheet` in catalog_raw.yml, or name a file that ends in "
                f"{' or '.join(sorted(SPREADSHEETS))}."
            )
        path = self._local()
        rows = (
            read_sheet(path, self._sheet, self._address)
            if self._is_spreadsheet()
            else self._text(path)
        )
        if not rows:
            raise InputError(f"{self._address} is empty; a header and a row a gene are expected.")
        (_, header), *body = rows
        return pd.DataFrame(
            [cells for _, cells in body],
            index=[number - 2 for number, _ in body],
            columns=pd.Index([cell.strip() for cell in header], dtype=object),
            dtype=object,
        )

    def _require_header(self, rows: list[tuple[int, list[str]]]) -> None:
        """Raise InputError if a title or a comment stands where the header belongs."""
        (line, header), *later = rows
        filled = [cell for cell in header if cell.strip()]
        widths = Counter(
            max(i + 1 for i, cell in enumerate(row) if cell.strip()) for _, row in later
        )
        usual = widths.most_common(1)[0][0] if later else 0
        if 2 * len(filled) < usual and not _by_semicolon(rows):
            raise InputError(
                f"{self._address}, line {line} ({quoted(filled[0])}) was read as the header, and "
                f"later lines have {usual} cells. Delete the lines above the header."
            )

    def _is_spreadsheet(self) -> bool:
        return self._ending in SPREADSHEETS

    def _text(self, path: Path) -> list[tuple[int, list[str]]]:
        """Cells of each row that has any, with the number of its (last) line."""
        comma = ".csv" in self._endings
        lines = (line for _, line in text_lines(path, self._address))
        reader = csv.reader(lines, delimiter="," if comma else "\t", strict=True)
        rows, cells = [], CellCount(self._address)
        try:
            for row in reader:
                if any(map(str.strip, row)):
                    cells.add(len(row))
                    rows.append((reader.line_num, row))
        except csv.Error as error:
            raise InputError(
                f"{self._address}, line {reader.line_num} cannot be read: {error}."
            ) from error
        if not rows:
            return rows
        self._require_header(rows)
        if all(len(row) == 1 for _, row in rows) or _by_semicolon(rows):
            raise InputError(
                f"{self._address} has one column, if {'commas' if comma else 'tabs'} separate "
                "them. A comma-separated table needs the ending .csv, a tab-separated one .tsv or "
                ".txt; other separators are not read. Decimals need a point."
            )
        lengths = {len(row) for _, row in rows[1:]}
        if lengths == {len(rows[0][1]) + 1}:
            raise InputError(
                f"{self._address}: every row has one cell more than the header, which lacks the "
                "name of the first column. R writes it with `write.table(..., col.names = NA)`."
            )
        for line, row in rows:
            if len(row) != len(rows[0][1]):
                raise InputError(
                    f"{self._address}, line {line} has {len(row)} cells, the header "
                    f"{len(rows[0][1])} ({'comma' if comma else 'tab'} separated). Every row needs "
                    "as many cells as the header."
                )
        return rows

    def save(self, data: pd.DataFrame) -> None:
        """Write the table, the columns as header."""
        if self._is_spreadsheet():
            write_workbook(self._get_save_path(), {self._sheet or "Sheet1": data})
            return
        comma = ".csv" in self._endings
        with whole_file(self._get_save_path()) as beside:
            data.to_csv(beside, sep="," if comma else "\t", index=False)

    def _describe(self) -> dict[str, Any]:
        return super()._describe() | {"sheet": self._sheet}


def _by_semicolon(rows: list[tuple[int, list[str]]]) -> bool:
    """Whether semicolons separate columns, as spreadsheets write where decimals have a comma."""
    (_, header), *later = rows
    below = later[0][1] if later else []
    return len(header) == 1 and header[0].count(";") > 1 and any(";" in cell for cell in below)
