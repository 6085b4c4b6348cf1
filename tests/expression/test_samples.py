from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from step.errors import InputError
from step.expression.samples import (
    TableLayout,
    describe_samples,
    read_genes,
    read_measurements,
)

LAYOUT = TableLayout(gene_column="gene", scale="log2", time_unit="day", birth_day=19.5)


def table(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_samples_come_in_chronological_order_and_repeats_are_replicates():
    raw = pd.DataFrame(
        [["a", "1", "2", "3", "4", "5"]], columns=["gene", "P1", "P0.5", "E16.5", "P1", "P2"]
    )
    found = read_measurements(raw, LAYOUT, None, "t")
    assert found.samples["time"].tolist() == [-3.0, 0.5, 1.0, 1.0, 2.0]
    assert found.samples["replicate"].tolist() == ["1", "1", "1", "2", "1"]
    assert found.values.loc["a"].tolist() == [3.0, 2.0, 1.0, 4.0, 5.0]


def test_blank_columns_are_passed_over_and_missing_cells_stay_missing():
    raw = pd.DataFrame(
        [["NA", "1", "", "", "3"], ["SEP7", "", "", "2", "nan"]],
        columns=["gene", "1", "", "2", "3"],
    )
    found = read_measurements(raw, LAYOUT, None, "t")
    assert found.values.index.tolist() == ["NA", "SEP7"]
    assert found.values.isna().to_numpy().tolist() == [[False, True, False], [True, False, True]]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"name": ["a"], "1": ["1"], "2": ["1"], "3": ["1"]}, "column 'gene' stands 0 times"),
        ({"gene": ["a", "a"], "1": "12", "2": "12", "3": "12"}, "'a' stands in rows 2, 3"),
        ({"gene": ["a", ""], "1": "12", "2": "12", "3": "12"}, "row 3 has no gene name"),
        ({"gene": ["a"], "1": ["high"], "2": ["1"], "3": ["1"]}, "'high', which is no number"),
        ({"gene": ["a"], "1": ["inf"], "2": ["1"], "3": ["1"]}, "'inf', which is no number"),
        ({"gene": ["a"], "1": ["6,443"], "2": ["1"], "3": ["1"]}, "'6,443'.* with a decimal point"),
        ({"gene": ["a"], "1": ["1.234,5"], "2": ["1"], "3": ["1"]}, "with a decimal point"),
        ({"gene": ["a"], "1": ["<LOD"], "2": ["1"], "3": ["1"]}, "limit of detection itself"),
        ({"gene": ["a"], "1": ["1"], "2": ["1"]}, "2 different times"),
        ({"gene": ["a"], "1": ["1"], "x": ["1"], "3": ["1"]}, "'x' names no time"),
        ({"gene": ["a"], "": ["1"], "2": ["1"], "3": ["1"]}, "column 2 has values"),
        ({"gene": ["a"], "1": ["9000"], "2": ["1"], "3": ["1"]}, "Is the scale counts"),
        ({"gene": ["a"]}, "no column is a sample"),
        ({"gene": ["a"], "1": [""], "2": [""], "3": [""]}, "'1' holds no value"),
    ],
)
def test_a_wrong_table_is_explained(columns, message):
    raw = pd.DataFrame({name: list(cells) for name, cells in columns.items()})
    with pytest.raises(InputError, match=message):
        read_measurements(raw, LAYOUT, None, "t")


def test_negative_counts_are_refused():
    raw = table(**{"gene": ["a"], "1": ["-1"], "2": ["1"], "3": ["1"]})
    with pytest.raises(InputError, match="counts are not negative"):
        read_measurements(raw, replace(LAYOUT, scale="counts"), None, "t")


cells = st.one_of(st.floats(allow_nan=True).map(str), st.text(max_size=6))


@given(st.lists(st.tuples(st.text(max_size=5), cells, cells, cells), min_size=1, max_size=5))
def test_any_table_is_read_or_explained(rows):
    raw = pd.DataFrame(rows, columns=["gene", "1", "2", "3"]).astype(str)
    try:
        found = read_measurements(raw, LAYOUT, None, "t")
    except InputError as error:
        assert str(error).startswith(("t:", "t, "))
    else:
        assert found.values.shape == (len(rows), 3)
        assert not np.isinf(found.values.to_numpy()).any()


