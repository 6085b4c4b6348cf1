from dataclasses import replace

import joblib
import numpy as np
import pandas as pd
import pytest

from step.errors import InputError
from step.models.step_mi import STEPmiConfig
from step.published import descent
from step.published.backtest import run_published
from step.published.embedding import EmbeddedCourse
from step.published.settings import PublishedSTEPmi
from tests.published.small import NETWORK, RING, TRAINING, network, turning

GENES = np.array(list("abcdefgh"))
TIMES = np.arange(30) * 0.5
COURSE = EmbeddedCourse(GENES, TIMES, turning())


@pytest.fixture(scope="module")
def both():
    with joblib.parallel_config(backend="sequential"):  # processes take long to start
        return run_published(COURSE, RING, network(seeds=(1, 2), max_epochs=2), "cpu")


def test_all_arms_forecast_the_held_out_windows(both):
    table = both.table
    assert table.groupby("arm")["seed"].nunique().to_dict() == {
        "autoregression": 0,
        "last_value": 0,
        "step": 2,
    }
    ends = TIMES[both.held_out + TRAINING.window - 1]
    for _, rows in table.groupby(["arm", "seed"], dropna=False):
        assert rows["origin"].unique().tolist() == ends.tolist()
        assert (rows["target_time"] == rows["origin"] + 0.5).all()
    coordinate = COURSE.coordinate().stack()
    observed = coordinate.loc[list(zip(table["target_time"], table["gene"], strict=True))]
    np.testing.assert_allclose(table["observed"], observed)
    last = table[table["arm"] == "last_value"]
    repeated = coordinate.loc[list(zip(last["origin"], last["gene"], strict=True))]
    np.testing.assert_allclose(last["forecast"], repeated)
    linear = table[table["arm"] == "autoregression"]
    np.testing.assert_allclose(linear["forecast"], linear["observed"], atol=1e-4)


def test_a_seed_is_a_network_of_its_own_whatever_runs_beside_it(both):
    second = run_published(COURSE, RING, network(seeds=(2,), max_epochs=2), "cpu")

    def forecast(result, seed):
        return result.table.query("arm == 'step' and seed == @seed")["forecast"].to_numpy()

    assert np.abs(forecast(both, 1) - forecast(both, 2)).max() > 1e-3
    np.testing.assert_allclose(forecast(both, 2), forecast(second, 2), atol=1e-5)
    assert {name for name in both.weights if name.startswith("2/")} == set(second.weights)
    assert both.loss_curves.groupby("seed")["epoch"].nunique().to_dict() == {1: 2, 2: 2}


def test_too_few_times_are_explained():
    short = EmbeddedCourse(GENES, TIMES[:4], turning(4))
    with pytest.raises(InputError, match="4 times make 1 windows"):
        run_published(short, RING, network(), "cpu")


def test_mixed_precision_is_off_where_the_device_has_no_bfloat16(monkeypatch):
    monkeypatch.setattr(descent, "computes_bfloat16", lambda device: False)
    mixed, single = (
        run_published(COURSE, RING, network(max_epochs=2, mixed_precision=precision), "cpu")
        for precision in (True, False)
    )
    pd.testing.assert_frame_equal(mixed.table, single.table)


def test_a_network_with_an_lstm_trains_in_mixed_precision_on_any_processor():
    shape = STEPmiConfig(
        channels=(4, 4), lstm_layers=1, lstm_hidden=3, output_channels=4, attention_layers=1
    )
    training = replace(TRAINING, max_epochs=1, mixed_precision=True)
    network = PublishedSTEPmi("STEPmi", shape, NETWORK.loss, training)
    found = run_published(COURSE, RING, network, "cpu")
    assert np.isfinite(found.table["forecast"]).all()
