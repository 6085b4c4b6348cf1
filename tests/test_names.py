import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from step.errors import InputError, listed, quoted, require_columns
from step.names import SPREADSHEET_ERRORS, clean_column, clean_name, without_formulas


@pytest.mark.parametrize("name", ["Sft\x07pc", "a\x00b", "a\x1bb", "a\x7fb", "a\u200bb", "a\ufeff"])
def test_invisible_characters_are_refused_where_they_stand(name):
    with pytest.raises(InputError, match=r"t, row 3: the name .* U\+[0-9A-F]{4}"):
        clean_name(name, "t, row 3")


@pytest.mark.parametrize(
    "name", ["a b", " a\tb ", "a\nb", "a\x0bb\x0b", "\u00a0a\u00a0b", "a\r\x0cb"]
)
def test_white_space_of_every_kind_becomes_spaces(name):
    assert clean_name(name, "t").split() == ["a", "b"]
    assert set(clean_name(name, "t")) == {"a", " ", "b"}


@pytest.mark.parametrize(
    "name", ["Sftpc", "NA", "nan", "mmu-miR-15a-5p", "β-actin", "#1", "a  b", ""]
)
def test_other_names_stay_as_they_are(name):
    assert clean_name(name, "t") == name


@pytest.mark.parametrize("error", sorted(SPREADSHEET_ERRORS))
def test_a_spreadsheets_error_is_no_name(error):
    with pytest.raises(InputError, match=r"error .* where a name belongs"):
        clean_name(f" {error}", "t")


@given(st.text(max_size=30))
def test_what_is_no_error_can_be_saved_in_a_workbook(name):
    try:
        cleaned = clean_name(name, "t")
    except InputError as error:
        assert str(error).startswith("t: ")
    else:
        assert not ILLEGAL_CHARACTERS_RE.search(cleaned)
        assert clean_name(cleaned, "t") == cleaned


def test_a_column_is_cleaned_and_an_error_names_its_row():
    table = pd.DataFrame({"gene": [" a", "b\nc"]}, index=[0, 5])
    assert clean_column(table, "gene", "t").to_dict() == {0: "a", 5: "b c"}
    table.loc[5, "gene"] = "b\x07"
    with pytest.raises(InputError, match="t, row 7, column 'gene'"):
        clean_column(table, "gene", "t")


def test_messages_repeat_little_of_what_they_quote():
    assert quoted("Sftpc\x07") == "'Sftpc\\x07'"
    assert len(quoted("\x07" * 10_000)) <= 60
    assert listed(["a", "b"]) == "'a', 'b'"
    assert len(listed([f"gene{n}" * 9 for n in range(20_000)])) < 160
    with pytest.raises(InputError) as raised:
        require_columns(pd.DataFrame(columns=[f"sample {n}" for n in range(9_999)]), ["x"], "t")
    assert len(str(raised.value)) < 200


def test_a_name_is_no_text_of_a_hundred_thousand_characters():
    assert clean_name("x" * 10_000, "t") == "x" * 10_000
    with pytest.raises(InputError, match="has 100000 characters; a name has at most") as raised:
        clean_name("x" * 100_000, "t, row 3")
    assert len(str(raised.value)) < 250


@pytest.mark.parametrize("name", ["\u202egenX", "a\u2066b", "\u200fa"])
def test_marks_of_direction_are_refused(name):
    with pytest.raises(InputError, match="unprintable character"):
        clean_name(name, "t")


def test_no_text_is_a_formula_for_a_spreadsheet():
    harmful = ["=1+1", "=cmd|'/c calc'!A1", "@SUM(A1)", "+cmd|x", "-1+cmd|' /C calc'!A0", "\t=1"]
    harmless = ["+", "-", "-1.5", "+2e-3", "-.5", "Sftpc", "", "a=b", "mmu-let-7", None, 3]
    table = pd.DataFrame({"x": harmful + harmless, "n": 1.0}, dtype=object).astype({"n": float})
    found = without_formulas(table)
    assert found["x"].tolist() == [f"'{text}" for text in harmful] + harmless
    assert found["n"].equals(table["n"])
    assert table["x"].tolist() == harmful + harmless
