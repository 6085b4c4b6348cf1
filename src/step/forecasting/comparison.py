"""The network on the real graph, on none, and on rewired ones."""

import logging
from dataclasses import dataclass

import joblib
import numpy as np

from step.embeddings.temporal import temporal_embedding
from step.forecasting.backtest import BacktestConfig, forecast_origins
from step.forecasting.networks import NetworkRun, Recipe, run_network
from step.forecasting.panel import Panel
from step.forecasting.training import choose_device
from step.graphs.gene_graph import GeneGraph
from step.graphs.weights import weights_over_time

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Comparison:
    """One network recipe on different graphs.

    Attributes:
        step: On the real graph.
        step_no_graph: Without edges.
        rewired_mse: Mean squared error on each rewired graph over the scored origins, log2².
    """

    step: NetworkRun
    step_no_graph: NetworkRun
    rewired_mse: list[float]


def compare_graphs(
    panel: Panel, edges: GeneGraph, embeddings: np.ndarray, recipe: Recipe
) -> Comparison:
    """Run the recipe on the real graph, without edges, and on rewired graphs.

    Whatever the real graph goes through the others go through too: weights over time, embedding,
    training, trust. So under the hypothesis that it does not matter which gene lies where, the real
    graph's error is one draw from the rewired graphs'.

    Args:
        panel: All times.
        edges: The real graph.
        embeddings: Its embedding, shape `[time, gene, dimension]`.
        recipe: The forecaster.
    """
    config = recipe.backtest
    one_gpu = choose_device(recipe.training.device).type == "cuda"
    graphs = [edges, edges.without_edges()]
    graphs += [edges.rewired(config.seed + number) for number in range(config.rewirings)]
    tasks = (
        joblib.delayed(_run_graph)(panel, graph, embeddings if graph is edges else None, recipe)
        for graph in graphs
    )
    runs = []
    for number, run in enumerate(
        joblib.Parallel(n_jobs=1 if one_gpu else config.jobs, return_as="generator")(tasks), start=1
    ):
        logger.info("backtest of the network: graph %d of %d done", number, len(graphs))
        runs.append(run)
    return Comparison(
        step=runs[0],
        step_no_graph=runs[1],
        rewired_mse=[scored_mse(run, panel, config) for run in runs[2:]],
    )


def scored_mse(run: NetworkRun, panel: Panel, config: BacktestConfig) -> float:
    """Mean squared error over genes and scored origins, log2²."""
    origins = forecast_origins(len(panel.times), config)
    observed = panel.mean[origins.every + 1]
    return float(np.nanmean((observed - run.forecast)[origins.n_warm_up :] ** 2))


def _run_graph(
    panel: Panel, edges: GeneGraph, embeddings: np.ndarray | None, recipe: Recipe
) -> NetworkRun:
    if embeddings is None:
        weights = weights_over_time(edges, panel.robust, recipe.embedding.expression_weight)
        embeddings = temporal_embedding(edges, weights, recipe.embedding)
    return run_network(panel, edges, embeddings, recipe)
