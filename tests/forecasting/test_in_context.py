import dataclasses

import numpy as np
import pytest

from step.errors import InputError
from step.forecasting import in_context
from step.forecasting.arms.autoregression import targets
from step.forecasting.arms.context import see
from step.forecasting.arms.network import network
from step.forecasting.course import walk
from step.forecasting.in_context import InContextForecaster, load_pretrained
from tests.conftest import simulated_study

KINDS = ["STEPmr", "STEPmi"]
# Of the first three genes, one and two times after the last; log2.
RECORDED = {
    "STEPmr": [[-1.0512, -0.8353, -0.2671], [-1.0712, -0.8169, -0.2868]],
    "STEPmi": [[-1.0554, -0.8320, -0.2531], [-1.0757, -0.8137, -0.2695]],
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_weights_that_come_with_step_are_small_and_described(kind):
    pretrained = load_pretrained(kind)
    size = sum(weight.nbytes for weight in pretrained.weights.values())
    assert size < 2 * 2**20
    assert all(np.isfinite(weight).all() for weight in pretrained.weights.values())
    card = pretrained.card
    assert card.network["kind"] == kind
    assert card.n_parameters == sum(weight.size for weight in pretrained.weights.values())
    assert card.validation["all"] < 0.98
    assert {"none", "contact", "regulatory", "both", "best_arm"} <= set(card.validation)


@pytest.mark.parametrize("kind", KINDS)
def test_they_forecast_unseen_courses_better_than_their_level(kind):
    forecaster = InContextForecaster(load_pretrained(kind))
    ratios = []
    for seed in (31, 32, 33):
        panel, graph = simulated_study(coupling=1.0, seed=seed)
        course = walk(panel, {"contact": graph}, 1, 0, forecaster)
        came = panel.mean[14:]
        made, level = (
            np.mean((came - forecast[13:-1, 0]) ** 2)
            for forecast in (network(course), course.levels.forecast)
        )
        ratios.append(made / level)
    assert np.mean(ratios) < 0.985


@pytest.mark.parametrize("kind", KINDS)
def test_they_give_the_recorded_forecasts(kind):
    panel, graph = simulated_study(coupling=1.0, seed=31)
    course = walk(panel, {"contact": graph}, 2, 0, InContextForecaster(load_pretrained(kind)))
    forecast = network(course)[-1, :, :3]
    np.testing.assert_allclose(forecast, RECORDED[kind], atol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_weights_of_another_shape_are_refused(kind):
    pretrained = load_pretrained(kind)
    narrower = pretrained.card.network | {"head_channels": 7}
    other = dataclasses.replace(
        pretrained, card=dataclasses.replace(pretrained.card, network=narrower)
    )
    with pytest.raises(RuntimeError, match="head"):
        InContextForecaster(other)


def test_missing_weights_are_explained(monkeypatch, tmp_path):
    monkeypatch.setattr(in_context.resources, "files", lambda package: tmp_path)
    with pytest.raises(InputError, match="kedro run --pipelines pretraining"):
        load_pretrained("STEPmr")


@pytest.fixture(scope="module")
def followed():
    """A course, and what a network that follows it forecasts."""
    panel, graph = simulated_study(coupling=1.0, seed=31)
    course = walk(panel, {"contact": graph}, 2)
    return see(course), course.graphs, targets(course)


def forecast_by(followed, fine_tuning: float, came: np.ndarray | None = None) -> np.ndarray:
    context, graphs, known = followed
    forecaster = InContextForecaster(load_pretrained("STEPmr"), fine_tuning)
    return forecaster(context, graphs, known if came is None else came).mean


def test_fine_tuning_at_no_rate_is_none(followed):
    np.testing.assert_allclose(forecast_by(followed, 1e-12), forecast_by(followed, 0.0), atol=1e-5)
    assert np.abs(forecast_by(followed, 0.05) - forecast_by(followed, 0.0))[5:].max() > 1e-3


def test_fine_tuning_learns_from_an_outcome_when_it_is_known(followed):
    came = followed[2]
    for horizon in (0, 1):
        other = came.copy()
        other[12, horizon] += 2.0
        before, after = forecast_by(followed, 0.05), forecast_by(followed, 0.05, other)
        known = 12 + horizon + 1
        np.testing.assert_array_equal(before[:known], after[:known])
        assert not np.array_equal(before[known], after[known])


def test_fine_tuning_follows_a_course_of_another_kind(followed):
    """All genes rise by half their usual surprise more than anything told."""
    context, _, came = followed
    shifted = came + 0.5
    errors = []
    for rate in (0.0, 0.1):
        moved = (forecast_by(followed, rate, shifted) - context.level[:, None]) / context.unit[
            :, None
        ]
        errors.append(np.nanmean((shifted - moved)[13:, 0] ** 2))
    assert errors[1] < 0.9 * errors[0]
