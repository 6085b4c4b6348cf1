import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from step.datasets import WorkbookDataset, workbook


@pytest.fixture
def path(tmp_path):
    return tmp_path / "w.xlsx"


def save(path, **sheets: pd.DataFrame) -> None:
    WorkbookDataset(filepath=str(path), whole_tables={"pairs": "data/pairs.parquet"}).save(sheets)


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x","y")', "#N/A", "+1", "@x", "1e5", "NA"])
def test_text_is_never_a_formula_an_error_or_a_number(path, text):
    save(path, genes=pd.DataFrame({text: [text], "x": [1]}))
    sheet = load_workbook(path)["genes"]
    for cell in (sheet["A1"], sheet["A2"]):
        assert (cell.value, cell.data_type) == (text, "s")
    assert sheet["B2"].data_type == "n"


def test_a_character_that_no_workbook_can_hold_stops_no_save(path):
    save(path, genes=pd.DataFrame({"gene": ["a\x07b"], "c\x0b": [1]}))
    found = load_workbook(path)["genes"]
    assert (found["A2"].value, found["B1"].value) == ("a\ufffdb", "c\ufffd")


def test_values_are_what_they_were(path):
    table = pd.DataFrame(
        {
            "number": [1.5, np.nan, np.inf],
            "whole": pd.array([1, None, 3], dtype="Int64"),
            "kind": pd.Categorical(["a", None, "b"]),
            "flag": [True, False, True],
            "day": pd.to_datetime(["2024-01-02", None, "2024-01-03"]),
            "list": [[1], [2], None],
        }
    )
    save(path, t=table)
    sheet = load_workbook(path)["t"]
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    rows = [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert rows[0] == [1.5, 1, "a", True, pd.Timestamp("2024-01-02"), "[1]"]
    assert rows[1] == [None, None, None, False, None, "[2]"]
    assert rows[2] == ["inf", 3, "b", True, pd.Timestamp("2024-01-03"), None]


def test_an_empty_table_keeps_its_header(path):
    save(path, t=pd.DataFrame(columns=["a", "b"]))
    found = WorkbookDataset(filepath=str(path)).load()
    assert {name: sheet.columns.tolist() for name, sheet in found.items()} == {"t": ["a", "b"]}


def test_a_table_of_too_many_rows_is_cut_and_a_note_says_where_all_is(path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 25)
    monkeypatch.setattr(workbook, "ROWS_AT_ONCE", 10)
    save(path, genes=pd.DataFrame({"x": range(25)}), pairs=pd.DataFrame({"x": range(1026)}))
    found = WorkbookDataset(filepath=str(path)).load()
    assert list(found) == ["genes", "pairs", "notes"]
    assert found["genes"]["x"].tolist() == list(range(25))
    assert found["pairs"]["x"].tolist() == list(range(25))
    (note,) = found["notes"].to_dict("records")
    assert (note["sheet"], note["whole table"]) == ("pairs", "data/pairs.parquet")
    assert "cut at 25 of 1,026 rows" in note["note"]


def test_the_most_rows_are_those_of_the_format():
    assert workbook.MOST_ROWS == 1_048_575
