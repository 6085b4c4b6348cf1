from dataclasses import replace

import numpy as np
import pytest

from step.forecasting.level import local_level
from step.forecasting.panel import Panel


def panel(values: np.ndarray, noise_sd: float, times: np.ndarray | None = None) -> Panel:
    n_times, n_genes = values.shape
    return Panel(
        genes=np.array([f"g{n}" for n in range(n_genes)]),
        times=np.arange(float(n_times)) if times is None else times,
        mean=values,
        robust=values,
        replicate_variance=np.full(values.shape, 3 * noise_sd**2),
        n_replicates=np.full(values.shape, 3.0),
    )


def random_walk(step_sd: float, noise_sd: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = np.cumsum(rng.normal(0, step_sd, (40, 200)), axis=0)
    return truth, truth + rng.normal(0, noise_sd, truth.shape)


@pytest.mark.parametrize(("step_sd", "noise_sd"), [(0.05, 0.5), (0.3, 0.3), (1.0, 0.1)])
def test_filter_forecasts_as_well_as_one_that_knows_the_variances(step_sd, noise_sd):
    truth, seen = random_walk(step_sd, noise_sd)
    level = local_level(panel(seen, noise_sd)).path[-1]
    known, variance = seen[0].copy(), noise_sd**2
    for value in seen[1:]:
        variance += step_sd**2
        gain = variance / (variance + noise_sd**2)
        known += gain * (value - known)
        variance *= 1 - gain
    best = np.mean((known - truth[-1]) ** 2) + step_sd**2  # of the next time's truth
    assert np.mean((level - truth[-1]) ** 2) + step_sd**2 < 1.1 * best


def test_noise_that_replicates_share_is_noticed():
    truth, seen = random_walk(0.05, 0.5)
    told = panel(seen, 0.5 / np.sqrt(5))  # the replicates show a fifth of the noise variance
    level = local_level(told).path[-1]
    assert np.mean((level - truth[-1]) ** 2) < 0.2 * np.mean((seen[-1] - truth[-1]) ** 2)


def test_forecast_variance_is_that_of_the_errors():
    _, seen = random_walk(0.3, 0.3, seed=1)
    level = local_level(panel(seen[:-1], 0.3))
    error = seen[-1] - level.path[-1]
    assert np.mean(error**2 / level.forecast_variance(1.0)) == pytest.approx(1.0, abs=0.25)


def test_a_longer_gap_lets_the_level_move_further():
    _, seen = random_walk(0.3, 0.3)
    times = np.arange(40.0)
    after_gap = local_level(panel(seen, 0.3, np.append(times[:-1], 60.0)))
    after_day = local_level(panel(seen, 0.3, times))
    moved = [np.abs(lvl.path[-1] - lvl.path[-2]).mean() for lvl in (after_gap, after_day)]
    assert moved[0] > moved[1]


def test_missing_values_leave_the_level_where_it_was():
    _, seen = random_walk(0.3, 0.3)
    seen[20:22, 5] = np.nan
    seen[:3, 6] = np.nan
    level = local_level(panel(seen, 0.3))
    assert np.isfinite(level.path).all()
    assert level.path[20, 5] == level.path[19, 5]
    assert (level.surprise[20:22, 5] == 0).all()
    assert level.path[3, 6] == pytest.approx(seen[3, 6], abs=1e-2)


def test_the_summary_that_forecast_better_is_filtered():
    _, seen = random_walk(0.3, 0.1)
    good = panel(seen, 0.1)
    noisy = seen + np.random.default_rng(5).normal(0, 1.0, seen.shape)
    assert local_level(replace(good, robust=noisy)).observed is good.mean
    bad_mean = replace(good, mean=noisy)
    assert local_level(bad_mean).observed is bad_mean.robust


def test_genes_without_replicates_are_filtered_too():
    _, seen = random_walk(0.3, 0.3)
    single = replace(
        panel(seen, 0.3),
        replicate_variance=np.full(seen.shape, np.nan),
        n_replicates=np.ones(seen.shape),
    )
    assert np.isfinite(local_level(single).path).all()


def test_a_first_time_at_which_no_gene_has_a_value_spoils_no_level():
    _, seen = random_walk(0.3, 0.3)
    late = seen.copy()
    late[:2] = np.nan
    level = local_level(panel(late, 0.3))
    assert np.isnan(level.path[:2]).all()  # nothing is known yet
    np.testing.assert_allclose(
        level.path[2:], local_level(panel(seen[2:], 0.3, np.arange(2.0, 40.0))).path, rtol=1e-6
    )
