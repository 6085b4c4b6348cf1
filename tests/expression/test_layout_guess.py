"""How a table seems to be laid out."""

from dataclasses import replace

import pandas as pd
import pytest

from step.expression.layout_guess import (
    find_contradictions,
    guess_layout,
    numbered_headers,
    scale_words,
)
from step.expression.samples import TableLayout, read_measurements

TABLE = pd.DataFrame(
    [
        ["Aqp5", "1480", "Endogenous1", "61.5", "75.1", "80.2", "122.9"],
        ["Sftpc", "1012", "Positive", "3120.1", "3350.9", "3702.7", "4411.2"],
        ["NA", "77", "Negative", "2.5", "", "1.5", "3.5"],
    ],
    columns=["symbol", "length", "class", "E18.5_1", "P1_1", "P1_2", "P2_1"],
)
LAYOUT = TableLayout(
    gene_column="symbol",
    scale="linear",
    time_unit="day",
    annotation_columns=["length"],
    class_column="class",
    birth_day=19.5,
)
TURNED = pd.DataFrame(
    [["0h_D1", "f", "6.1", "3.2"], ["4h_D1", "m", "6.6", "3.1"], ["8h_D1", "f", "7.3", ""]],
    columns=["animal", "sex", "Aqp5", "NA"],
)


def test_a_table_of_the_layout_contradicts_nothing():
    assert guess_layout(TABLE, LAYOUT, None) == LAYOUT


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"gene_column": "gene"}, "the column 'gene' stands 0 times"),
        ({"class_column": None}, "'class' names no time"),
        ({"class_column": "Class Name"}, "the column 'Class Name' stands 0 times"),
        ({"annotation_columns": []}, "'length' names no time"),
        ({"annotation_columns": ["length", "note"]}, "the column 'note' stands 0 times"),
        ({"time_unit": "hour"}, "states a time in days"),
        ({"scale": "log2"}, "too much for a log2 value"),
    ],
)
def test_a_wrong_setting_is_guessed_and_refused_in_the_words_of_a_run(given, says):
    wrong = replace(LAYOUT, **given)
    guess = guess_layout(TABLE, wrong, None)
    assert guess == LAYOUT
    (found,) = find_contradictions(TABLE, wrong, guess, None, "table").items()
    assert found[0] == next(iter(given))
    assert says in found[1]


def test_several_wrong_settings_are_told_each_by_itself():
    wrong = replace(LAYOUT, gene_column="gene", scale="log2", time_unit="hour", birth_day=None)
    guess = guess_layout(TABLE, wrong, None)
    found = find_contradictions(TABLE, wrong, guess, None, "table")
    assert set(found) == {"gene_column", "scale", "time_unit", "birth_day"}
    assert all(found.values())


def test_a_birth_day_that_the_headers_contradict_is_replaced():
    wrong = replace(LAYOUT, birth_day=10.0)
    guess = guess_layout(TABLE, wrong, None)
    assert read_measurements(TABLE, guess, None, "table").samples["time"].iloc[0] < 1
    assert "Correct `birth_day`" in find_contradictions(TABLE, wrong, guess, None, "")["birth_day"]


def test_genes_in_columns_are_recognised():
    layout = TableLayout(gene_column="gene", scale="log2", time_unit="hour")
    guess = guess_layout(TURNED, layout, None)
    assert (guess.genes_in, guess.sample_column) == ("columns", "animal")
    assert guess.annotation_columns == ("sex",)
    assert read_measurements(TURNED, guess, None, "table").values.shape == (2, 3)


def test_genes_in_rows_are_recognised():
    wrong = replace(LAYOUT, genes_in="columns", class_column=None)
    assert guess_layout(TABLE, wrong, None).genes_in == "rows"


def test_a_sample_sheet_says_which_columns_are_samples():
    headers = ["symbol", "length", "class", "GSM1", "GSM2", "GSM3", "GSM4"]
    table = TABLE.set_axis(headers, axis=1)
    sheet = pd.DataFrame({"sample": headers[3:], "time": ["0h", "4h", "4h", "8h"]})
    guess = guess_layout(table, replace(LAYOUT, annotation_columns=[], gene_column="x"), sheet)
    assert (guess.gene_column, guess.annotation_columns) == ("symbol", ("length",))
    assert guess.time_unit == "hour"


def test_no_scale_is_guessed_from_the_few_cells_that_are_numbers():
    table = pd.DataFrame([["g1", "7", "3,5"], ["g2", "2,25", "9,5"]], columns=["gene", "0", "1"])
    layout = replace(LAYOUT, gene_column="gene", class_column=None, annotation_columns=())
    assert guess_layout(table, layout, None).scale == layout.scale
    assert scale_words(table, layout) == ""


def test_headers_without_times_are_left_to_the_reader():
    table = TABLE.set_axis(["symbol", "length", "class", "a", "b", "c", "d"], axis=1)
    assert guess_layout(table, LAYOUT, None).annotation_columns == ("length",)


def test_a_gene_in_several_rows_is_found_beside_what_else_is_wrong():
    table = pd.concat([TABLE, TABLE.iloc[:1]], ignore_index=True)
    wrong = replace(LAYOUT, scale="log2")
    guess = guess_layout(table, wrong, None)
    found = find_contradictions(table, wrong, guess, None, "table")
    assert set(found) == {"duplicates", "scale"}
    assert "'Aqp5' stands in rows 2, 5" in found["duplicates"]


def test_a_column_of_samples_that_the_table_has_stays():
    layout = TableLayout(
        gene_column="gene",
        scale="log2",
        time_unit="hour",
        genes_in="columns",
        sample_column="hours",
    )
    table = TURNED.assign(hours=["0", "4", "8"])
    assert guess_layout(table, layout, None).sample_column == "hours"
    wrong = replace(layout, sample_column="sample")
    assert guess_layout(table, wrong, None).sample_column == "animal"


@pytest.mark.parametrize(
    ("headers", "numbered"),
    [
        ("gene 0 0.1 0.2 18 18.1", ["0", "0.1", "0.2"]),
        ("gene 6 12 12.1 24 24.1 24.2", ["12", "12.1"]),
        ("gene 0 0.5 1 1.5 2", []),  # times of their own
        ("gene 0 0.1 0.2 0.3 1 2", []),  # close times at the beginning
        ("gene 0.1 1.1 2.1", []),
        ("gene 0 18 E16.5 P0.1 t5.1", []),
        ("gene P0 P0.1 P0.2 P7 P7.1", ["P0", "P0.1", "P0.2"]),
        ("gene D0.1 D0.2 D7.1 D7.2 D7.3", ["D0.1", "D0.2"]),
        ("gene P0.5 P1 P1.5 P2", []),
        ("gene E16.5 P0.5 P7 P7.1 P14 P14.1", ["P7", "P7.1"]),
        ("gene P0.1 P1.1 P2.1", []),
        ("gene P0 P0.1 P7.1 P7.2", []),
    ],
)
def test_headers_that_a_program_numbered_are_found(headers, numbered):
    table = pd.DataFrame([["a"] * len(headers.split())], columns=headers.split(), dtype=object)
    assert (
        numbered_headers(table, TableLayout(gene_column="gene", scale="log2", time_unit="day"))
        == numbered
    )
    turned = pd.DataFrame({"sample": headers.split()[1:], "7157": "1", "7157.1": "1", "672.1": "2"})
    layout = TableLayout(gene_column="gene", scale="log2", time_unit="day", genes_in="columns")
    assert numbered_headers(turned, layout) == numbered