def test_genes_may_stand_in_columns():
    raw = pd.DataFrame(
        [["P1_a", "x", "1", "2"], ["P2_a", "y", "3", ""], ["P3_a", "z", "5", "6"]],
        columns=["sample", "note", "NA", "b"],
    )
    layout = replace(LAYOUT, genes_in="columns", annotation_columns=["note"])
    found = read_measurements(raw, layout, None, "t")
    assert found.values.index.tolist() == ["NA", "b"]
    assert found.values.loc["NA"].tolist() == [1.0, 3.0, 5.0]
    assert np.isnan(found.values.loc["b", "P2_a"])
    with pytest.raises(InputError, match="'other' stands 0 times"):
        read_measurements(raw, replace(layout, sample_column="other"), None, "t")
    with pytest.raises(InputError, match="class_column"):
        read_measurements(raw, replace(layout, class_column="note"), None, "t")
    twice = raw.set_axis(["sample", "note", "b", "b"], axis=1)
    with pytest.raises(InputError, match="'b' stands in two columns"):
        read_measurements(twice, layout, None, "t")


def test_replicates_keep_their_labels_where_these_tell_them_apart():
    raw = pd.DataFrame(
        [["a", *"123456"]], columns=["gene", "P1_x", "P1_y", "P2_x", "P2_x", "P3", "P3_z"]
    )
    samples = read_measurements(raw, LAYOUT, None, "t").samples
    assert samples["replicate"].tolist() == ["x", "y", "1", "2", "1", "2"]
    assert samples["sample"].tolist() == ["P1_x", "P1_y", "P2_x (1)", "P2_x (2)", "P3", "P3_z"]


SHEET = pd.DataFrame(
    {
        "sample": ["s1", "s2", "s3", "s4"],
        "time": ["P2", "E16.5", "3", "P2"],
        "replicate": ["m1", "", "", "m2"],
        "batch": ["A", "A", "B", ""],
        "sex": "f",
    }
)
NAMED = pd.DataFrame([["a", "2", "-3", "3", "2.5"]], columns=["gene", "s1", "s2", "s3", "s4"])


def test_a_sample_sheet_names_times_replicates_and_batches():
    samples = read_measurements(NAMED, LAYOUT, SHEET, "t").samples
    assert samples["sample"].tolist() == ["s2", "s1", "s4", "s3"]
    assert samples["time"].tolist() == [-3.0, 2.0, 2.0, 3.0]
    assert samples["replicate"].tolist() == ["1", "m1", "m2", "1"]
    assert samples["batch"].fillna("-").tolist() == ["A", "A", "-", "B"]


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        (SHEET.drop(columns="time"), "no column 'time'"),
        (SHEET.iloc[:3], "'s4' is not in sample_sheet"),
        (pd.concat([SHEET, SHEET.iloc[:1]]), "lists 's1' twice"),
        (pd.concat([SHEET, SHEET.iloc[:1].assign(sample="s9")]), "lists 's9', which the table"),
        (SHEET.assign(time=["2", "soon", "3", "2"]), "'soon', which is no time alone"),
        (SHEET.assign(time=["2", "1_rep2", "3", "2"]), "'1_rep2', which is no time alone"),
        (SHEET.assign(time=["2h", "1", "3", "2"]), "in hours, but the study's `time_unit` is day"),
    ],
)
def test_a_wrong_sample_sheet_is_explained(sheet, message):
    with pytest.raises(InputError, match=message):
        read_measurements(NAMED, LAYOUT, sheet, "t")


def test_a_sheet_cannot_tell_repeated_headers_apart():
    raw = NAMED.set_axis(["gene", "s1", "s1", "s3", "s4"], axis=1)
    with pytest.raises(InputError, match="'s1' is repeated"):
        read_measurements(raw, LAYOUT, SHEET, "t")


