import time

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from step.datasets import WorkbookDataset, sheet_rows, workbook


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
    assert sheet.freeze_panes == "B2"
    assert sheet["A1"].font.bold
    rows = [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert rows[0] == [1.5, 1, "a", True, pd.Timestamp("2024-01-02"), "[1]"]
    assert rows[1] == [None, None, None, False, None, "[2]"]
    assert rows[2] == ["inf", 3, "b", True, pd.Timestamp("2024-01-03"), None]


STYLED = {"number_formats": {"time": "General", "*_p": "0.00E+00"}, "diverging": ["skill"]}


def styled(path, table: pd.DataFrame):
    """The sheet of a table in a workbook with formats, read again."""
    WorkbookDataset(filepath=str(path), **STYLED).save({"genes": table})
    return load_workbook(path)["genes"]


def test_header_and_first_column_stay_in_sight_and_columns_have_filters(path):
    sheet = styled(path, pd.DataFrame({"gene": ["a", "b"], "skill": [0.1, -0.2]}))
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:B3"


def test_numbers_are_formatted_by_their_column(path):
    row = {"gene": "a", "time": 7.5, "graph_p": 1e-7, "mse": 0.123456, "n": 3, "flag": True}
    cells = dict(zip(row, styled(path, pd.DataFrame(row, index=[0]))[2], strict=True))
    formats = {name: cell.number_format for name, cell in cells.items()}
    assert formats == {
        "gene": "General", "time": "General", "graph_p": "0.00E+00", "mse": "0.000",
        "n": "General", "flag": "General",
    }  # fmt: skip
    assert {name: cell.value for name, cell in cells.items()} == row


def test_whole_numbers_among_fractions_stay_whole(path):
    sheet = styled(path, pd.DataFrame({"value": [3, 0.5, "text", True]}, dtype=object))
    assert [cell.number_format for cell in sheet["A"]][1:] == [
        "General", "0.000", "General", "General",
    ]  # fmt: skip


def test_skill_is_coloured_around_zero(path):
    sheet = styled(path, pd.DataFrame({"gene": ["a", "b"], "skill": [0.1, -0.2], "mse": 0.1}))
    (coloured,) = sheet.conditional_formatting
    assert str(coloured.sqref) == "B2:B3"
    scale = coloured.rules[0].colorScale
    low, zero, high = (float(point.val) for point in scale.cfvo)
    assert (low, zero, high) == (-high, 0, -low)
    assert len({colour.rgb for colour in scale.color}) == 3


def test_columns_are_as_wide_as_what_they_hold(path):
    sheet = styled(path, pd.DataFrame({"gene": ["a" * 30], "x": [1.0], "text": ["b" * 5000]}))
    widths = {name: sheet.column_dimensions[name].width for name in "ABC"}
    assert 30 < widths["A"] < 40
    assert 7 <= widths["B"] < 15
    assert widths["C"] == 80


def test_a_text_longer_than_a_cell_is_cut_and_a_note_says_so(path):
    longest = "a" * 32_767
    save(path, genes=pd.DataFrame({"text": [longest, longest + "b", "c"], "x": [1, 2, 3]}))
    found = WorkbookDataset(filepath=str(path)).load()
    texts = found["genes"]["text"].tolist()
    assert [len(text) for text in texts] == [32_767, 32_767, 1]
    assert texts[0] == longest
    assert texts[1] == longest[:-1] + "…"
    (note,) = found["notes"].to_dict("records")
    assert note["sheet"] == "genes"
    assert note["note"].startswith("1 texts cut at 32,767 characters")


@pytest.mark.parametrize(
    "text", ["a & <b>", "  space ", "two\nlines", "ä 😀 µ", "]]>", "&amp;", ""]
)
def test_any_text_is_read_as_it_was_written(path, text):
    save(path, genes=pd.DataFrame({"gene": [text, "b"]}))
    found = load_workbook(path)["genes"]
    assert (found["A2"].value or "") == text
    assert found["A3"].value == "b"


def test_the_same_tables_give_the_same_bytes(path, tmp_path):
    table = pd.DataFrame({"gene": ["a"], "skill": [0.1]})
    styled(path, table)
    time.sleep(1.1)  # a workbook keeps times to a second
    styled(tmp_path / "again.xlsx", table)
    assert path.read_bytes() == (tmp_path / "again.xlsx").read_bytes()


def test_an_empty_table_keeps_its_header(path):
    save(path, t=pd.DataFrame(columns=["a", "b"]))
    found = WorkbookDataset(filepath=str(path)).load()
    assert {name: sheet.columns.tolist() for name, sheet in found.items()} == {"t": ["a", "b"]}


def test_a_table_of_too_many_rows_is_cut_and_a_note_says_where_all_is(path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 25)
    monkeypatch.setattr(sheet_rows, "ROWS_AT_ONCE", 10)
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
