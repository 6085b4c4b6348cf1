from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from step.evaluation.scores import (
    ArmScores,
    Intervals,
    best_baseline,
    origin_losses,
    score_arms,
    score_backtest,
    score_genes,
    score_intervals,
)
from step.evaluation.significance import diebold_mariano
from step.forecasting.arms import ARMS
from tests.evaluation.tables import FIRST_TARGET, arm_rows, backtest_of, course, expression_of

VALUES = course()


def saturated(level: float = 14.956) -> np.ndarray:
    """g0 stays at its highest level from the fourth time on, but for what rounding leaves."""
    values = VALUES.copy()
    values[4:, 0] = level + np.where(np.arange(len(values) - 4) % 2, 1.8e-15, 0.0)
    return values


def test_scores_by_hand():
    table = backtest_of(VALUES)
    scores = score_arms(table, expression_of(VALUES))
    step = table[table["arm"] == "step"]
    error = step["observed"] - step["forecast"]
    own_mean = step.groupby("gene")["observed"].transform("mean")
    assert scores.loc["step", "mse"] == pytest.approx((error**2).mean())
    assert scores.loc["step", "rmse"] == pytest.approx((error**2).mean() ** 0.5)
    assert scores.loc["step", "mae"] == pytest.approx(error.abs().mean())
    assert scores.loc["step", "r2"] == pytest.approx(
        1 - (error**2).sum() / ((step["observed"] - own_mean) ** 2).sum()
    )
    assert scores.loc["step", "pearson"] == pytest.approx(
        stats.pearsonr(step["observed"], step["forecast"])[0]
    )
    early = np.abs(np.diff(VALUES[:FIRST_TARGET], axis=0)).mean(axis=0)
    by_gene = error.abs().to_numpy().reshape(-1, VALUES.shape[1]).mean(axis=0)
    assert scores.loc["step", "mase"] == pytest.approx((by_gene / early).mean())
    assert scores.loc["last_value", "direction_accuracy"] == 0.0


def test_scores_of_a_gene_by_hand():
    table = backtest_of(VALUES)
    step = table[table["arm"] == "step"]
    first = step[step["gene"] == "g0"]
    genes = score_genes(step)
    assert genes.loc["g0", "pearson"] == pytest.approx(
        stats.pearsonr(first["observed"], first["forecast"])[0]
    )
    assert genes.loc["g0", "spearman"] == pytest.approx(
        stats.spearmanr(first["observed"], first["forecast"])[0]
    )
    assert genes.loc["g0", "r2"] == pytest.approx(
        1
        - ((first["observed"] - first["forecast"]) ** 2).sum()
        / ((first["observed"] - first["observed"].mean()) ** 2).sum()
    )


def test_differences_between_genes_do_not_pass_for_skill():
    apart = VALUES + np.linspace(0, 100, VALUES.shape[1])
    before = score_arms(backtest_of(VALUES), expression_of(VALUES))
    after = score_arms(backtest_of(apart), expression_of(apart))
    assert after.loc["last_value", "pearson"] > before.loc["last_value", "pearson"]
    for score in ("mse", "r2", "gene_pearson_mean", "direction_accuracy", "mase"):
        np.testing.assert_allclose(before[score], after[score])


def test_unmeasured_targets_count_nowhere():
    table = backtest_of(VALUES)
    holes = table.copy()
    holes.loc[holes["gene"] == "g3", "observed"] = np.nan
    left = table[table["gene"] != "g3"]
    expression = expression_of(VALUES)
    pd.testing.assert_frame_equal(score_arms(holes, expression), score_arms(left, expression))


def test_a_gene_that_was_not_measured_at_the_origin_has_no_direction():
    table, expression = backtest_of(VALUES), expression_of(VALUES)
    holes = expression.copy()
    holes.loc[holes["gene"] == "g3", "mean"] = np.nan
    rest = table["gene"] != "g3"
    found = score_arms(table, holes).loc["step", "direction_accuracy"]
    assert found == score_arms(table[rest], expression).loc["step", "direction_accuracy"]


def test_a_saturated_gene_has_no_r2_and_no_correlation():
    table = backtest_of(saturated())
    genes = score_genes(table[table["arm"] == "step"])
    assert genes.loc["g0", ["r2", "pearson", "spearman"]].isna().all()
    assert genes.loc["g0", "mse"] == pytest.approx(0.09, rel=1.0)
    assert genes.drop(index="g0").notna().all(axis=None)


def test_a_saturated_gene_counts_in_no_median_mean_or_direction():
    table, expression = backtest_of(saturated()), expression_of(saturated())
    scores = score_arms(table, expression)
    rest = score_arms(table[table["gene"] != "g0"], expression[expression["gene"] != "g0"])
    for score in ("gene_r2_median", "gene_pearson_mean", "gene_spearman_mean"):
        pd.testing.assert_series_equal(scores[score], rest[score])
    assert scores.loc["step", "direction_accuracy"] == rest.loc["step", "direction_accuracy"]


