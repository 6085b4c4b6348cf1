from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from step.datasets import TableDataset
from step.errors import InputError, quoted
from step.expression.sample_sheet import read_samples
from step.expression.times import TimeUnit, parse_sample_time, study_time


@pytest.mark.parametrize(
    ("header", "number", "unit", "replicate"),
    [
        ("0.5", 0.5, None, ""),
        ("18", 18.0, None, ""),
        ("-4.5", -4.5, None, ""),
        ("−4.5", -4.5, None, ""),
        ("18_rep2", 18.0, None, "rep2"),
        ("t5", 5.0, None, ""),
        ("P0.5", 0.5, "day", ""),
        ("p1", 1.0, "day", ""),
        ("P0.5_r1", 0.5, "day", "r1"),
        ("P7-c62", 7.0, "day", "c62"),
        ("P1b-6.314", 1.0, "day", "b-6.314"),
        ("P10.5b10.191", 10.5, "day", "b10.191"),
        ("P3s", 3.0, "day", "s"),
        ("D3 rep 1", 3.0, "day", "rep 1"),
        ("18d", 18.0, "day", ""),
        ("3dpi_a", 3.0, "day", "a"),
        ("t5min_rep1", 5.0, "minute", "rep1"),
        ("5min.1", 5.0, "minute", "1"),
        ("ZT0_rep2", 0.0, "hour", "rep2"),
        ("0h_D1", 0.0, "hour", "D1"),
        ("0hD1", 0.0, "hour", "D1"),
        ("24h1", 24.0, "hour", "1"),
        ("24hpf", 24.0, "hour", ""),
        ("T-2h", -2.0, "hour", ""),
        ("18wt1", 18.0, None, "wt1"),
        ("2wk_b", 2.0, "week", "b"),
        ("18_d", 18.0, None, "d"),
        ("18_D1", 18.0, None, "D1"),
        ("5-min_2", 5.0, "minute", "2"),
        ("t5_min_rep1", 5.0, "minute", "rep1"),
        ("5minrep1", 5.0, "minute", "rep1"),
    ],
)
def test_headers_name_time_unit_and_replicate(header, number, unit, replicate):
    found = parse_sample_time(header)
    assert (found.number, found.unit, found.replicate) == (number, unit, replicate)
    assert not found.embryonic


@pytest.mark.parametrize(("header", "replicate"), [("E16.5-031", "031"), ("16.5dpc", "")])
def test_embryonic_days_come_before_birth(header, replicate):
    found = parse_sample_time(header)
    assert (found.number, found.embryonic, found.replicate) == (16.5, True, replicate)
    assert study_time(found, header, "day", 19.5) == -3.0
    with pytest.raises(InputError, match="birth_day"):
        study_time(found, header, "day", None)


@pytest.mark.parametrize(
    "header",
    [
        "control",
        "",
        "P",
        "sample_3",
        "P1..5",
        "__",
        "P0.54.311",
        "P1,5",
        "1" + "_" * 500,
        "3mo_1",
        "1yr_1",
        "100ms",
        "18m",
        "3 months",
    ],
)
def test_headers_without_a_time_are_refused(header):
    with pytest.raises(InputError, match="names no time"):
        parse_sample_time(header)


@pytest.mark.parametrize(
    "header",
    [
        "D1_0h",
        "0h_24h",
        "P1_5min",
        "D1_ZT6",
        "d1_h6",
        "W1D3",
        "2 h 30 min",
        "E16.5_P1",
        "D1_D2",
        "P1_T0",
        "D3_time_2",
    ],
)
def test_headers_with_two_times_are_refused(header):
    with pytest.raises(InputError, match="names two times"):
        parse_sample_time(header)


@pytest.mark.parametrize("header", ["2h30", "t_2h30_rep1", "2H30b"])
def test_half_an_hour_is_not_taken_for_a_replicate(header):
    with pytest.raises(InputError, match=r"Write 2h_30 or 2\.5h, or give a sample sheet"):
        parse_sample_time(header)
    assert parse_sample_time("2h_30").replicate == "30"


def test_embryonic_days_after_birth_are_refused():
    headers = ["E16.5", "E20", "P1", "P2"]
    assert read_samples(headers, None, "day", 21.0)["time"].tolist() == [-4.5, -1.0, 1.0, 2.0]
    with pytest.raises(InputError, match="the embryonic day 20 is not before the first other"):
        read_samples(headers, None, "day", 19.0)


def test_a_name_that_numbering_makes_is_refused():
    with pytest.raises(InputError, match=r"called '1 \(1\)'"):
        read_samples(["1", "1", "1 (1)", "2", "3"], None, "day", None)


@pytest.mark.parametrize(("header", "unit"), [("24h", "day"), ("P3", "hour"), ("5min", "hour")])
def test_a_time_of_another_unit_is_refused(header, unit):
    with pytest.raises(InputError, match=f"`time_unit` is {unit}"):
        study_time(parse_sample_time(header), header, unit, None)


@given(st.text(max_size=30))
def test_any_header_ends_in_a_finite_time_or_an_explanation(header):
    try:
        found = parse_sample_time(header)
    except InputError as error:
        assert quoted(header) in str(error)
    else:
        assert np.isfinite(found.number)
        assert found.unit in (None, *get_args(TimeUnit))


labels = st.from_regex(r"[_-](rep|r|a|#)[0-9]{1,3}", fullmatch=True)


@given(
    st.floats(0, 500).map(lambda value: round(value, 2)),
    st.sampled_from(["P{}", "{}", "{}h", "t{}min", "ZT{}", "{}hpf", "day {}"]),
    labels,
)
def test_written_times_are_read_again(time, form, label):
    found = parse_sample_time(form.format(time) + label)
    assert found.number == time
    assert found.replicate == label[1:]


def test_the_lung_headers_name_the_days_that_its_other_table_has(lung):
    folder = lung / "raw_data_conversion" / "raw_data_mrna"
    headers = TableDataset(filepath=str(folder / "mRNA.txt")).load().columns[1:]
    days = TableDataset(filepath=str(folder / "mRNAnorm.txt")).load().columns[1:]
    refused = []
    for header, day in zip(headers, days, strict=True):
        try:
            found = parse_sample_time(header)
        except InputError:
            refused.append(header)
        else:
            assert study_time(found, header, "day", 21.0) == float(day), header
    assert refused == ["P0.54.311"]  # P0.5, or 0.54? A slip of the lab
