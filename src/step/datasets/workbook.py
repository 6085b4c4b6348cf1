"""Excel workbooks."""

import io
import re
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pandas as pd
from kedro.io import AbstractDataset

from step.datasets.whole_file import LocalFile, whole_file


def write_workbook(target: PurePosixPath, sheets: dict[str, pd.DataFrame]) -> None:
    """Write tables as sheets with a frozen header. Text is text, even where it starts with `=`.

    The same tables give the same bytes, whenever they are written.
    """
    book = io.BytesIO()
    with pd.ExcelWriter(book, engine="openpyxl") as writer:
        for name, table in sheets.items():
            table.to_excel(writer, sheet_name=name, index=False, freeze_panes=(1, 0))
            for row in writer.sheets[name].iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        cell.data_type = "s"
    with whole_file(target) as beside:
        _write_undated(book, beside)


def _write_undated(book: io.BytesIO, path: Path) -> None:
    """Write a workbook to a file, without the times at which it was created and modified."""
    with ZipFile(book) as dated, ZipFile(path, "w", ZIP_DEFLATED) as undated:
        for name in dated.namelist():
            content = dated.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"<dcterms:(created|modified)\b.*?</dcterms:\1>", b"", content)
            undated.writestr(ZipInfo(name), content, ZIP_DEFLATED)


class WorkbookDataset(LocalFile, AbstractDataset[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]):
    """An Excel workbook: a sheet a table. Text is text, never a formula.

    ```yaml
    mrna.workbook:
      type: step.datasets.WorkbookDataset
      filepath: data/08_reporting/demo/mrna/workbook.xlsx
    ```
    """

    def load(self) -> dict[str, pd.DataFrame]:
        """Read every sheet."""
        return pd.read_excel(self._filepath, sheet_name=None, keep_default_na=False)

    def save(self, data: dict[str, pd.DataFrame]) -> None:
        """Write every table as a sheet with a frozen header."""
        write_workbook(self._filepath, data)
