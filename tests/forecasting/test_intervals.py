import numpy as np
import pytest

from step.forecasting.intervals import half_widths, next_half_width


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


def test_the_next_width_knows_all_errors():
    errors = np.random.default_rng(0).normal(size=(20, 5))
    np.testing.assert_array_equal(next_half_width(errors[:12], 0.9), half_widths(errors, 0.9)[12])
