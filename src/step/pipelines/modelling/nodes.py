"""Backtest and forecast of one assay."""

import dataclasses

import pandas as pd
import torch

import step
from step.embeddings.engines import EmbeddingConfig
from step.embeddings.temporal import Embeddings
from step.evaluation.graph_test import GraphTest, graph_test
from step.forecasting.arms import NetworkRecipe
from step.forecasting.backtest import (
    BacktestSettings,
    arm_table,
    backtest_simple_arms,
    filter_courses,
    future_table,
    scored_mse,
)
from step.forecasting.fitted import FittedNetwork, ModelCard
from step.forecasting.network_backtest import NetworkRun, run_graphs
from step.forecasting.origins import forecast_origins
from step.forecasting.panel import Panel, panel_from_expression
from step.forecasting.training import NetworkSettings
from step.graphs.gene_graph import gene_graph


def run_backtest(
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    embeddings: Embeddings,
    network: NetworkSettings,
    embedding: EmbeddingConfig,
    backtest: BacktestSettings,
) -> dict[str, object]:
    """Backtest all arms, test the graph, and forecast.

    Returns:
        backtest (tidy, the network's arms first), graph_test, forecast (tidy), loss_curves, model.
    """
    panel = panel_from_expression(expression)
    origins = forecast_origins(len(panel.times), backtest)
    graph = gene_graph(edges, panel.genes)
    recipe = NetworkRecipe(network.root, embedding, graph, embeddings.embeddings)
    courses = filter_courses(panel, origins, backtest.future_times, backtest.jobs)
    simple = backtest_simple_arms(courses[:-1], backtest.simple_arms, backtest.jobs)
    runs = run_graphs(courses, recipe, backtest.rewirings, backtest.seed, backtest.jobs)
    networks = {"step": runs.step.forecast, "step_no_graph": runs.step_no_graph.forecast}
    tables = [
        arm_table(arm, forecast, panel, origins, backtest.coverage)
        for arm, forecast in (networks | simple).items()
    ]
    rewired = [scored_mse(run.forecast, panel, origins) for run in runs.rewired]
    test: GraphTest = graph_test(
        scored_mse(runs.step.forecast, panel, origins),
        scored_mse(runs.step_no_graph.forecast, panel, origins),
        rewired,
        len(graph.first),
    )
    return {
        "backtest": pd.concat(tables, ignore_index=True),
        "graph_test": test,
        "forecast": future_table(
            runs.step.forecast, runs.step.future, courses[-1], origins, backtest.coverage
        ),
        "loss_curves": runs.step.curves,
        "model": FittedNetwork(runs.step.weights, _card(runs.step, panel, recipe)),
    }


def _card(run: NetworkRun, panel: Panel, recipe: NetworkRecipe) -> ModelCard:
    return ModelCard(
        step_version=step.__version__,
        torch_version=torch.__version__,
        network=dataclasses.asdict(recipe.network),
        target="expression at the next time, log2",
        genes=tuple(panel.genes.tolist()),
        times=tuple(panel.times.tolist()),
        embedding_dimensions=recipe.embeddings.shape[-1],
        trust=float(run.trust[-1]),
        scale_log2=run.scale,
    )
