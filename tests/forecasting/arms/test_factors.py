from dataclasses import replace

import numpy as np
import pytest

from step.forecasting.arms.factors import factors, factors_5
from step.forecasting.course import walk
from tests.forecasting.arms.test_autoregression import panel


def shared(seed: int = 0) -> np.ndarray:
    """Genes that share a cycle, and little noise."""
    rng = np.random.default_rng(seed)
    cycle = np.sin(2 * np.pi * np.arange(48) / 10)[:, None]
    return cycle @ rng.normal(0, 1, (1, 80)) + rng.normal(0, 0.01, (48, 80))


@pytest.mark.parametrize(("arm", "share"), [(factors, 0.9), (factors_5, 0.7)])
def test_a_cycle_that_genes_share_is_continued(arm, share):
    course = walk(panel(shared()), {}, 3)
    came, forecast = course.panel.mean, arm(course)
    for horizon in range(3):
        later = came[24 + horizon :]
        origins = slice(23, 47 - horizon)
        error = np.mean((later - forecast[origins, horizon]) ** 2)
        assert error < share * np.mean((later - course.levels.path[origins]) ** 2)


def test_too_few_times_leave_the_level():
    course = walk(panel(shared()[:5]), {}, 2)
    np.testing.assert_array_equal(factors(course), np.repeat(course.levels.path[:, None], 2, 1))


def test_the_unit_of_time_changes_nothing():
    values = panel(shared())
    days, hours = (
        factors(walk(values.__class__(**(vars(values) | {"times": unit * values.times})), {}, 2))
        for unit in (1, 24)
    )
    np.testing.assert_allclose(days, hours, atol=1e-8)


def test_factors_are_the_same_whichever_time_is_asked_for_first():
    """The weights of the combination rest on forecasts from earlier times too."""
    for arm in (factors, factors_5):
        late, early = (arm(walk(panel(shared()), {}, 2, first=first)) for first in (20, 0))
        np.testing.assert_array_equal(late, early)


def test_a_long_interval_after_short_ones_is_not_overshot():
    """An answer to a stimulus is sampled closely at first, and later more rarely."""
    times = np.array([0, 0.5, 1, 2, 4, 6, 8, 12, 16, 24, 36, 48])
    ratios = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        begins, width = rng.uniform(0.3, 6, 300), rng.uniform(0.3, 1, 300)
        answer = rng.normal(0, 1, 300) / (1 + np.exp((begins - times[:, None]) / width))
        sampled = panel(answer + rng.normal(0, 0.15, answer.shape))
        course = walk(replace(sampled, times=times), {}, 1)
        came = course.panel.mean[7:]
        still = np.mean((came - course.levels.path[6:-1]) ** 2)
        ratios.append(
            [np.mean((came - arm(course)[6:-1, 0]) ** 2) / still for arm in (factors, factors_5)]
        )
    two, five = np.mean(ratios, axis=0)
    assert two < 1.9
    assert five < 1.6


def test_growth_is_not_carried_far_beyond_where_it_has_been():
    rng = np.random.default_rng(0)
    times = np.array([*range(12), 20, 60])
    growth = np.exp(np.arange(14) / 4)[:, None] @ rng.normal(0, 1, (1, 80))
    sampled = panel(growth + rng.normal(0, 0.01, growth.shape))
    course = walk(replace(sampled, times=times), {}, 2)
    path = course.levels.path[:12]
    moved = np.abs(factors(course)[11] - path[-1])
    assert np.median(moved / np.ptp(path, axis=0)) == pytest.approx(0.15, abs=0.01)