@pytest.mark.parametrize(
    ("scale", "cells", "message"),
    [
        ("counts", ["1.5", "2.5", "8.25"], "hardly counts"),
        ("linear", ["-1", "2.5", "8.25"], "linear values are not negative"),
        ("log2", ["0", "300", "12"], "too much for a log2 value"),
        ("log2", ["0", "30", "12"], "all values are whole numbers. Is the scale counts"),
        ("ln", ["-90", "0.5", "1"], "too much for a ln value"),
        ("log_ratio", ["0.5", "3", "8"], "both sides of 0"),
    ],
)
def test_values_that_contradict_the_scale_are_refused(scale, cells, message):
    raw = pd.DataFrame([["a", *cells]], columns=["gene", "1", "2", "3"])
    with pytest.raises(InputError, match=message):
        read_measurements(raw, replace(LAYOUT, scale=scale), None, "t")


def test_a_gene_that_a_spreadsheet_made_a_date_is_refused_and_its_name_is_not():
    raw = pd.DataFrame(
        [["1-Mar", "1", "2", "3"], ["nan", "1", "2", "3"]], columns=["gene", "1", "2", "3"]
    )
    assert read_measurements(raw, LAYOUT, None, "t").values.index.tolist() == ["1-Mar", "nan"]
    raw.iloc[0, 0] = "2024-09-07 00:00:00"
    with pytest.raises(InputError, match="row 2 is the date 2024-09-07"):
        read_measurements(raw, LAYOUT, None, "t")


def test_what_was_understood_is_shown():
    shown = describe_samples(read_measurements(NAMED, LAYOUT, SHEET, "t")).splitlines()
    assert shown[0].split() == ["day", "n", "samples"]
    assert shown[1].split() == ["-3", "1", "s2"]
    assert shown[2].split() == ["2", "2", "s1", "…", "s4"]
    assert max(map(len, shown)) <= 43


def test_names_are_cleaned_or_refused():
    raw = pd.DataFrame(
        [["Sftpc\n", "1", "2", "3"], ["a\tb", "1", "2", "3"]],
        columns=["gene\u00a0", "1\nr1", "2\x0br1", "3"],
    )
    found = read_measurements(raw, LAYOUT, None, "t")
    assert found.values.index.tolist() == ["Sftpc", "a b"]
    assert found.samples["sample"].tolist() == ["1 r1", "2 r1", "3"]
    raw.iloc[1, 0] = "Aqp5\x07"
    with pytest.raises(InputError, match=r"t, row 3: .*U\+0007"):
        read_measurements(raw, LAYOUT, None, "t")
    with pytest.raises(InputError, match=r"t, row 3: .*U\+0007"):
        read_genes(raw.set_axis(["gene", "1", "2", "3"], axis=1), LAYOUT, "t")
    raw.columns = ["gene", "1\x00", "2", "3"]
    with pytest.raises(InputError, match=r"t, header: .*U\+0000"):
        read_measurements(raw, LAYOUT, None, "t")


@pytest.mark.parametrize("column", ["sample", "time", "replicate", "batch"])
def test_names_of_a_sample_sheet_are_cleaned_or_refused(column):
    sheet = SHEET.copy()
    sheet.loc[1, column] = f" {sheet.loc[1, column]}\n"
    cleaned = read_measurements(NAMED, LAYOUT, sheet, "t").samples
    pd.testing.assert_frame_equal(cleaned, read_measurements(NAMED, LAYOUT, SHEET, "t").samples)
    sheet.loc[1, column] = "x\x07"
    with pytest.raises(InputError, match=rf"sample_sheet, row 3, column '{column}': .*U\+0007"):
        read_measurements(NAMED, LAYOUT, sheet, "t")


def test_errors_of_a_spreadsheet_are_no_genes_and_no_values_but_missing_ones_are():
    raw = pd.DataFrame(
        [["a", "1.5", "#N/A", "3"], ["b", "1", "2", "3"]], columns=["gene", "1", "2", "3"]
    )
    values = read_measurements(raw, LAYOUT, None, "t").values
    assert values.loc["a"].isna().tolist() == [False, True, False]
    raw.iloc[0, 2] = "#DIV/0!"
    with pytest.raises(InputError, match=r"'a' \(row 2\) in sample '2' is '#DIV/0!'"):
        read_measurements(raw, LAYOUT, None, "t")
    raw.iloc[0, [0, 2]] = ["#N/A", "2"]
    with pytest.raises(InputError, match=r"row 2: a spreadsheet's error #N/A"):
        read_measurements(raw, LAYOUT, None, "t")


