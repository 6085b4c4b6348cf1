import numpy as np
import pytest
import torch

from step.errors import InputError
from step.published import training as published
from step.published.training import FittedNetwork, fit_network, learning_rates
from step.published.windows import coordinate_windows, split_windows
from tests.published.small import NETWORK, RING, TRAINING, network, turning

WINDOWS = coordinate_windows(turning(), TRAINING.window)
SPLIT = split_windows(30, TRAINING)


def fitted(**training: object) -> FittedNetwork:
    return fit_network(WINDOWS, SPLIT, RING, network(**training), "cpu", seed=1)


def test_a_network_learns_a_turning_coordinate():
    run = fitted()
    observed = WINDOWS.target[SPLIT.held_out].numpy()
    last = WINDOWS.history[SPLIT.held_out, -1].numpy()
    error = np.mean((run.forecast - observed) ** 2)
    assert error < 0.5 * np.mean((last - observed) ** 2)
    held_out = run.curve[run.curve["windows"] == "held_out"]
    assert held_out.loc[held_out["total"].idxmin(), "kept"]
    assert held_out["kept"].sum() == 1
    np.testing.assert_allclose(
        held_out["total"], held_out[["error", "direction", "trend", "consistency"]].sum(axis=1)
    )
    assert error == pytest.approx(held_out["total"].min(), rel=1e-4)
    assert np.mean((run.trained - WINDOWS.target[SPLIT.trained].numpy()) ** 2) < error


def test_a_plateau_halves_the_learning_rate(monkeypatch):
    rates, hold_out = [], published._hold_out

    def record(*arguments):
        rates.append(arguments[-1][0])
        return {"total": 1.0}

    def worse_each_time(*arguments):
        forecast, held_out = hold_out(*arguments)
        return forecast, held_out | {"total": float(len(rates))}

    monkeypatch.setattr(published, "_train_epoch", record)
    monkeypatch.setattr(published, "_hold_out", worse_each_time)
    fitted(halve_after=1, max_epochs=7)
    assert rates == [0.003 / share for share in (1, 1, 1, 2, 2, 4, 4)]
    rates.clear()
    fitted(halve_after=1, warm_up_epochs=2, max_epochs=7)
    assert rates[2:] == [0.003 / share for share in (1, 1, 1, 2, 2)]


def test_training_ends_when_patience_does(monkeypatch):
    losses = iter([3.0, 2.0, 4.0, 5.0, 6.0, 7.0])
    hold_out = published._hold_out

    def scripted(*arguments):
        return hold_out(*arguments)[0], {"total": next(losses)}

    monkeypatch.setattr(published, "_hold_out", scripted)
    curve = fitted(patience=3).curve
    assert curve["epoch"].max() == 4
    assert curve.loc[curve["kept"], "epoch"].unique().tolist() == [1]


def test_the_learning_rate_rises_then_falls_along_a_cosine():
    curved = network(warm_up_epochs=1, max_epochs=3, anneals=True).training
    half = np.cos(np.pi * np.arange(8) / 8)
    expected = 0.003 * np.array([[0.25, 0.5, 0.75, 1.0], *((1 + half) / 2).reshape(2, 4)])
    np.testing.assert_allclose(learning_rates(curved, 4), expected)
    steady = learning_rates(TRAINING, 4)
    np.testing.assert_array_equal(steady, np.full((12, 4), 0.003))


def test_training_that_diverges_is_explained():
    overflowing = coordinate_windows(turning() * np.float32(1e30), TRAINING.window)
    with pytest.raises(InputError, match="seed 1 diverged"):
        fit_network(overflowing, SPLIT, RING, network(max_epochs=2), "cpu", seed=1)


def test_a_warm_up_begins_with_small_steps():
    name = "dense.0.weight"
    torch.manual_seed(1)
    before = NETWORK.build(2).state_dict()[name].numpy()

    def moved(epochs: int) -> float:
        run = fitted(warm_up_epochs=epochs, max_epochs=1)
        return float(np.abs(run.weights[name] - before).mean())

    assert 0 < moved(20) < 0.2 * moved(0)
