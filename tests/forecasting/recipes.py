"""Small networks, courses and backtests that the tests share."""

from dataclasses import asdict, replace

import numpy as np
import torch

from step.forecasting.backtest import BacktestSettings
from step.forecasting.course import Course, walk
from step.forecasting.in_context import (
    InContextForecaster,
    PretrainedNetwork,
    PretrainingCard,
    new_network,
)
from step.forecasting.panel import Panel
from step.graphs.gene_graph import GeneGraph
from step.models.in_context import InContextConfig

SHAPES = {
    kind: InContextConfig(
        kind=kind,
        channels=(6, 6, 6),
        state_channels=6,
        lstm_hidden=6,
        attention_heads=2,
        head_channels=8,
    )
    for kind in ("STEPmr", "STEPmi")
}
BACKTEST = BacktestSettings(
    history_share=0.25,
    scored_share=0.5,
    coverage=0.9,
    simple_arms=("last_value", "gene_mean", "ses", "local_level"),
    horizons=2,
    rewirings=19,
    further_rewirings=19,
    graph_ridge_rewirings=19,
    tested_genes=5000,
    future_times=2,
    jobs=1,
    seed=7,
)


def untrained(kind: str = "STEPmr") -> InContextForecaster:
    """A small network whose weights mean nothing, but are not zero."""
    torch.manual_seed(0)
    network = new_network(SHAPES[kind])
    torch.nn.init.normal_(network.head[-1].weight, std=0.3)
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    card = PretrainingCard(
        network=asdict(SHAPES[kind]),
        step_version="0",
        torch_version="0",
        seed=0,
        n_courses=0,
        n_parameters=0,
        validation={},
        prior="none",
    )
    return InContextForecaster(PretrainedNetwork(weights, card))


def course_of(
    panel: Panel, graph: GeneGraph, n_ahead: int = 2, first: int = 0, kind: str = "STEPmr"
) -> Course:
    """A course with a small network, whose edges are contacts."""
    return walk(panel, {"contact": graph}, n_ahead, first, untrained(kind))


def scrambled_after(panel: Panel, origin: int) -> Panel:
    """The same panel with every value after an origin changed."""
    rng = np.random.default_rng(0)
    later = slice(origin + 1, None)
    changed = copied(panel)
    changed.mean[later] += rng.normal(0, 50, changed.mean[later].shape)
    changed.robust[later] = np.nan
    changed.weighted[later] -= 20
    changed.replicate_variance[later] *= 100
    changed.n_replicates[later] += 3
    return changed


def copied(panel: Panel) -> Panel:
    """The same panel, whose values may be written to."""
    names = ("mean", "robust", "weighted", "replicate_variance", "n_replicates")
    return replace(panel, **{name: getattr(panel, name).copy() for name in names})


def summaries(panel: Panel) -> tuple[np.ndarray, ...]:
    """What is said of a time's replicates together, three times over."""
    return panel.mean, panel.robust, panel.weighted
