"""The rules that no change may break: nothing sees the future, and the graph test is honest."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from step.embeddings.temporal import EmbeddingConfig, temporal_embedding
from step.errors import InputError
from step.evaluation.significance import permutation_p
from step.forecasting.backtest import BacktestConfig, forecast_origins
from step.forecasting.baselines import BASELINES
from step.forecasting.comparison import compare_graphs, scored_mse
from step.forecasting.networks import Recipe, TrainingConfig, run_network
from step.forecasting.training import choose_device
from step.graphs.weights import weights_over_time
from step.models.losses import LossConfig
from step.models.step_mi import STEPmi, STEPmiConfig
from step.models.step_mr import STEPmr, STEPmrConfig
from tests.conftest import simulated_study

BUILD = {
    "mr": partial(
        STEPmr,
        config=STEPmrConfig(
            channels=(8, 8, 8),
            dense_channels=4,
            head_channels=(8, 4),
            dropout=0.3,
            norm_over_genes=False,
            corrects=True,
        ),
    ),
    "mi": partial(
        STEPmi,
        config=STEPmiConfig(
            channels=(4, 4, 4, 4),
            lstm_layers=1,
            lstm_hidden=4,
            output_channels=4,
            attention_heads=2,
            attention_layers=1,
            head_channels=(8, 4),
            norm_over_genes=False,
            corrects=True,
        ),
    ),
}
LOSS = LossConfig("mse", 1.0, 0.02, 0.02, 0.02, 0.1)
TRAINING = TrainingConfig(
    window=3, initial_steps=40, update_steps=2, learning_rate=0.01, weight_decay=0.3, seed=1
)
EMBEDDING = EmbeddingConfig(
    dimensions=2,
    walk_length=8,
    walks_per_node=4,
    context=3,
    first_epochs=1,
    p=1.0,
    q=1.0,
    expression_weight=0.4,
    seed=1,
)
BACKTEST = BacktestConfig(
    history_share=0.25,
    scored_share=0.5,
    coverage=0.9,
    rewirings=19,
    future_times=2,
    jobs=-1,
    seed=7,
)


def forecasts(panel, edges, build, **changes):
    weights = weights_over_time(edges, panel.robust, EMBEDDING.expression_weight)
    embeddings = temporal_embedding(edges, weights, EMBEDDING)
    training = replace(TRAINING, initial_steps=3, update_steps=1, **changes)
    recipe = Recipe(build, LOSS, training, EMBEDDING, BACKTEST)
    return run_network(panel, edges, embeddings, recipe)


@pytest.mark.parametrize(
    ("network", "edge_weights"), [("mr", "static"), ("mi", "static"), ("mr", "over_time")]
)
def test_what_happens_after_the_origin_changes_no_bit_of_a_forecast(study, network, edge_weights):
    panel, edges = study
    origin = 15
    rng = np.random.default_rng(0)
    changed = replace(
        panel,
        mean=panel.mean.copy(),
        robust=panel.robust.copy(),
        replicate_variance=panel.replicate_variance.copy(),
        n_replicates=panel.n_replicates.copy(),
    )
    later = slice(origin + 1, None)
    changed.mean[later] += rng.normal(0, 50, changed.mean[later].shape)
    changed.robust[later] = np.nan
    changed.replicate_variance[later] *= 100
    changed.n_replicates[later] += 3
    before, after = (
        forecasts(p, edges, BUILD[network], edge_weights=edge_weights) for p in (panel, changed)
    )
    known = origin - 6 + 1
    np.testing.assert_array_equal(before.forecast[:known], after.forecast[:known])
    assert not np.array_equal(before.forecast[known:], after.forecast[known:])
    for forecast in BASELINES.values():
        np.testing.assert_array_equal(
            forecast(panel.until(origin)), forecast(changed.until(origin))
        )


def test_the_same_seed_gives_the_same_bits(study):
    panel, edges = study
    first, second = (forecasts(panel, edges, BUILD["mr"]) for _ in range(2))
    np.testing.assert_array_equal(first.forecast, second.forecast)
    np.testing.assert_array_equal(first.future, second.future)


def test_edge_weights_over_time_are_other_ones(study):
    panel, edges = study
    static, changing = (
        forecasts(panel, edges, BUILD["mr"], edge_weights=name) for name in ("static", "over_time")
    )
    assert np.isfinite(changing.forecast).all()
    assert not np.array_equal(static.forecast, changing.forecast)


def test_mixed_precision_forecasts_nearly_the_same(study):
    panel, edges = study
    whole, mixed = (
        forecasts(panel, edges, BUILD["mi"], mixed_precision=mixed) for mixed in (False, True)
    )
    assert not np.array_equal(whole.forecast, mixed.forecast)
    assert (
        np.abs(whole.correction - mixed.correction).mean()
        < 0.1 * np.abs(whole.correction).mean() + 0.01
    )


def test_a_device_that_is_not_there_is_explained(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto").type == "cpu"
    with pytest.raises(InputError, match="finds no CUDA device"):
        choose_device("cuda")
    with pytest.raises(InputError, match="auto, cpu or cuda"):
        choose_device("tpu")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_forecasts_nearly_the_same(study):
    panel, edges = study
    here, there = (forecasts(panel, edges, BUILD["mi"], device=d) for d in ("cpu", "cuda"))
    np.testing.assert_allclose(here.forecast, there.forecast, atol=1e-2)


def graph_test(coupling: float, seed: int) -> tuple[float, float]:
    """p of the graph test, and the real graph's error relative to that without a graph."""
    panel, edges = simulated_study(coupling, seed)
    weights = weights_over_time(edges, panel.robust, EMBEDDING.expression_weight)
    embeddings = temporal_embedding(edges, weights, EMBEDDING)
    recipe = Recipe(BUILD["mr"], LOSS, TRAINING, EMBEDDING, BACKTEST)
    compared = compare_graphs(panel, edges, embeddings, recipe)
    real = scored_mse(compared.step, panel, BACKTEST)
    without = scored_mse(compared.step_no_graph, panel, BACKTEST)
    return permutation_p(real, compared.rewired_mse), real / without


