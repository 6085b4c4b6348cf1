"""What holds for every arm, whichever module registers it."""

from dataclasses import replace

import numpy as np
import pytest

from step.forecasting.arms import ARMS
from step.forecasting.arms.registry import simple_arm
from step.forecasting.backtest import backtest_simple_arms
from step.forecasting.course import Course, times_ahead
from step.forecasting.level import local_level
from tests.forecasting.recipes import courses_of, quick_recipe, scrambled_after

SIMPLE = [name for name, arm in ARMS.items() if arm.simple]


def course(panel, n_ahead=1):
    return Course(panel, local_level(panel), times_ahead(panel, len(panel.times) - 1, n_ahead))


def prepared(name, panel, graph):
    return ARMS[name].prepare(quick_recipe(graph, panel, "mr"))


def test_arms_have_names_and_colours_of_their_own():
    assert len({arm.label for arm in ARMS.values()}) == len(ARMS)
    assert len({arm.colour for arm in ARMS.values()}) == len(ARMS)
    assert all(arm.uses for arm in ARMS.values())


def test_a_new_arm_is_backtested_without_further_ado(study, monkeypatch):
    monkeypatch.setitem(ARMS, "highest", None)  # unregisters it again
    panel, _ = study
    courses, _ = courses_of(panel)

    def highest(course):
        return course.panel.mean.max(axis=0)[None]

    simple_arm("highest", "#000000", "the gene's past")(highest)
    found = backtest_simple_arms(courses[:-1], ("highest",), jobs=1)["highest"]
    np.testing.assert_array_equal(found[-1], panel.mean[:-1].max(axis=0))


@pytest.mark.parametrize("name", ARMS)
def test_all_horizons_are_forecast(study, name):
    panel, graph = study
    forecast = prepared(name, panel, graph)(course(panel, n_ahead=3))
    assert forecast.shape == (3, len(panel.genes))
    assert np.isfinite(forecast).all()


@pytest.mark.parametrize("name", ARMS)
def test_what_happens_after_the_origin_changes_no_bit(study, name):
    panel, graph = study
    origin = 15
    forecasts = [
        prepared(name, panel, graph)(course(known.until(origin)))
        for known in (panel, scrambled_after(panel, origin))
    ]
    np.testing.assert_array_equal(*forecasts)


@pytest.mark.parametrize("name", SIMPLE)
def test_missing_values_handicap_no_simple_arm(study, name):
    panel, _ = study
    holes = replace(panel, mean=panel.mean.copy(), robust=panel.robust.copy())
    for values in (holes.mean, holes.robust):
        values[:5, 0] = values[3, 1] = values[-1, 2] = np.nan  # late, lost once, lost at the end
        values[:, 3] = np.nan  # never measured
    forecast = ARMS[name].prepare(None)(course(holes))
    assert np.isfinite(forecast).all()
    lowest, highest = np.nanmin(holes.mean), np.nanmax(holes.mean)
    assert (lowest <= forecast[0, 3]) & (forecast[0, 3] <= highest)


@pytest.mark.parametrize("name", SIMPLE)
def test_two_times_suffice_for_a_simple_arm(study, name):
    panel, _ = study
    assert np.isfinite(ARMS[name].prepare(None)(course(panel.until(1)))).all()
