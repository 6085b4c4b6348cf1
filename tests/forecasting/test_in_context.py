import dataclasses

import numpy as np
import pytest

from step.errors import InputError
from step.forecasting import in_context
from step.forecasting.arms.network import network
from step.forecasting.course import walk
from step.forecasting.in_context import InContextForecaster, load_pretrained
from tests.conftest import simulated_study

KINDS = ["STEPmr", "STEPmi"]


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
def test_they_forecast_an_unseen_course_better_than_its_level(kind):
    panel, graph = simulated_study(coupling=1.0, seed=31)
    course = walk(panel, {"contact": graph}, 1, 0, InContextForecaster(load_pretrained(kind)))
    came = panel.mean[14:]
    made, level = (
        np.mean((came - forecast[13:-1, 0]) ** 2)
        for forecast in (network(course), course.levels.forecast)
    )
    assert made < 0.97 * level


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
