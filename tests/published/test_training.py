import re
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from step.errors import InputError
from step.graphs.gene_graph import GeneGraph
from step.models.losses import LossConfig
from step.models.step_mr import STEPmr, STEPmrConfig
from step.published import training as published
from step.published.training import (
    PublishedTraining,
    autoregress,
    coordinate_windows,
    learning_rates,
    run_published,
    split_windows,
)

TRAINING = PublishedTraining(
    window=3,
    train_share=0.8,
    split_seed=42,
    seeds=(1,),
    learning_rate=0.003,
    weight_decay=0.0,
    warm_up_epochs=0,
    halve_after=None,
    anneals=False,
    most_epochs=12,
    patience=12,
    threads=1,
    device="cpu",
)
LOSS = LossConfig("mse", 1.0, 0.0, 0.0, 0.0, 0.0)
BUILD = partial(
    STEPmr, config=STEPmrConfig(channels=(8, 8), dense_channels=8, head_channels=(8,), dropout=0.0)
)
RING = GeneGraph(np.arange(8), np.roll(np.arange(8), 1), np.ones(8), 8)


def course(n_times: int = 30) -> np.ndarray:
    """Eight genes whose coordinates turn, each from a start of its own."""
    angle = np.arange(n_times)[:, None] / 3 + np.arange(8)
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1).astype(np.float32)


@pytest.mark.parametrize(("name", "n_windows", "window"), [("STEPmr", 40, 3), ("STEPmi", 149, 10)])
def test_windows_are_split_as_published(lung, name, n_windows, window):
    text = (lung / "published_results" / f"{name}_split_indices.txt").read_text()
    trained, held_out = (
        [int(number) for number in re.findall(r"tensor\((\d+)\)", part)]
        for part in text.split("Validation")
    )
    found = split_windows(n_windows + window, window, 0.8, 42)
    assert found[0].tolist() == trained
    assert found[1].tolist() == held_out


@pytest.mark.parametrize(("n_times", "share"), [(3, 0.8), (1, 0.8), (4, 0.8), (8, 0.1)])
def test_too_few_windows_are_explained(n_times, share):
    with pytest.raises(InputError, match="cannot be split"):
        split_windows(n_times, 3, share, 42)


def test_a_window_s_target_is_the_next_last_coordinate():
    values = course(6)
    windows = coordinate_windows(values, 3)
    assert windows.inputs.shape == (3, 2, 3, 8)
    np.testing.assert_array_equal(windows.inputs[1, 0], values[1:4, :, 0])
    np.testing.assert_array_equal(windows.history[1], values[1:4, :, 1])
    np.testing.assert_array_equal(windows.target[1], values[4, :, 1])


def test_a_network_learns_a_turning_coordinate():
    held_out, (run,), _ = run_published(course(), RING, BUILD, LOSS, TRAINING)
    observed = course()[held_out + 3][..., 1]
    last = course()[held_out + 2][..., 1]
    assert np.mean((run.forecast - observed) ** 2) < 0.5 * np.mean((last - observed) ** 2)
    held = run.curve[run.curve["windows"] == "held_out"]
    assert held["total"].idxmin() == held.index[held["epoch"] == run.best_epoch][0]
    np.testing.assert_allclose(
        held["total"], held[["error", "direction", "trend", "consistency"]].sum(axis=1)
    )
    assert np.mean((run.forecast - observed) ** 2) == pytest.approx(held["total"].min(), rel=1e-4)


def test_an_autoregression_knows_a_linear_law_of_the_windows_trained_on():
    trained, held_out = np.arange(0, 20), np.arange(20, 27)
    forecast = autoregress(coordinate_windows(course(), 3), trained, held_out)
    np.testing.assert_allclose(forecast, course()[held_out + 3][..., 1], atol=1e-5)
    other = course()
    other[23:] = 7.0  # later than the targets of all windows fitted to
    forecast = autoregress(coordinate_windows(other, 3), trained, held_out)
    np.testing.assert_allclose(forecast[0], course()[23][..., 1], atol=1e-5)


def test_training_ends_when_patience_does():
    hasty = replace(TRAINING, patience=2, learning_rate=1.0, most_epochs=40)
    _, (run,), _ = run_published(course(), RING, BUILD, LOSS, hasty)
    assert run.curve["epoch"].max() == run.best_epoch + 2 < 39


def test_a_plateau_halves_the_learning_rate(monkeypatch):
    rates, hold_out = [], published._hold_out

    def record(*arguments):
        rates.append(arguments[-1][0])
        return {"total": 1.0}

    def worse_each_time(*arguments):
        forecast, held = hold_out(*arguments)
        return forecast, held | {"total": float(len(rates))}

    monkeypatch.setattr(published, "_pass", record)
    monkeypatch.setattr(published, "_hold_out", worse_each_time)
    run_published(course(), RING, BUILD, LOSS, replace(TRAINING, halve_after=1, most_epochs=7))
    assert rates == [0.003 / share for share in (1, 1, 1, 2, 2, 4, 4)]
    rates.clear()
    later = replace(TRAINING, halve_after=1, warm_up_epochs=2, most_epochs=7)
    run_published(course(), RING, BUILD, LOSS, later)
    assert rates[2:] == [0.003 / share for share in (1, 1, 1, 2, 2)]


def test_the_learning_rate_rises_then_falls_along_a_cosine():
    curved = replace(TRAINING, warm_up_epochs=1, most_epochs=3, anneals=True)
    half = np.cos(np.pi * np.arange(8) / 8)
    expected = 0.003 * np.array([[0.25, 0.5, 0.75, 1.0], *((1 + half) / 2).reshape(2, 4)])
    np.testing.assert_allclose(learning_rates(curved, 4), expected)
    steady = learning_rates(TRAINING, 4)
    np.testing.assert_array_equal(steady, np.full((12, 4), 0.003))


def test_a_seed_is_a_network_of_its_own_whatever_runs_beside_it():
    both = replace(TRAINING, seeds=(1, 2), most_epochs=2)
    _, (one, two), _ = run_published(course(), RING, BUILD, LOSS, both)
    _, (alone,), _ = run_published(course(), RING, BUILD, LOSS, replace(both, seeds=(2,)))
    assert np.abs(one.forecast - two.forecast).max() > 1e-3
    np.testing.assert_allclose(two.forecast, alone.forecast, atol=1e-5)
    assert two.weights.keys() == alone.weights.keys()


def test_training_that_diverges_is_explained():
    wild = replace(TRAINING, learning_rate=1e30)
    with pytest.raises(InputError, match="diverged"):
        run_published(course(), RING, BUILD, LOSS, wild)


def test_a_warm_up_begins_with_small_steps():
    name = "dense.0.weight"
    torch.manual_seed(1)
    before = BUILD(2).state_dict()[name].numpy()

    def moved(epochs: int) -> float:
        begun = replace(TRAINING, warm_up_epochs=epochs, most_epochs=1)
        _, (run,), _ = run_published(course(), RING, BUILD, LOSS, begun)
        return float(np.abs(run.weights[name] - before).mean())

    assert 0 < moved(20) < 0.2 * moved(0)