def test_positive_control_the_graph_is_found_where_genes_follow_their_neighbours():
    p, relative = graph_test(coupling=1.0, seed=2)
    assert p == 0.05  # better than all of 19 rewired graphs
    assert relative < 0.98


def test_negative_control_no_graph_is_found_where_there_is_no_coupling():
    """One study in twenty may reach p = 0.05 by chance; two of three do in one of 140 times."""
    tested = [graph_test(coupling=0.0, seed=seed) for seed in (2, 3, 4)]
    assert sum(p <= 0.05 for p, _ in tested) <= 1
    for _, relative in tested:
        assert relative == pytest.approx(1.0, abs=0.01)


def test_a_network_that_finds_nothing_does_no_harm():
    panel, edges = simulated_study(coupling=0.0, seed=5)
    run = forecasts(panel, edges, BUILD["mr"])
    origins = forecast_origins(len(panel.times), BACKTEST)
    observed = panel.mean[origins.every + 1]
    assert len(run.forecast) == len(observed)
    level = np.mean((observed - run.level[:-1]) ** 2)
    assert np.mean((observed - run.forecast) ** 2) < 1.01 * level


def test_a_window_longer_than_the_history_is_refused(study):
    panel, edges = study
    long = Recipe(BUILD["mr"], LOSS, replace(TRAINING, window=7), EMBEDDING, BACKTEST)
    with pytest.raises(InputError, match="`window` of 7"):
        run_network(panel, edges, np.zeros((26, 80, 0)), long)


def test_forecasts_of_the_future_are_finite_and_grow_less_certain(study):
    panel, edges = study
    run = forecasts(panel, edges, BUILD["mr"])
    assert run.future.shape == (2, len(panel.genes))
    assert np.isfinite(run.future).all()
    assert (run.future_spread[0] == 1).all()
    assert (run.future_spread[1] > 1).all()
