"""What the page unpacks is what was packed, to the precision of a screen."""

import base64
import gzip
import json
import struct

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from step.reports.browser import PARTS, Courses, browser_data, quantise
from tests.evaluation.tables import FIRST_TARGET, backtest_of, course, expression_of, genes_of

VALUES = course(5)
EDGES = pd.DataFrame(
    {
        "gene_1": ["g0", "g3"],
        "gene_2": ["g1", "g0"],
        "kind": ["contact", "regulatory"],
        "weight": [0.5, -1.0],
        "contact": [0.1, np.nan],
        "distance": pd.array([5000, None], dtype="Int64"),
    }
)


def samples() -> pd.DataFrame:
    """Two replicates at each time, 0.1 above and below the mean; one is missing."""
    table = expression_of(VALUES)[["gene", "time", "mean"]]
    both = [
        table.assign(sample=table["time"].map("t{:g}_".format) + name, value=table["mean"] + away)
        for name, away in (("a", 0.1), ("b", -0.1))
    ]
    found = pd.concat(both, ignore_index=True)
    found.loc[(found["gene"] == "g2") & (found["sample"] == "t3_b"), "value"] = np.nan
    return found


def packed(per_gene: pd.DataFrame | None = None):
    """The header and the columns, as the page reads them."""
    if per_gene is None:
        per_gene = genes_of(5).assign(
            skill=[0.5, np.nan, -0.25, 0.1, 0.2], leaned_on="ses", flags=""
        )
    coming = pd.DataFrame({"gene": ["g0"], "time": [20.0], "forecast": [8.0], "upper": [9.5]})
    courses = Courses(expression_of(VALUES), samples(), backtest_of(VALUES), coming, EDGES)
    whole = gzip.decompress(base64.b64decode(browser_data(per_gene, courses, "ses")))
    (length,) = struct.unpack("<I", whole[:4])
    header, body = json.loads(whole[4 : 4 + length]), whole[4 + length :]
    assert (4 + length) % 8 == 0
    columns = {}
    for name, column in header["columns"].items():
        found = np.frombuffer(body, column["type"], int(np.prod(column["shape"])), column["at"])
        columns[name] = found.reshape(column["shape"])
    return header, columns


def restored(header, columns, name: str) -> np.ndarray:
    about, code = header["columns"][name], columns[name]
    missing = np.iinfo(code.dtype).max
    return np.where(code == missing, np.nan, about["low"] + about["step"] * code)


def test_courses_and_forecasts_come_back():
    header, columns = packed()
    np.testing.assert_allclose(restored(header, columns, "mean"), VALUES.T, atol=1e-3)
    assert header["times"] == list(range(18))
    step = next(arm for arm in header["arms"] if arm["arm"] == "step")
    rows = backtest_of(VALUES)
    expected = rows[rows["arm"] == "step"].pivot(
        index="gene", columns="target_time", values="forecast"
    )
    found = restored(header, columns, f"forecast.{step['column']}")
    np.testing.assert_allclose(found, expected, atol=1e-3)
    half = columns[f"half.{step['column']}"], columns[f"half.{step['column']}.size"]
    np.testing.assert_allclose(half[0] / PARTS * half[1][:, None], 0.5)
    outside = rows[rows["arm"] == "step"].assign(
        outside=lambda r: ~r["observed"].between(r["lower"], r["upper"])
    )
    expected = outside.pivot(index="gene", columns="target_time", values="outside")
    np.testing.assert_array_equal(columns[f"outside.{step['column']}"] == 1, expected)
    assert step["targets"] == list(range(FIRST_TARGET, 18))


def test_arms_beside_step_lie_around_its_forecast():
    header, columns = packed()
    step, other = (
        next(arm for arm in header["arms"] if arm["arm"] == name) for name in ("step", "ses")
    )
    assert header["arms"][0] == step
    code, size = columns[f"forecast.{other['column']}"], columns[f"forecast.{other['column']}.size"]
    found = restored(header, columns, f"forecast.{step['column']}") + size[:, None] * code / PARTS
    rows = backtest_of(VALUES)
    expected = rows[rows["arm"] == "ses"].pivot(
        index="gene", columns="target_time", values="forecast"
    )
    np.testing.assert_allclose(found, expected, atol=0.51 * size.max() / PARTS)


def test_replicates_lie_around_the_mean_and_one_is_missing():
    header, columns = packed()
    assert header["samples"][:3] == [0, 1, 2]
    assert len(header["samples"]) == 36
    missing = columns["replicates"] == -128
    assert missing.sum() == 1
    assert missing[2].sum() == 1
    np.testing.assert_allclose(columns["replicates.size"], 0.1, rtol=1e-5)
    assert set(columns["replicates"][0]) == {PARTS, -PARTS}


def test_edges_and_names_are_numbered():
    header, columns = packed()
    assert header["kinds"] == ["contact", "regulatory"]
    assert columns["edge.first"].tolist() == [0, 3]
    assert columns["edge.second"].tolist() == [1, 0]
    assert np.isnan(columns["edge.distance"]).tolist() == [False, True]
    assert header["named"]["leaned_on"] == ["", "SES"]
    unplaced = [header["named"]["unplaced"][code] for code in columns["gene.unplaced"]]
    assert unplaced == ["", "why", "", "", ""]
    skill = columns["gene.skill"]
    assert np.isnan(skill[1])
    assert skill[2] == np.float32(-0.25)


def test_a_gene_that_was_never_measured_has_no_course():
    per_gene = genes_of(5).assign(skill=np.nan, leaned_on=None, flags="never measured")
    per_gene.loc[4, "gene"] = "unknown"
    _, columns = packed(per_gene)
    assert (columns["mean"][4] == 65535).all()
    assert (columns["replicates"][4] == -128).all()


@given(arrays.arrays(float, st.integers(1, 30), elements=st.floats(-1e6, 1e6, width=32)))
def test_no_number_moves_by_more_than_half_a_step(values):
    found = quantise(values)
    back = found.low + found.step * found.code.astype(float)
    assert np.abs(back - values).max() <= 0.51 * found.step + 1e-9


@pytest.mark.filterwarnings("error")
def test_what_is_missing_stays_missing():
    assert quantise(np.array([np.nan, np.nan])).code.tolist() == [65535, 65535]
    assert quantise(np.array([np.nan, 3.0])).code.tolist() == [65535, 0]
