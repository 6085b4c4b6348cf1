import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from step.errors import InputError
from step.expression.samples import (
    TableLayout,
    average_over_targets,
    parse_sample_time,
    read_measurements,
    read_targets,
)

LAYOUT = TableLayout(gene_column="gene", scale="log2", birth_day=19.5)


def table(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns)


@pytest.mark.parametrize(
    ("header", "time"),
    [
        ("0.5", 0.5),
        ("18", 18.0),
        ("-4.5", -4.5),
        ("P0.5", 0.5),
        ("p1", 1.0),
        ("P0.5_r1", 0.5),
        ("E16.5-031", -3.0),
        ("E16.5", -3.0),
        ("18_rep2", 18.0),
        ("t5", 5.0),
        ("P7-c62", 7.0),
    ],
)
def test_headers_name_times(header, time):
    assert parse_sample_time(header, 19.5) == time


@pytest.mark.parametrize("header", ["control", "", "P", "sample_3", "P1..5", "__"])
def test_headers_without_a_time_are_refused(header):
    with pytest.raises(InputError, match="names no time"):
        parse_sample_time(header, 19.5)


def test_embryonic_day_needs_the_day_of_birth():
    with pytest.raises(InputError, match="birth_day"):
        parse_sample_time("E16.5", None)


@given(st.text(max_size=20))
def test_any_header_ends_in_a_finite_time_or_an_explanation(header):
    try:
        time = parse_sample_time(header, 19.5)
    except InputError as error:
        assert repr(header) in str(error)
    else:
        assert np.isfinite(time)


@given(st.floats(0, 500).map(lambda value: round(value, 2)), st.integers(1, 99))
def test_written_times_are_read_again(time, replicate):
    assert parse_sample_time(f"P{time}_r{replicate}", None) == time


def test_samples_come_in_chronological_order_and_repeats_are_replicates():
    raw = pd.DataFrame(
        [["a", "1", "2", "3", "4", "5"]], columns=["gene", "P1", "P0.5", "E16.5", "P1", "P2"]
    )
    found = read_measurements(raw, LAYOUT, "t")
    assert found.samples["time"].tolist() == [-3.0, 0.5, 1.0, 1.0, 2.0]
    assert found.samples["replicate"].tolist() == [1, 1, 1, 2, 1]
    assert found.values.loc["a"].tolist() == [3.0, 2.0, 1.0, 4.0, 5.0]


def test_blank_columns_are_passed_over_and_missing_cells_stay_missing():
    raw = pd.DataFrame(
        [["NA", "1", "", "", "3"], ["SEP7", "", "", "2", "nan"]],
        columns=["gene", "1", "", "2", "3"],
    )
    found = read_measurements(raw, LAYOUT, "t")
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
        read_measurements(raw, LAYOUT, "t")


def test_negative_counts_are_refused():
    raw = table(**{"gene": ["a"], "1": ["-1"], "2": ["1"], "3": ["1"]})
    with pytest.raises(InputError, match="counts are not negative"):
        read_measurements(raw, TableLayout(gene_column="gene", scale="counts"), "t")


cells = st.one_of(st.floats(allow_nan=True).map(str), st.text(max_size=6))


@given(st.lists(st.tuples(st.text(max_size=5), cells, cells, cells), min_size=1, max_size=5))
def test_any_table_is_read_or_explained(rows):
    raw = pd.DataFrame(rows, columns=["gene", "1", "2", "3"]).astype(str)
    try:
        found = read_measurements(raw, LAYOUT, "t")
    except InputError as error:
        assert str(error).startswith("t:")
    else:
        assert found.values.shape == (len(rows), 3)
        assert not np.isinf(found.values.to_numpy()).any()


def test_a_target_gene_is_the_mean_of_its_mirnas():
    normalised = pd.DataFrame(
        {
            "gene": ["m1", "m2", "m3"],
            "sample": "1_1",
            "time": 1.0,
            "replicate": 1,
            "value": [1.0, 3.0, 10.0],
            "detected": [True, False, False],
        }
    )
    targets = pd.DataFrame({"mirna": ["m1", "m2", "m2"], "target_gene": ["X", "X", "Y"]})
    found = average_over_targets(normalised, targets).set_index("gene")
    assert found["value"].to_dict() == {"X": 2.0, "Y": 3.0}
    assert found["detected"].to_dict() == {"X": True, "Y": False}


def test_targets_of_unmeasured_mirnas_are_left_out_and_none_at_all_is_an_error():
    raw = table(mirna=["m1", "m9", "m1"], target_gene=["X", "Y", "X"])
    assert read_targets(raw, pd.Index(["m1"]), "t").to_numpy().tolist() == [["m1", "X"]]
    with pytest.raises(InputError, match="none of its miRNAs"):
        read_targets(raw, pd.Index(["other"]), "t")
    with pytest.raises(InputError, match="no column 'target_gene'"):
        read_targets(raw[["mirna"]], pd.Index(["m1"]), "t")


def test_a_target_lacks_a_value_where_one_of_its_mirnas_does():
    normalised = pd.DataFrame(
        {
            "gene": ["m1", "m2", "m1", "m2"],
            "sample": ["1_1", "1_1", "2_1", "2_1"],
            "time": [1.0, 1.0, 2.0, 2.0],
            "replicate": 1,
            "value": [5.0, 11.0, 5.0, np.nan],
            "detected": True,
        }
    )
    targets = pd.DataFrame({"mirna": ["m1", "m2"], "target_gene": "X"})
    assert average_over_targets(normalised, targets)["value"].tolist()[0] == 8.0
    assert np.isnan(average_over_targets(normalised, targets)["value"].tolist()[1])
