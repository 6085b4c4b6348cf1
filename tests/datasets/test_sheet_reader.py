"""Workbooks that are hostile: one message, soon, and nothing unpacked beyond the limits."""

import zipfile
from pathlib import Path

import pytest
from kedro.io import DatasetError
from openpyxl import Workbook

from step.datasets import TableDataset, text_file

SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(folder: Path, rows: str, head: str = "") -> str:
    """A workbook whose first sheet is written by hand."""
    Workbook().save(folder / "empty.xlsx")
    sheet = f'<worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>'
    with (
        zipfile.ZipFile(folder / "empty.xlsx") as empty,
        zipfile.ZipFile(folder / "t.xlsx", "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in empty.namelist():
            archive.writestr(name, head + sheet if name == SHEET else empty.read(name))
    return str(folder / "t.xlsx")


def row(number: int, *columns: str, value: str = "1") -> str:
    cells = "".join(
        f'<c r="{column}{number}" t="inlineStr"><is><t>{value}</t></is></c>' for column in columns
    )
    return f'<row r="{number}">{cells}</row>'


def test_a_sheet_as_it_should_be_is_read(tmp_path):
    path = workbook(tmp_path, row(1, "A", "B") + row(3, "A", "B"))
    assert TableDataset(filepath=path).load().shape == (1, 2)


def bomb() -> str:
    """Entities that expand to ten thousand million letters."""
    entities = '<!ENTITY a0 "aaaaaaaaaa">' + "".join(
        f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10)
    )
    return f"<!DOCTYPE x [{entities}]>"


@pytest.mark.parametrize(
    ("rows", "head", "message"),
    [
        (row(1, "A", "B", value="&a9;"), bomb(), "is not an Excel workbook"),
        (
            row(1, "A", "B", value="&e;"),
            '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
            "is not an Excel workbook",
        ),
        (row(1, "A", "B") + row(10**12, "A", "B"), "", "has a row beyond 1048576"),
        (row(1, "A", "B") + row(2, "XFD"), "", "XFD2 .* stands right of the header"),
        (row(1, "A", "XFD") + row(2, "A"), "", "has more than 20000 cells"),
        (row(1, "A") + " " * 90_000, "", "unpacks to more than 10 times its size"),
    ],
)
def test_hostile_sheets_are_explained(tmp_path, limit, monkeypatch, rows, head, message):
    limit(max_cells=20_000)
    monkeypatch.setattr(text_file, "SMALL", 90_000)
    monkeypatch.setattr(text_file, "MOST_PACKED", 10 if len(rows) > 90_000 else 100)
    with pytest.raises(DatasetError, match=message):
        TableDataset(filepath=workbook(tmp_path, rows, head)).load()


def test_a_workbook_may_be_large(tmp_path, limit):
    limit(max_unpacked_mb=1)
    path = workbook(tmp_path, row(1, "A", "B") + f"<!-- {'x' * 10**6} -->")
    with pytest.raises(DatasetError, match=r"unpacks to more than 1 MB.*max_unpacked_mb"):
        TableDataset(filepath=path).load()