def test_a_forecast_that_does_not_vary_has_an_r2_and_no_correlation():
    constant = np.full_like(VALUES[FIRST_TARGET:], 8.0) + 1e-9 * VALUES[FIRST_TARGET:]
    genes = score_genes(arm_rows("gene_mean", VALUES, constant))
    assert genes["r2"].notna().all()
    assert genes[["pearson", "spearman"]].isna().all(axis=None)


@pytest.mark.parametrize("level", [0.0, 14.956])
def test_what_is_undefined_of_constant_genes_is_undefined(level):
    values = np.full_like(VALUES, level)
    scores = score_arms(backtest_of(values), expression_of(values)).loc["step"]
    defined = {"mse", "rmse", "mae"}
    assert set(scores.dropna().index) == defined


def test_a_gene_that_did_not_move_early_has_no_mase():
    values = VALUES.copy()
    values[:FIRST_TARGET, 0] = 5.0 + 1e-9 * np.arange(FIRST_TARGET)
    table, expression = backtest_of(values), expression_of(values)
    rest = table["gene"] != "g0"
    found = score_arms(table, expression).loc["step", "mase"]
    assert found == pytest.approx(score_arms(table[rest], expression).loc["step", "mase"])


def test_intervals_count_what_was_observed():
    rows = pd.DataFrame(
        {"origin": 1.0, "observed": [0.0, 5.0, np.nan], "lower": -1.0, "upper": [1.0, 2.0, 2.0]}
    )
    assert score_intervals(rows, 0.9) == Intervals(nominal=0.9, coverage=0.5, mean_width=2.5)


def test_coverage_has_an_interval_over_origins():
    rows = pd.DataFrame(
        {"origin": np.repeat(np.arange(8.0), 5), "lower": -1.0, "upper": 1.0, "observed": 0.0}
    )
    always = score_intervals(rows, 0.9)
    # Wilson's lower end of 40 of 40: n / (n + z²).
    assert (always.coverage_low, always.coverage_high) == (pytest.approx(40 / 43.8415), 1.0)
    rows.loc[rows["origin"] < 2, "observed"] = 5.0  # two whole origins, as on a bad day
    some = score_intervals(rows, 0.9)
    assert some.coverage == 0.75
    assert some.coverage_low < 0.6


def test_the_best_baseline_is_the_best_of_the_simple_arms():
    errors = {"unheard_of": 0.1, "step": 0.2, "ses": 0.3, "last_value": 0.4}
    scores = {arm: ArmScores(mse, mse**0.5, mse) for arm, mse in errors.items()}
    assert best_baseline(scores) == "ses"


def test_a_new_simple_arm_can_be_the_best_baseline(monkeypatch):
    monkeypatch.setitem(ARMS, "oracle", replace(ARMS["ses"], name="oracle"))
    table = pd.concat([backtest_of(VALUES), arm_rows("oracle", VALUES, VALUES[FIRST_TARGET:])])
    assert best_baseline(score_backtest(table, expression_of(VALUES), 0.9)) == "oracle"


def test_step_is_held_against_every_arm():
    table = backtest_of(VALUES)
    scores = score_backtest(table, expression_of(VALUES), 0.9)
    losses = origin_losses(table)
    for arm in ("ses", "last_value", "step_no_graph"):
        assert scores[arm].step_skill == pytest.approx(1 - scores["step"].mse / scores[arm].mse)
        expected = diebold_mariano(losses["step"], losses[arm])
        assert scores[arm].step_p == pytest.approx(expected)
    assert (scores["step"].step_skill, scores["step"].step_p) == (None, None)


def test_later_times_are_tested_with_their_horizon():
    table = backtest_of(VALUES).assign(horizon=2)
    losses = origin_losses(table)
    found = score_backtest(table, expression_of(VALUES), 0.9)["ses"].step_p
    assert found == pytest.approx(diebold_mariano(losses["step"], losses["ses"], horizon=2))


def test_crps_is_that_of_a_normal_forecast_as_wide_as_the_interval():
    """By its definition: the integral of (F(x) − 1{y ≤ x})²."""
    table = arm_rows("step", VALUES, VALUES[FIRST_TARGET:] + 0.4).head(1)
    found = score_backtest(table, expression_of(VALUES), 0.9)["step"].crps
    grid = np.linspace(-20, 40, 400_001)
    row = table.iloc[0]
    spread = (row["upper"] - row["lower"]) / 2 / stats.norm.ppf(0.95)
    integrand = (stats.norm.cdf(grid, row["forecast"], spread) - (row["observed"] <= grid)) ** 2
    assert found == pytest.approx(integrate.trapezoid(integrand, grid), rel=1e-3)