def test_a_gene_is_found_in_its_row_of_the_file():
    raw = pd.DataFrame(
        [["a", "1", "2", "3"], ["b", "1", "x", "3"], ["", "1", "2", "3"], ["b", "1", "2", "3"]],
        columns=["gene", "1", "2", "3"],
        index=[0, 4, 5, 9],  # blank rows were skipped
    )
    with pytest.raises(InputError, match="row 7 has no gene name"):
        read_measurements(raw, LAYOUT, None, "t")
    raw.loc[5, "gene"] = "c"
    with pytest.raises(InputError, match="'b' stands in rows 6, 11"):
        read_measurements(raw, LAYOUT, None, "t")
    raw.loc[9, "gene"] = "d"
    with pytest.raises(InputError, match=r"'b' \(row 6\) in sample '2' is 'x'"):
        read_measurements(raw, LAYOUT, None, "t")


@pytest.mark.parametrize(
    "columns",
    [
        {"gene": ["a"], "1": ["x" * 9_999], "2": ["1"], "3": ["1"]},
        {"gene": ["a"], "x" * 9_999: ["1"], "2": ["1"], "3": ["1"]},
        {"gene": ["x" * 9_999] * 2, "1": ["1"] * 2, "2": ["1"] * 2, "3": ["1"] * 2},
        {"name" * 999: ["a"], **{f"{n}" * 99: ["1"] for n in range(99)}},
        {"gene": ["x" * 9_999], "": ["1"], "2": ["1"], "3": ["1"]},
        {"gene": ["x" * 9_999], "1": ["9000"], "2": ["1"], "3": ["1"]},
    ],
)
def test_a_message_repeats_little_of_the_table(columns):
    with pytest.raises(InputError) as raised:
        read_measurements(pd.DataFrame(columns), LAYOUT, None, "t")
    assert len(str(raised.value)) < 500


def test_of_a_long_course_the_first_times_and_the_last_are_shown():
    raw = pd.DataFrame([["g", *"1" * 30]], columns=["gene", *(f"P{day}" for day in range(30))])
    shown = describe_samples(read_measurements(raw, LAYOUT, None, "t")).splitlines()
    assert [line.split()[0] for line in shown] == ["day", "0", "1", "2", "3", "…", "29"]
    assert "25 more times" in shown[5]


@pytest.mark.parametrize("name", ["__no_feature", "N_unmapped"])
def test_what_counts_no_gene_is_refused(name):
    raw = pd.DataFrame([["a", "1", "2", "3"], [name, "9", "9", "9"]], columns=["gene", *"123"])
    with pytest.raises(InputError, match=rf"no genes are '{name}', .* Delete these rows"):
        read_measurements(raw, LAYOUT, None, "t")


def test_different_quantities_are_no_replicates():
    headers = [
        "gene",
        "P0_1.AVG_Signal",
        "P0_1.Detection Pval",
        "P7_1.AVG_Signal",
        "P9_1.AVG_Signal",
    ]
    raw = pd.DataFrame([["a", "8", "0", "9", "9"]], columns=headers)
    with pytest.raises(InputError, match="hold different quantities, and would be read as"):
        read_measurements(raw, LAYOUT, None, "t")
    one = read_measurements(raw.drop(columns=headers[2]), LAYOUT, None, "t")
    assert one.samples["time"].tolist() == [0.0, 7.0, 9.0]


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ("P0_1 P0_1.Detection_Pval P7_1 P9_1", True),
        ("P0_1 P0_1.Detection.P.Value P7_1 P9_1", True),
        ("P0_1_count P0_1_FPKM P7_1_count P9_1_count", True),
        ("P0_count P7_counts P9_Counts", False),
        ("24h_tpm 48h_TPM 72h-tpm", False),
        ("P0_count1 P7_count1 P9_count1", False),
        ("P0 P7_count P9", False),
    ],
)
def test_one_quantity_may_be_spelled_in_several_ways(headers, refused):
    layout = replace(LAYOUT, time_unit="hour") if "h" in headers.split()[0] else LAYOUT
    raw = pd.DataFrame([["a", *"9" * len(headers.split())]], columns=["gene", *headers.split()])
    if refused:
        with pytest.raises(InputError, match="hold different quantities"):
            read_measurements(raw, layout, None, "t")
    else:
        assert len(read_measurements(raw, layout, None, "t").samples) == 3
