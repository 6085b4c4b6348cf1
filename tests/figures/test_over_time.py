from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from step.figures import style
from step.figures.over_time import (
    calibration,
    error_by_time,
    losses_by_time,
    ratio_ticks,
    skill_by_origin,
)
from tests.evaluation.tables import FIRST_TARGET, arm_rows, backtest_of, course
from tests.figures.studies import study_of

STUDY = study_of()
BASELINE = STUDY.metrics.best_baseline  # ses


def lines_of(axes) -> dict[str, object]:
    return {line.get_label(): line for line in axes.lines if line.get_label()[0] != "_"}


def test_losses_stand_by_forecast_time():
    step = STUDY.backtest[STUDY.backtest["arm"] == "step"]
    expected = ((step["observed"] - step["forecast"]) ** 2).groupby(step["target_time"]).mean()
    pd.testing.assert_series_equal(STUDY.losses["step"], expected, check_names=False)


def test_errors_are_ratios_to_the_best_simple_arm():
    figure = error_by_time(STUDY.metrics, STUDY.losses, STUDY.noise, "hour")
    top, bottom = figure.axes
    lines = lines_of(top)
    assert BASELINE == "ses"
    assert list(lines) == ["STEP", "STEP, no graph", "last value", "SES = 1"]
    ratio = STUDY.losses["step"] / STUDY.losses["ses"]
    np.testing.assert_allclose(lines["STEP"].get_ydata(), ratio)
    np.testing.assert_allclose(lines["STEP"].get_xdata(), ratio.index)
    np.testing.assert_allclose(lines_of(bottom)["SES"].get_ydata(), STUDY.losses["ses"])
    np.testing.assert_allclose(lines_of(bottom)["noise floor"].get_ydata(), 0.01)
    assert "hour" in bottom.get_xlabel()


def test_the_legend_names_what_is_drawn_alone():
    values = course()
    far = arm_rows("gene_mean", values, values[FIRST_TARGET:] + 100.0)
    near = arm_rows("theta", values, values[FIRST_TARGET:] + 0.5)
    study = study_of(values, pd.concat([backtest_of(values), far, near]))
    top = error_by_time(study.metrics, study.losses, study.noise, "day").axes[0]
    legend = [text.get_text() for text in top.get_legend().get_texts()]
    assert "1 other forecaster" in legend
    assert len(top.lines) == len(legend)
    assert not any("gene mean" in text for text in legend)


def test_named_arms_are_told_apart_without_colour():
    top = error_by_time(STUDY.metrics, STUDY.losses, STUDY.noise, "day").axes[0]
    named = [lines_of(top)[label] for label in ("STEP", "STEP, no graph", "last value")]
    assert len({line.get_marker() for line in named}) == 3


@pytest.mark.parametrize(("low", "high"), [(0.8, 1.25), (0.85, 2.4), (0.05, 20.0), (0.97, 1.02)])
def test_one_is_among_a_few_ticks(low, high):
    ticks = ratio_ticks(low, high)
    assert 1.0 in ticks
    assert 3 <= len(ticks) <= 10
    assert low <= min(ticks) < max(ticks) <= high


def test_without_replicates_no_noise_floor_is_drawn():
    study = study_of(standard_error=np.nan)
    bottom = error_by_time(study.metrics, study.losses, study.noise, "day").axes[1]
    assert list(lines_of(bottom)) == ["SES"]


def test_skill_stands_at_each_origin_and_over_all():
    axes = skill_by_origin(STUDY.metrics, STUDY.losses, "day").axes[0]
    skill = 100 * (1 - STUDY.losses["step"] / STUDY.losses["ses"])
    better = lines_of(axes)[f"STEP better: {(skill > 0).sum()} of {len(skill)}"]
    np.testing.assert_allclose(better.get_ydata(), skill[skill > 0])
    np.testing.assert_allclose(better.get_xdata(), skill.index[skill > 0])
    overall = lines_of(axes)[f"all origins: {style.signed(100 * STUDY.metrics.skill)} %"]
    assert overall.get_ydata()[0] == pytest.approx(100 * STUDY.metrics.skill)
    band = axes.patches[0]
    assert band.get_y() == pytest.approx(100 * STUDY.metrics.skill_low)
    assert band.get_y() + band.get_height() == pytest.approx(100 * STUDY.metrics.skill_high)


def test_a_very_bad_origin_does_not_flatten_the_others():
    losses = STUDY.losses.copy()
    losses.iloc[0, list(losses).index("step")] = 50 * losses["ses"].iloc[0]
    axes = skill_by_origin(STUDY.metrics, losses, "day").axes[0]
    assert axes.get_ylim()[0] > -150
    assert "−4900 %" in [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("draw", [skill_by_origin, error_by_time])
def test_where_no_skill_is_defined_a_sentence_says_so(draw):
    arms = STUDY.metrics.arms
    metrics = replace(
        STUDY.metrics, skill=None, arms=arms | {"ses": replace(arms["ses"], step_skill=None)}
    )
    noise = [STUDY.noise] if draw is error_by_time else []
    figure = draw(metrics, STUDY.losses, *noise, "day")
    assert not figure.axes
    assert "no error" in figure.texts[0].get_text()


def covered_in(share: float, horizon: int) -> pd.DataFrame:
    """Forecasts of `step` whose intervals hold a share of the observations, at each origin."""
    rows = STUDY.backtest[STUDY.backtest["arm"] == "step"].copy()
    outside = rows.groupby("origin").cumcount() >= share * 30
    rows["observed"] = rows["forecast"] + np.where(outside, 9.0, 0.0)
    return rows.assign(horizon=horizon)


def test_coverage_is_drawn_by_horizon_beside_the_promise():
    table = pd.concat([covered_in(0.9, 1), covered_in(0.5, 2)])
    left, right = calibration(table, 0.8, "day").axes
    dots = [(float(d.get_xdata()[0]), float(d.get_ydata()[0])) for d in left.lines[:2]]
    np.testing.assert_allclose(dots, [(1, 90.0), (2, 50.0)])
    assert [text.get_text() for text in left.texts] == ["90", "50"]
    for axes in (left, right):
        assert axes.lines[-1].get_ydata()[0] == pytest.approx(80.0)
    np.testing.assert_allclose(right.lines[0].get_ydata(), 90.0)
    assert len(right.lines[0].get_xdata()) == 12


def test_the_interval_of_the_coverage_is_over_origins():
    table = covered_in(0.9, 1)
    first = table["origin"] == table["origin"].min()
    table.loc[first, "observed"] = table.loc[first, "forecast"] + 9.0
    ends = calibration(table, 0.8, "day").axes[0].collections[0].get_segments()[0][:, 1]
    share = 90 * 11 / 12
    assert ends[0] < share - 5 < share < ends[1]


def test_without_an_observed_target_no_coverage_is_drawn():
    figure = calibration(STUDY.backtest.assign(observed=np.nan), 0.9, "day")
    assert not figure.axes
    assert "observation" in figure.texts[0].get_text()


def test_losses_of_an_arm_that_misses_origins_are_drawn():
    values = course()
    late = arm_rows("theta", values, values[FIRST_TARGET:] + 0.5).query("origin > 10")
    losses = losses_by_time(pd.concat([backtest_of(values), late]))
    assert losses["theta"].isna().sum() == 6
    figure = error_by_time(STUDY.metrics, losses, STUDY.noise, "day")
    figure.draw_without_rendering()
    assert "1 other forecaster" in lines_of(figure.axes[0])
