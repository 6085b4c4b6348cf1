from dataclasses import replace

import numpy as np
import pytest
import torch

from step.datasets import CheckpointDataset
from step.errors import InputError
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
    from_pretrained=False,
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
    assert before == pytest.approx(1.0, abs=0.05)  # it starts near the level
    assert before == pytest.approx(np.mean([at_the_start(lesson) for lesson in lessons]), abs=1e-5)
    assert after < before - 0.002


def at_the_start(lesson):
    """Error of the mixture in which the level weighs e² times as much as each arm."""
    arms = lesson.context.arms[:, 0]
    mixed = arms.sum(axis=-1) / (np.exp(2.0) + arms.shape[-1])
    scored = slice(len(arms) // 2 - 1, -1)
    came = lesson.target[scored, 0]
    return np.nanmean((came - mixed[scored]) ** 2) / np.nanmean(came**2)


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


def test_pretraining_goes_on_from_finished_weights_with_further_courses(rounds):
    basis = finished(rounds[-1], TRAINING)
    more = replace(TRAINING, from_pretrained=True, n_courses=8, steps_a_round=4, learning_rate=1e-5)
    (further,) = pretrain(SHAPES["STEPmr"], more, rounds[-1], "cpu", basis)
    assert (further.card.first_course, further.card.steps) == (32, 4)
    name = "head.0.weight"
    assert not np.array_equal(further.weights[f"average.{name}"], basis.weights[name])
    np.testing.assert_allclose(further.weights[f"average.{name}"], basis.weights[name], atol=1e-3)
    made = finished(further, more, basis).card
    assert made.n_courses == 40
    assert [each.n_courses for each in made.history] == [16, 32, 40]
    other = replace(basis, card=replace(basis.card, prior="courses of another kind"))
    made = finished(further, more, other).card
    assert [each.n_courses for each in made.history] == [40]
    assert [each["n_courses"] for each in made.trainings] == [32, 8]


def test_a_gated_network_goes_on_from_a_rectified_one():
    few = replace(TRAINING, n_courses=4, steps_a_round=2, n_validation=2)
    (begun,) = pretrain(SHAPES["STEPmi"], few, None)
    basis = finished(begun, few)
    more = replace(few, from_pretrained="STEPmi", learning_rate=1e-6)
    (further,) = pretrain(SHAPES["STEPmr"], more, None, "cpu", basis)
    assert further.card.network["kind"] == "STEPmr"
    made = finished(further, more, basis).card
    assert [each.n_courses for each in made.history] == [8]  # not those of the other network
    assert [each["from_pretrained"] for each in made.trainings] == [False, "STEPmi"]
    mixed = "head.2.weight"
    np.testing.assert_allclose(further.weights[f"average.{mixed}"], basis.weights[mixed], atol=1e-4)


def test_weights_of_another_shape_are_not_gone_on_from(rounds):
    basis = finished(rounds[-1], TRAINING)
    other = replace(SHAPES["STEPmr"], head_channels=SHAPES["STEPmr"].head_channels + 1)
    with pytest.raises(InputError, match=r"`pretraining.STEPmr` describes another shape"):
        next(pretrain(other, replace(TRAINING, from_pretrained=True), None, "cpu", basis))


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
