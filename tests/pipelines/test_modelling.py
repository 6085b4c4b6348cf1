"""What modelling makes of courses that hold little."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from step.errors import InputError
from step.forecasting.backtest import BacktestSettings, Losses
from step.forecasting.in_context import NetworkSettings
from step.pipelines.ablation.nodes import _tabulate
from step.pipelines.modelling.nodes import run_backtest

SETTINGS = BacktestSettings(
    history_share=0.25,
    scored_share=0.5,
    coverage=0.9,
    simple_arms=("last_value", "ses", "auto_ets", "factors", "graph_ridge", "combination_median"),
    horizons=3,
    rewirings=3,
    further_rewirings=3,
    graph_ridge_rewirings=3,
    tested_genes=5000,
    future_times=3,
    jobs=1,
    seed=1,
)
EDGES = pd.DataFrame(
    {"gene_1": ["g0", "g2"], "gene_2": ["g1", "g3"], "kind": "contact", "weight": [1.0, 0.5]}
)


SUMMARIES = ["mean", "median", "weighted_mean"]


def expression(n_times: int, n_genes: int, n_replicates: int = 3) -> pd.DataFrame:
    values = np.random.default_rng(0).normal(size=(n_times, n_genes)).cumsum(axis=0) + 8
    return pd.DataFrame(
        {
            "gene": np.tile([f"g{n}" for n in range(n_genes)], n_times),
            "time": np.repeat(np.arange(n_times, dtype=float), n_genes),
            "mean": values.ravel(),
            "median": values.ravel(),
            "weighted_mean": values.ravel(),
            "standard_error": 0.1 if n_replicates > 1 else np.nan,
            "n_replicates": n_replicates,
        }
    )


def modelled(table: pd.DataFrame, edges: pd.DataFrame = EDGES) -> dict[str, object]:
    genes = pd.DataFrame({"gene": table["gene"].unique()})
    genes = genes.assign(chrom="chr1", tss=np.arange(len(genes)))
    return run_backtest(
        table, edges, genes, NetworkSettings(kind="STEPmr", fine_tuning=0.0), SETTINGS, "cpu"
    )


@pytest.mark.parametrize(
    ("n_times", "n_genes", "n_replicates"), [(6, 5, 3), (6, 5, 1), (12, 1, 3), (6, 1, 1)]
)
def test_short_courses_and_few_genes_are_forecast(n_times, n_genes, n_replicates):
    table = expression(n_times, n_genes, n_replicates)
    found = modelled(table, EDGES if n_genes > 1 else EDGES.iloc[:0])
    n_scored = -(-n_times // 2)
    backtest, forecast = found["backtest"], found["forecast"]
    assert (backtest["horizon"] == 1).sum() == n_scored * n_genes * 10
    assert np.isfinite(backtest[["forecast", "lower", "upper"]]).all(axis=None)
    assert len(forecast) == 3 * n_genes
    assert np.isfinite(forecast[["forecast", "lower", "upper"]]).all(axis=None)
    assert (found["graph_test"].untested is None) == (n_genes > 1)


def test_what_was_measured_late_once_or_never_is_borne():
    table = expression(14, 6)
    gene, time = table["gene"], table["time"]
    lost = (gene == "g1") | ((gene == "g2") & (time < 11)) | ((gene == "g3") & (time != 5))
    lost |= time == 9  # a time without a sample
    table.loc[lost, [*SUMMARIES, "standard_error"]] = np.nan
    table.loc[lost, "n_replicates"] = 0
    constant = gene == "g4"
    table.loc[constant, SUMMARIES] = 7.0
    table.loc[constant, "standard_error"] = 0.0
    table.loc[lost & constant, [*SUMMARIES, "standard_error"]] = np.nan
    found = modelled(table)
    assert np.isfinite(found["backtest"]["forecast"]).all()
    never = found["forecast"].set_index("gene")["forecast"].isna()
    assert never["g1"].all()
    assert not never.drop("g1").any()


def test_without_a_value_at_any_scored_time_there_is_one_message():
    table = expression(12, 4)
    table.loc[table["time"] >= 6, SUMMARIES] = np.nan
    with pytest.raises(InputError, match=r"last 6 times.*scored_share"):
        modelled(table)


def test_kinds_of_edges_are_tested_together_and_alone():
    both = pd.concat([EDGES, EDGES.assign(kind="regulatory", weight=[-1.0, 1.0])])
    found = modelled(expression(14, 6), both)["graph_test"]
    assert set(found.kinds) == {"contact", "regulatory"}
    assert found.n_edges == 4
    assert [part.n_edges for part in found.kinds.values()] == [2, 2]
    assert all(part.p is not None for part in (found, found.graph_ridge, *found.kinds.values()))
    assert modelled(expression(14, 6))["graph_test"].kinds == {}


def test_weights_of_the_arms_sum_to_one():
    weights = modelled(expression(14, 6))["weights"]
    np.testing.assert_allclose(weights.groupby("gene")["weight"].sum(), 1.0, rtol=1e-5)


def test_of_a_large_study_a_part_of_the_genes_tests_the_graph():
    table = expression(8, 120)
    names = [f"g{n}" for n in range(120)]
    edges = pd.DataFrame(
        {"gene_1": names[:-1], "gene_2": names[1:], "kind": "contact", "weight": 1.0}
    )
    genes = pd.DataFrame({"gene": names, "chrom": "chr1", "tss": np.arange(120)})
    settings = replace(SETTINGS, tested_genes=100, simple_arms=("last_value",))
    network = NetworkSettings(kind="STEPmr", fine_tuning=0.0)
    found = run_backtest(table, edges, genes, network, settings, "cpu")
    test = found["graph_test"]
    assert (test.tested_genes, test.n_edges, len(test.rewired_mse)) == (100, 119, 3)
    assert found["backtest"]["gene"].nunique() == 120


def test_an_origin_at_which_nothing_was_measured_is_no_tie_of_two_variants():
    rng = np.random.default_rng(0)
    counted = np.array([10, 0, 10, 5, 10, 10])
    whole, other = (
        Losses(np.where(counted > 0, rng.uniform(1, 2, 6), 0.0), counted) for _ in range(2)
    )
    known = counted > 0
    without = (Losses(each.mean[known], each.counted[known]) for each in (whole, other))
    found = _tabulate({"whole": whole, "less": other})["p"].iloc[1]
    assert found == pytest.approx(_tabulate(dict(zip("ab", without, strict=True)))["p"].iloc[1])
