"""What holds for every arm, whichever module registers it."""

from dataclasses import replace

import numpy as np
import pytest

from step.forecasting.arms import ARMS
from step.forecasting.arms.registry import simple_arm
from step.forecasting.backtest import run_arms
from step.forecasting.level import local_levels
from tests.forecasting.recipes import copied, course_of, scrambled_after, summaries

SLOW = {"auto_ets", "theta"}  # fitted anew at each time


def first_time(name: str, wanted: int) -> int:
    return wanted if name in SLOW else 0


def test_arms_have_names_and_colours_of_their_own():
    assert len({arm.label for arm in ARMS.values()}) == len(ARMS)
    assert len({arm.colour for arm in ARMS.values()}) == len(ARMS)
    assert all(arm.uses for arm in ARMS.values())


def test_a_new_arm_is_backtested_without_further_ado(study, monkeypatch):
    monkeypatch.setitem(ARMS, "highest", None)  # unregisters it again
    panel, graph = study

    def highest(course):
        return np.maximum.accumulate(course.panel.mean)[:, None]

    simple_arm("highest", "#000000", "the gene's past")(highest)
    found = run_arms(course_of(panel, graph), ["highest"])["highest"]
    np.testing.assert_array_equal(found[-1, 0], panel.mean.max(axis=0))


@pytest.mark.parametrize("name", ARMS)
def test_all_horizons_are_forecast_from_all_times_asked_for(study, name):
    panel, graph = study
    course = course_of(panel, graph, n_ahead=3, first=20)
    forecast = course.once(ARMS[name].forecast)
    assert forecast.shape == (len(panel.times), 3, len(panel.genes))
    assert np.isfinite(forecast[20:]).all()


@pytest.mark.parametrize("name", ARMS)
def test_the_one_pass_gives_what_a_course_cut_at_the_origin_gives(study, name):
    panel, graph = study
    for origin in (3, 15):
        first = first_time(name, origin)
        whole = course_of(panel.until(origin + 3), graph, first=first)
        cut = course_of(panel.until(origin), graph, first=first)
        # When the next samples are taken is planned: it is known before they are.
        ahead = whole.ahead[: origin + 1]
        cut = replace(cut, ahead=ahead, levels=local_levels(cut.panel, ahead))
        np.testing.assert_allclose(
            whole.once(ARMS[name].forecast)[origin],
            cut.once(ARMS[name].forecast)[-1],
            rtol=1e-5,
            atol=1e-5,
        )


@pytest.mark.parametrize("name", ARMS)
def test_what_happens_after_the_origin_changes_no_bit(study, name):
    panel, graph = study
    origin = 15
    first = first_time(name, origin)
    forecasts = [
        course_of(known, graph, first=first).once(ARMS[name].forecast)[first : origin + 1]
        for known in (panel, scrambled_after(panel, origin))
    ]
    np.testing.assert_array_equal(*forecasts)


@pytest.mark.parametrize("name", ARMS)
def test_missing_values_handicap_no_arm(study, name):
    panel, graph = study
    holes = copied(panel)
    for values in summaries(holes):
        values[:5, 0] = values[3, 1] = values[-1, 2] = np.nan  # late, lost once, lost at the end
        values[:, 3] = np.nan  # never measured
    last = len(panel.times) - 1
    forecast = course_of(holes, graph, first=last).once(ARMS[name].forecast)[-1]
    assert np.isfinite(forecast).all()
    if ARMS[name].simple and not ARMS[name].graph:
        lowest, highest = np.nanmin(holes.mean), np.nanmax(holes.mean)
        assert (lowest <= forecast[0, 3]) & (forecast[0, 3] <= highest)


@pytest.mark.parametrize("name", ARMS)
def test_two_times_and_no_edges_suffice_for_an_arm(study, name):
    panel, graph = study
    course = course_of(panel.until(1), graph.without_edges())
    assert np.isfinite(course.once(ARMS[name].forecast)).all()
