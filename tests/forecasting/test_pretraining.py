from dataclasses import replace

import numpy as np
import pytest
import torch

from step.datasets import CheckpointDataset
from step.forecasting.in_context import InContextForecaster, new_network
from step.forecasting.lessons import draw_lesson, validate
from step.forecasting.pretraining import (
    VALIDATION,
    PretrainingSettings,
    finished,
    learning_rate_share,
    pretrain,
)
from tests.forecasting.recipes import SHAPES

TRAINING = PretrainingSettings(
    n_courses=32,
    courses_a_step=2,
    steps_a_round=8,
    n_validation=6,
    learning_rate=0.01,
    weight_decay=0.01,
    averaging=0.5,
    seed=3,
    jobs=1,
)


@pytest.fixture(scope="module")
def rounds():
    return list(pretrain(SHAPES["STEPmr"], TRAINING, None))


def test_a_small_pretraining_improves(rounds):
    assert [each.card.steps for each in rounds] == [8, 16]
    held_back = range(VALIDATION, VALIDATION + TRAINING.n_validation)
    lessons = [draw_lesson(TRAINING.seed, number) for number in held_back]
    torch.manual_seed(0)
    before = validate(new_network(SHAPES["STEPmr"]), lessons)["all"]
    after = rounds[-1].card.validation[-1]["all"]
    assert before == pytest.approx(1.0, abs=0.01)  # it starts near the level
    assert after < before - 0.002


def test_a_run_that_ended_goes_on_from_its_file_as_if_it_had_not(rounds, tmp_path):
    kept = CheckpointDataset(
        filepath=str(tmp_path / "c.safetensors"), record="step.forecasting.pretraining.Checkpoint"
    )
    kept.keep(rounds[0])
    (resumed,) = pretrain(SHAPES["STEPmr"], TRAINING, kept.latest())
    assert resumed.card == rounds[1].card
    for name, values in rounds[1].weights.items():
        np.testing.assert_array_equal(resumed.weights[name], values)


def test_other_settings_begin_anew(rounds):
    other = replace(TRAINING, seed=4, n_courses=4, steps_a_round=2, n_validation=1)
    (fresh,) = pretrain(SHAPES["STEPmr"], other, rounds[1])
    assert fresh.card.steps == 2


def test_the_averaged_weights_are_what_is_kept(rounds):
    network = finished(rounds[-1], TRAINING)
    assert network.card.n_courses == 32
    assert network.card.validation == rounds[-1].card.validation[-1]
    InContextForecaster(network)
    name = "head.0.weight"
    np.testing.assert_array_equal(network.weights[name], rounds[-1].weights[f"average.{name}"])
    assert not np.array_equal(network.weights[name], rounds[-1].weights[f"weight.{name}"])


def test_the_card_tells_how_the_network_learned(rounds):
    history = finished(rounds[-1], TRAINING).card.history
    assert [each.n_courses for each in history] == [16, 32]
    for each, done in zip(history, rounds[-1].card.validation, strict=True):
        assert (each.of_level, each.of_best_arm) == (done["all"], done["best_arm"])


def test_no_course_is_seen_twice():
    one, again, other = (draw_lesson(1, number) for number in (1, 1, 2))
    np.testing.assert_array_equal(one.context.inputs, again.context.inputs)
    assert one.target.shape != other.target.shape or not np.array_equal(one.target, other.target)


def test_the_learning_rate_rises_and_falls():
    shares = [learning_rate_share(step, 100) for step in range(100)]
    assert np.argmax(shares) in (9, 10)
    assert max(shares) == pytest.approx(1.0, abs=0.1)
    assert shares[0] < 0.15
    assert shares[-1] < 0.01
