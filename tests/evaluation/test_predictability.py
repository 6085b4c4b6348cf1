import numpy as np
import pytest

from step.evaluation.predictability import gene_table
from step.evaluation.scores import score_genes
from tests.evaluation.tables import (
    backtest_of,
    course,
    edges_of,
    expression_of,
    genes_of,
    weights_of,
)

VALUES = course()


def table_of(values: np.ndarray, baseline: str = "ses", edges=None, **changes: object):
    n_genes = values.shape[1]
    genes = genes_of(n_genes).assign(**changes)
    edges = edges_of(n_genes) if edges is None else edges
    found = gene_table(
        backtest_of(values), genes, expression_of(values), weights_of(n_genes), edges, baseline
    )
    return found.set_index("gene")


def test_genes_are_ranked_by_r2():
    found = table_of(VALUES)
    step = backtest_of(VALUES).query("arm == 'step'")
    assert (
        found.index.tolist() == score_genes(step)["r2"].sort_values(ascending=False).index.tolist()
    )


def test_a_gene_beside_its_baseline_and_its_noise():
    gene = table_of(VALUES).loc["g5"]
    by_arm = {arm: rows for arm, rows in backtest_of(VALUES).query("gene == 'g5'").groupby("arm")}
    mse = {arm: ((r["observed"] - r["forecast"]) ** 2).mean() for arm, r in by_arm.items()}
    variance = by_arm["step"]["observed"].var(ddof=0)
    assert gene["mse"] == pytest.approx(mse["step"])
    assert gene["baseline_mse"] == pytest.approx(mse["ses"])
    assert gene["skill"] == pytest.approx(1 - mse["step"] / mse["ses"])
    assert gene["noise_floor_mse"] == pytest.approx(0.01)
    assert gene["explained"] == pytest.approx((variance - mse["step"]) / (variance - 0.01))


def test_skill_is_tested_and_corrected_for_the_number_of_genes():
    found = table_of(VALUES)
    ordered = found.sort_values("skill_p")
    rank = np.arange(1, len(found) + 1)
    expected = np.minimum.accumulate((ordered["skill_p"] * len(found) / rank)[::-1])[::-1]
    np.testing.assert_allclose(ordered["skill_q"], expected)
    assert found["skill"].median() > 0.5  # the arms' error variances are as 1 to 4


def test_genes_are_flagged():
    values = VALUES.copy()
    values[:, 3] = np.nan
    values[6:, 4] = np.nan
    values[4:, 5] = 30.0
    values[:, 6] = 2.0
    found = table_of(values, reliability=[0.9] * 6 + [0.0, 0.1] + [0.9] * 22)
    flags = found["flags"].to_dict()
    assert {gene: flags[gene] for gene in ("g0", *[f"g{n}" for n in range(1, 8)])} == {
        "g0": "",
        "g1": "unplaced",
        "g2": "below background",
        "g3": "never measured",
        "g4": "measured at fewer than two scored times",
        "g5": "saturated",
        "g6": "constant",
        "g7": "mostly noise",
    }


def test_every_gene_without_an_r2_says_why():
    values = VALUES.copy()
    values[:, 3] = np.nan
    values[6:-1, 4] = np.nan
    values[4:, 5] = 30.0 + 1e-15 * np.arange(14)
    values[4:, 6] = 1.0
    values[:, 7] = 2.0
    found = table_of(values)
    undefined = found[found["r2"].isna()]
    assert set(undefined.index) == {"g3", "g4", "g5", "g6", "g7"}
    assert (undefined["flags"] != "").all()
    assert undefined["explained"].isna().all()


def test_skill_over_an_errorless_baseline_is_undefined_and_untested():
    values = VALUES.copy()
    values[4:, 5] = 30.0
    genes, expression = genes_of(30), expression_of(values)
    found = gene_table(
        backtest_of(values), genes, expression, weights_of(30), edges_of(30), "last_value"
    ).set_index("gene")
    assert found.loc["g5", ["skill", "skill_p", "skill_q"]].isna().all()
    assert np.isfinite(found.drop(index="g5")[["skill", "skill_p", "skill_q"]]).all(axis=None)


def test_genes_that_gain_from_their_neighbours_are_told_with_a_q():
    """`step_no_graph` forecasts even genes as `step` does."""
    found = table_of(VALUES)
    odd = found.index.str[1:].astype(int) % 2 == 1
    assert found.loc[~odd, ["graph_gain", "graph_p", "graph_q"]].isna().all(axis=None)
    gains = found.loc[odd]
    assert (gains["graph_gain"] > 0.3).all()
    assert (gains["graph_q"] >= gains["graph_p"]).all()
    assert (gains["graph_q"] < 0.1).mean() > 0.6


def test_genes_without_neighbours_gain_nothing_and_are_not_tested():
    """Their forecasts differ without the graph as well, by the weights that all genes share."""
    one_way = edges_of(30).iloc[[0]].assign(gene_1="g1", gene_2="g3", kind="regulatory")
    found = table_of(VALUES, edges=one_way)[["graph_gain", "graph_p", "graph_q"]]
    assert found.drop(index="g3").isna().all(axis=None)
    assert found.loc["g3"].notna().all()
    assert found.loc["g3", "graph_q"] == found.loc["g3", "graph_p"]  # of one test alone
    none = table_of(VALUES, edges=one_way.iloc[:0])[["graph_gain", "graph_p", "graph_q"]]
    assert none.isna().all(axis=None)


def test_the_arm_of_the_highest_weight_is_leaned_on():
    found = table_of(VALUES)["leaned_on"]
    assert found[["g4", "g5"]].tolist() == ["last_value", "ses"]


def test_every_gene_has_a_class():
    values = VALUES.copy()
    values[:, 3] = np.nan
    values[4:, 5] = 30.0
    values[:, 6] = 2.0
    table = table_of(values, "last_value")
    found = table["class"]
    named = {"g2": "below background", "g3": "not measured", "g5": "saturated", "g6": "constant"}
    assert found[list(named)].to_dict() == named
    others = table.drop(list(named))
    better = (others["skill"] > 0) & (others["skill_q"] <= 0.05)
    assert better.sum() >= 5
    assert ((others["class"] == "forecastable") == better).all()
    expression = expression_of(VALUES).assign(standard_error=0.5)
    weights = weights_of(30)
    rest = (weights, edges_of(30), "step_no_graph")
    noisy = gene_table(backtest_of(VALUES), genes_of(30), expression, *rest)
    classes = noisy.set_index("gene")["class"]
    assert (classes[["g0", "g4"]] == "at the noise floor").all()
    quiet = expression.assign(standard_error=0.05)
    table = gene_table(backtest_of(VALUES), genes_of(30), quiet, *rest)
    assert table.set_index("gene")["class"]["g0"] == "level only"
