"""Tables as labs and archives deliver them, read cell by cell as text."""

import csv
import io
from typing import Any

import pandas as pd
from kedro.io import AbstractDataset

from step.datasets.source_file import UNREADABLE, SourceFile, opened
from step.datasets.whole_file import whole_file
from step.datasets.workbook import write_workbook
from step.errors import InputError

SPREADSHEETS = {".xlsx", ".xlsm"}


class TableDataset(SourceFile, AbstractDataset[pd.DataFrame, pd.DataFrame]):
    """A CSV, TSV or XLSX file as a table of text.

    Nothing is guessed: a gene called `NA` or `SEP7` stays what it is, and repeated headers stay
    repeated. `.csv` is comma separated, `.xlsx` a workbook, everything else tab separated; `.gz`
    is unpacked; all line ends are understood, old-Mac ones too.

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
        metadata: dict[str, Any] | None = None,
    ):
        """Describe the file.

        Args:
            filepath: A local path, or an http(s) address.
            sheet: Of a workbook; the first where none is named.
            metadata: For kedro-viz.
        """
        super().__init__(filepath=filepath, metadata=metadata)
        self._sheet = sheet

    def load(self) -> pd.DataFrame:
        """Read the table.

        Returns:
            Every cell a string, empty where the file is empty; the header as columns.

        Raises:
            InputError: The file is no such table, or its rows differ in length.
        """
        path = self._local()
        try:
            with opened(path, "rb") as file:
                content = file.read()
        except UNREADABLE as error:
            raise InputError(f"{self._address} cannot be read: {error}.") from error
        cells = self._spreadsheet(content) if self._is_spreadsheet() else self._text(content)
        if cells.empty:
            raise InputError(f"{self._address} is empty; a header and a row a gene are expected.")
        table = cells.iloc[1:].reset_index(drop=True)
        table.columns = pd.Index(cells.iloc[0].str.strip().to_list(), dtype=object)
        return table

    def _is_spreadsheet(self) -> bool:
        return self._ending in SPREADSHEETS

    def _text(self, content: bytes) -> pd.DataFrame:
        encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        try:
            lines = io.TextIOWrapper(io.BytesIO(content), encoding=encoding).read()
        except UnicodeDecodeError:
            lines = io.TextIOWrapper(io.BytesIO(content), encoding="latin-1").read()
        if "\x00" in lines:
            raise InputError(
                f"{self._address} is not a text table (it holds binary data). Save it as CSV, TSV "
                "or XLSX, with the ending that says which."
            )
        comma = ".csv" in self._endings
        reader = csv.reader(io.StringIO(lines), delimiter="," if comma else "\t", strict=True)
        try:
            rows = [(reader.line_num, row) for row in reader if any(row)]
        except csv.Error as error:
            raise InputError(
                f"{self._address}, line {reader.line_num} cannot be read: {error}."
            ) from error
        lengths = {len(row) for _, row in rows[1:]}
        if rows and lengths == {len(rows[0][1]) + 1}:
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
        if rows and len(rows[0][1]) == 1:
            raise InputError(
                f"{self._address} has one column, if {'commas' if comma else 'tabs'} separate "
                "them. A comma-separated table needs the ending .csv, a tab-separated one .tsv or "
                ".txt; other separators are not read."
            )
        return pd.DataFrame([row for _, row in rows], dtype=object)

    def _spreadsheet(self, content: bytes) -> pd.DataFrame:
        try:
            book = pd.ExcelFile(io.BytesIO(content), engine="openpyxl")
        except Exception as error:
            raise InputError(
                f"{self._address} is not an Excel workbook ({error}). Save it as .xlsx, or give a "
                "text table the ending .csv or .tsv."
            ) from error
        if self._sheet is not None and self._sheet not in book.sheet_names:
            raise InputError(
                f"{self._address} has no sheet {self._sheet!r}; it has "
                f"{', '.join(map(repr, book.sheet_names))}. Name one of them as `sheet`."
            )
        cells = book.parse(
            self._sheet if self._sheet is not None else 0,
            header=None,
            dtype=object,
            na_filter=False,
        )
        return cells.map(_as_text)

    def save(self, data: pd.DataFrame) -> None:
        """Write the table, the columns as header."""
        if self._is_spreadsheet():
            write_workbook(self._filepath, {self._sheet or "Sheet1": data})
            return
        comma = ".csv" in self._endings
        with whole_file(self._filepath) as beside:
            data.to_csv(beside, sep="," if comma else "\t", index=False)

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._address, "sheet": self._sheet}


def _as_text(cell: object) -> str:
    """A spreadsheet's cell as one would type it: 7.0 is `7`."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
