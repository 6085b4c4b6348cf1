import numpy as np
import pytest
from scipy.stats import norm

from step.forecasting.intervals import half_widths


def test_intervals_cover_what_they_promise():
    rng = np.random.default_rng(0)
    scale = rng.uniform(0.2, 3.0, 300)
    errors = rng.standard_t(5, size=(40, 300)) * scale
    half = half_widths(errors, np.ones_like(errors), 0.9)
    covered = np.abs(errors) <= half
    assert covered[10:].mean() == pytest.approx(0.9, abs=0.02)
    assert np.corrcoef(half[-1], scale)[0, 1] > 0.85


def test_until_an_error_is_known_the_spread_is_that_of_a_normal_forecast():
    spread = np.random.default_rng(0).uniform(0.5, 2.0, (6, 4))
    half = half_widths(np.ones((6, 4)), spread, 0.9, horizon=3)
    np.testing.assert_allclose(half[:3], norm.ppf(0.95) * spread[:3])


@pytest.mark.parametrize("horizon", [1, 3])
@pytest.mark.parametrize("size", [0.3, 3.0])
def test_the_size_of_the_first_errors_counts_once(size, horizon):
    """The first known errors tell how far off the spread is, and the width follows at once."""
    errors = np.random.default_rng(0).normal(0, size, (12, 400))
    half = half_widths(errors, np.ones_like(errors), 0.9, horizon)
    ideal = norm.ppf(0.95) * size
    np.testing.assert_allclose(half[horizon:].mean(axis=1), ideal, rtol=0.12)


def test_errors_that_grow_with_the_spread_are_covered_at_each_size():
    rng = np.random.default_rng(1)
    spread = rng.choice([0.2, 2.0], (40, 300))
    errors = rng.normal(size=spread.shape) * spread
    covered = np.abs(errors) <= half_widths(errors, spread, 0.9)
    for size in (0.2, 2.0):
        assert covered[10:][spread[10:] == size].mean() == pytest.approx(0.9, abs=0.03)


def test_the_width_follows_errors_that_grow():
    rng = np.random.default_rng(2)
    errors = rng.normal(size=(60, 200)) * np.linspace(1, 6, 60)[:, None]
    covered = np.abs(errors) <= half_widths(errors, np.ones_like(errors), 0.9)
    assert covered[20:].mean() == pytest.approx(0.9, abs=0.03)


@pytest.mark.parametrize("horizon", [1, 3])
def test_intervals_know_no_later_error(horizon):
    """The error of an origin is known `horizon` times later."""
    errors = np.random.default_rng(0).normal(size=(20, 5))
    changed = errors.copy()
    changed[12:] *= 50
    before, after = (
        half_widths(each, np.ones((20, 5)), 0.9, horizon) for each in (errors, changed)
    )
    np.testing.assert_array_equal(before[: 12 + horizon], after[: 12 + horizon])
    assert not np.array_equal(before[12 + horizon], after[12 + horizon])


def test_what_is_not_measured_teaches_nothing():
    errors = np.random.default_rng(0).normal(size=(20, 5))
    errors[7] = np.nan
    half = half_widths(errors, np.ones((20, 5)), 0.9)
    assert np.isfinite(half).all()
    np.testing.assert_array_equal(half[7], half[8])


@pytest.mark.parametrize("coverage", [0.3, 0.8, 0.99, 0.999])
def test_every_nominal_coverage_is_kept(coverage):
    errors = np.random.default_rng(3).normal(size=(60, 2000))
    covered = np.abs(errors) <= half_widths(errors, np.ones_like(errors), coverage)
    missed = 1.0 - covered[20:].mean()
    assert missed == pytest.approx(1.0 - coverage, rel=0.2)
