from dataclasses import replace

import numpy as np
import pytest

from step.errors import InputError
from step.forecasting.backtest import BacktestConfig, arm_table, forecast_origins, n_history
from step.forecasting.baselines import BASELINES, gene_mean, last_value, ses
from step.forecasting.intervals import half_widths

CONFIG = BacktestConfig(
    history_share=0.25,
    scored_share=0.5,
    coverage=0.9,
    rewirings=0,
    future_times=2,
    jobs=1,
    seed=1,
)


def test_the_last_half_of_the_times_is_scored():
    origins = forecast_origins(43, CONFIG)
    scored = origins.every[origins.n_warm_up :]
    assert len(scored) == 22
    assert scored[-1] + 1 == 42
    assert origins.every[0] == n_history(43, CONFIG) - 1 == 10


def test_a_course_that_is_too_short_is_refused():
    with pytest.raises(InputError, match="3 times are too few"):
        forecast_origins(3, CONFIG)


def test_baselines_by_hand(study):
    panel, _ = study
    np.testing.assert_array_equal(last_value(panel), panel.mean[-1])
    np.testing.assert_allclose(gene_mean(panel), panel.mean.mean(axis=0))
    short = panel.until(2)
    candidates = []
    for alpha in np.linspace(0.05, 1, 20):
        level = short.mean[0]
        error = 0.0
        for value in short.mean[1:]:
            error += np.mean((value - level) ** 2)
            level = level + alpha * (value - level)
        candidates.append((error, level))
    np.testing.assert_allclose(ses(short), min(candidates, key=lambda pair: pair[0])[1])


def test_missing_values_handicap_no_baseline(study):
    panel, _ = study
    holes = replace(panel, mean=panel.mean.copy(), robust=panel.robust.copy())
    for values in (holes.mean, holes.robust):
        values[:5, 0] = values[3, 1] = values[-1, 2] = np.nan  # late, lost once, lost at the end
        values[:, 3] = np.nan  # never measured
    for forecast in BASELINES.values():
        assert np.isfinite(forecast(holes)).all()
    assert last_value(holes)[2] == panel.mean[-2, 2]
    np.testing.assert_allclose(gene_mean(holes)[0], panel.mean[5:, 0].mean())
    np.testing.assert_allclose(gene_mean(holes)[4:], gene_mean(panel)[4:])
    steady = replace(panel, mean=np.full_like(panel.mean, 7.0))
    steady.mean[:5, 0] = np.nan
    assert ses(steady)[0] == 7.0


def test_arm_table_holds_scored_origins_only(study):
    panel, _ = study
    origins = forecast_origins(len(panel.times), CONFIG)
    forecast = np.stack([panel.mean[origin] for origin in origins.every])
    table = arm_table("last_value", forecast, panel, origins, 0.9)
    assert len(table) == 13 * len(panel.genes)
    row = table.iloc[-1]
    assert (row["origin"], row["target_time"], row["gene"]) == (17.0, 18.0, panel.genes[-1])
    assert row["observed"] == panel.mean[-1, -1]
    assert row["forecast"] == panel.mean[-2, -1]
    assert row["lower"] < row["forecast"] < row["upper"]


def test_intervals_cover_what_they_promise():
    rng = np.random.default_rng(0)
    scale = rng.uniform(0.2, 3.0, 300)
    errors = rng.standard_t(5, size=(40, 300)) * scale
    half = half_widths(errors, 0.9)
    covered = np.abs(errors) <= half
    assert covered[10:].mean() == pytest.approx(0.9, abs=0.02)
    assert np.corrcoef(half[-1], scale)[0, 1] > 0.9
    assert np.isinf(half[0]).all()


def test_intervals_know_no_later_error():
    errors = np.random.default_rng(0).normal(size=(20, 5))
    changed = errors.copy()
    changed[12:] *= 50
    np.testing.assert_array_equal(half_widths(errors, 0.9)[:13], half_widths(changed, 0.9)[:13])
