import numpy as np
import pytest

from step.forecasting.arms.smoothing_by_gene import CONSTANTS, FEWEST, ses_by_gene
from step.forecasting.course import walk
from tests.forecasting.arms.test_autoregression import error, panel


def squared_error(values: np.ndarray, constant: float) -> float:
    """The least sum of squares over the start, by trying many."""
    best = np.inf
    for start in np.linspace(values.min() - 1, values.max() + 1, 4001):
        level, total = start, 0.0
        for value in values:
            total += (value - level) ** 2
            level += constant * (value - level)
        best = min(best, total)
    return best


def test_the_weights_are_akaikes():
    """By the definition, with the start searched for."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=8).cumsum()
    forecasts, criteria = [], []
    for constant in CONSTANTS:
        n_fitted = 3 if constant else 2
        total = squared_error(values, constant)
        criteria.append(
            8 * np.log(total / 8) + 2 * n_fitted + 2 * n_fitted * (n_fitted + 1) / (7 - n_fitted)
        )
        starts = np.linspace(values.min() - 1, values.max() + 1, 4001)
        levels, totals = starts.copy(), np.zeros_like(starts)
        for value in values:
            totals += (value - levels) ** 2
            levels += constant * (value - levels)
        forecasts.append(levels[np.argmin(totals)])
    weight = np.exp(-(np.array(criteria) - min(criteria)) / 2)
    expected = weight @ forecasts / weight.sum()
    course = walk(panel(np.repeat(values[:, None], 3, axis=1)), {}, 2)
    assert ses_by_gene(course)[-1, 0, 0] == pytest.approx(expected, abs=1e-3)


def test_each_gene_has_a_constant_of_its_own():
    rng = np.random.default_rng(1)
    walks = rng.normal(size=(60, 50)).cumsum(axis=0)
    noise = rng.normal(size=(60, 50))
    course = walk(panel(np.concatenate([walks, noise], axis=1)), {}, 1)
    forecast = ses_by_gene(course)
    assert error(course, forecast, slice(0, 50)) < 1.15
    assert error(course, forecast, slice(50, 100)) < 1.15


def test_few_values_are_repeated():
    values = np.random.default_rng(2).normal(size=(FEWEST - 1, 4))
    course = walk(panel(values), {}, 1)
    np.testing.assert_array_equal(ses_by_gene(course)[:, 0], values)


def test_a_missing_value_changes_nothing():
    values = np.random.default_rng(3).normal(size=(20, 4))
    holes = np.insert(values, 9, np.nan, axis=0)
    whole, broken = (ses_by_gene(walk(panel(each), {}, 1)) for each in (values, holes))
    np.testing.assert_allclose(whole[-1], broken[-1])
