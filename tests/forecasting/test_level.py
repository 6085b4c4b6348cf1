from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from step.forecasting.level import Levels, local_levels, shocks
from step.forecasting.panel import Panel
from tests.forecasting.recipes import scrambled_after


def panel(values: np.ndarray, noise_sd: float, times: np.ndarray | None = None) -> Panel:
    n_times, n_genes = values.shape
    return Panel(
        genes=np.array([f"g{n}" for n in range(n_genes)]),
        times=np.arange(float(n_times)) if times is None else times,
        mean=values,
        robust=values,
        weighted=values,
        replicate_variance=np.full(values.shape, 3 * noise_sd**2),
        n_replicates=np.full(values.shape, 3.0),
    )


def levels(course: Panel, ahead: float = 1.0) -> Levels:
    return local_levels(course, np.full((len(course.times), 1), ahead))


def random_walk(step_sd: float, noise_sd: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = np.cumsum(rng.normal(0, step_sd, (40, 200)), axis=0)
    return truth, truth + rng.normal(0, noise_sd, truth.shape)


@pytest.mark.parametrize(("step_sd", "noise_sd"), [(0.05, 0.5), (0.3, 0.3), (1.0, 0.1)])
def test_filter_forecasts_as_well_as_one_that_knows_the_variances(step_sd, noise_sd):
    truth, seen = random_walk(step_sd, noise_sd)
    level = levels(panel(seen, noise_sd)).path[-1]
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
    level = levels(told).path[-1]
    assert np.mean((level - truth[-1]) ** 2) < 0.2 * np.mean((seen[-1] - truth[-1]) ** 2)


def test_the_variances_are_those_of_the_errors():
    _, seen = random_walk(0.3, 0.3, seed=1)
    found = levels(panel(seen[:-1], 0.3))
    error = seen[-1] - found.path[-1]
    variance = found.variance[-1] + found.step_variance[-1] + found.noise_variance[-1]
    assert np.mean(error**2 / variance) == pytest.approx(1.0, abs=0.25)


def test_what_returns_to_its_mean_is_forecast_to_return():
    rng = np.random.default_rng(0)
    values = np.zeros((60, 100))
    for time in range(1, 60):
        values[time] = 0.4 * values[time - 1] + rng.normal(0, 1.0, 100)
    returning = levels(panel(values, 0.3), ahead=5.0)
    walking = levels(panel(np.cumsum(rng.normal(0, 1.0, values.shape), axis=0), 0.3), ahead=5.0)
    kept = [
        np.abs(found.forecast[-1, 0] - found.observed.mean(axis=0)).mean()
        / np.abs(found.path[-1] - found.observed.mean(axis=0)).mean()
        for found in (returning, walking)
    ]
    assert kept[0] < 0.4
    assert kept[1] > 0.8


def test_the_unit_of_time_changes_nothing():
    _, seen = random_walk(0.3, 0.3)
    times = np.cumsum(np.random.default_rng(1).choice([0.5, 1.0, 2.0], 40))
    days = levels(panel(seen, 0.3, times))
    hours = levels(panel(seen, 0.3, 24 * times), ahead=24.0)
    np.testing.assert_allclose(days.path, hours.path, rtol=1e-9)
    np.testing.assert_allclose(days.forecast, hours.forecast, rtol=1e-9)


def test_a_longer_gap_lets_the_level_move_further():
    _, seen = random_walk(0.3, 0.3)
    times = np.arange(40.0)
    after_gap = levels(panel(seen, 0.3, np.append(times[:-1], 60.0)))
    after_day = levels(panel(seen, 0.3, times))
    moved = [np.abs(found.path[-1] - found.path[-2]).mean() for found in (after_gap, after_day)]
    assert moved[0] > moved[1]


def test_what_stands_at_a_time_is_a_filter_of_the_course_until_then():
    _, seen = random_walk(0.3, 0.3)
    seen[5:7, 3] = np.nan
    whole = panel(seen, 0.3)
    found = levels(whole)
    for origin in (0, 1, 6, 20):
        until = levels(whole.until(origin))
        np.testing.assert_array_equal(found.path[origin], until.path[-1])
        np.testing.assert_array_equal(found.forecast[origin], until.forecast[-1])
    changed = levels(scrambled_after(whole, 20))
    np.testing.assert_array_equal(found.path[:21], changed.path[:21])


def test_missing_values_leave_the_level_where_it_was():
    _, seen = random_walk(0.3, 0.05)
    seen[20:22, 5] = np.nan
    seen[:3, 6] = np.nan
    found = levels(panel(seen, 0.05))
    assert np.isfinite(found.path).all()
    assert found.path[20, 5] == pytest.approx(found.path[19, 5], abs=0.05)
    assert found.path[0, 6] == pytest.approx(np.delete(seen[0], 6).mean())
    assert found.path[3, 6] == pytest.approx(seen[3, 6], abs=1e-2)


def test_nothing_measured_at_first_is_no_level():
    _, seen = random_walk(0.3, 0.3)
    seen[0] = np.nan
    found = levels(panel(seen, 0.3))
    np.testing.assert_allclose(found.path[1], seen[1], atol=1e-3)


def test_the_summary_that_forecast_better_is_filtered():
    _, seen = random_walk(0.3, 0.1)
    good = panel(seen, 0.1)
    noisy = seen + np.random.default_rng(5).normal(0, 1.0, seen.shape)
    found = levels(replace(good, robust=noisy))
    np.testing.assert_array_equal(found.path[5:], levels(good).path[5:])
    found = levels(replace(good, weighted=noisy))
    np.testing.assert_array_equal(found.path[5:], levels(good).path[5:])
    poor = levels(replace(good, mean=noisy, weighted=seen))
    np.testing.assert_array_equal(poor.observed[5:], seen[5:])


def batches(every: int, kept: bool) -> tuple[np.ndarray, np.ndarray]:
    """Genes that walk, and at some times move together: for that time, or for good."""
    truth, _ = random_walk(0.1, 0.1)
    rng = np.random.default_rng(3)
    jump = np.zeros_like(truth)
    jump[5::every] = rng.normal(0, 1.5, jump[5::every].shape)
    if kept:
        truth = truth + np.cumsum(jump, axis=0)
        return truth, truth + rng.normal(0, 0.1, truth.shape)
    return truth, truth + jump + rng.normal(0, 0.1, truth.shape)


def test_a_time_of_shocks_moves_the_level_little_once_shocks_passed():
    truth, seen = batches(6, kept=False)
    found = levels(panel(seen, 0.1))
    error = ((found.path - truth) ** 2).mean(axis=1)
    first, later = error[5], error[[17, 23, 29, 35]].mean()
    assert later < 0.1 * first
    assert (found.shock[17] > 0).all()


def test_shocks_are_found_where_pandas_copies_on_write():
    _, seen = batches(6, kept=False)
    with pd.option_context("mode.copy_on_write", True):
        found = levels(panel(seen, 0.1))
    np.testing.assert_allclose(found.path, levels(panel(seen, 0.1)).path, rtol=1e-9)


def test_what_moves_for_good_is_no_shock():
    truth, seen = batches(6, kept=True)
    found = levels(panel(seen, 0.1))
    error = ((found.path - truth) ** 2).mean(axis=1)
    assert error[[17, 23, 29, 35]].mean() < 3 * 0.1**2
    assert (found.shock[17] == 0).all()


def test_one_gene_that_leaps_shocks_no_other():
    _, seen = random_walk(0.1, 0.1)
    seen[:, 0] = 5.0
    seen[20:, 0] = 50.0
    course = panel(seen, 0.1)
    found = shocks(course, levels(course), course.usual_steps(1.0))
    assert (found[20, 1:] < 0.5 * 0.1**2).all()
    few = course.among(np.arange(9))
    assert (shocks(few, levels(few), few.usual_steps(1.0)) == 0).all()


def test_what_a_long_gap_brings_is_no_shock():
    times = np.arange(40.0)
    times[26:] += 30.0
    rng = np.random.default_rng(0)
    step_sd = 0.1 * np.sqrt(np.diff(times, prepend=-1.0))[:, None]
    seen = np.cumsum(rng.normal(0, step_sd, (40, 200)), axis=0) + rng.normal(0, 0.1, (40, 200))
    course = panel(seen, 0.1, times)
    found = shocks(course, levels(course), course.usual_steps(1.0))
    assert (found[26] < 0.5 * 31 * 0.1**2).all()


def test_replicates_that_begin_late_change_nothing_before():
    """Until they do, all summaries are the same but for rounding."""
    _, seen = random_walk(0.1, 0.1)
    course = panel(seen, 0.1)
    rounded = course.weighted * (1 + 1e-15)
    rounded[10:] += np.random.default_rng(1).normal(0, 0.1, rounded[10:].shape)
    late = replace(course, weighted=rounded)
    found, until = levels(late), levels(late.until(8))
    np.testing.assert_array_equal(found.path[8], until.path[8])
