"""Backtest and forecast of one assay."""

import pandas as pd
import torch

import step
from step.evaluation.graph_test import graph_test
from step.forecasting.arms import ARMS
from step.forecasting.arms.context import COMBINED
from step.forecasting.arms.network import combination_weights
from step.forecasting.backtest import (
    BacktestSettings,
    arm_table,
    forecast_origins_with,
    future_table,
    scored_mse,
)
from step.forecasting.course import Course, walk
from step.forecasting.fitted import FittedNetwork, ModelCard
from step.forecasting.graph_backtest import gene_places, rewired_errors, shifted_errors
from step.forecasting.in_context import (
    InContextForecaster,
    NetworkSettings,
    PretrainedNetwork,
    load_pretrained,
)
from step.forecasting.origins import Origins, forecast_origins
from step.forecasting.panel import panel_from_expression
from step.graphs.gene_graph import gene_graph

TESTED = [name for name, arm in ARMS.items() if not arm.simple]


def run_backtest(
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    genes: pd.DataFrame,
    network: NetworkSettings,
    backtest: BacktestSettings,
) -> dict[str, object]:
    """Backtest all arms, test the graph, and forecast.

    Returns:
        backtest (tidy, what is under test first), graph_test, forecast (tidy), model.
    """
    course, origins, pretrained = course_of(expression, edges, network, backtest)
    panel = course.panel
    forecasts = forecast_origins_with(course, [*TESTED, *backtest.simple_arms], origins)
    mse = {arm: scored_mse(forecasts[arm], panel, origins) for arm in TESTED}
    seeds = range(backtest.seed, backtest.seed + backtest.rewirings)
    rewired = rewired_errors(course, origins, seeds, backtest.jobs)
    places = gene_places(genes, panel.genes)
    shifted = shifted_errors(course, origins, places, seeds, backtest.jobs)
    n_edges = sum(len(graph.first) for graph in course.graphs.values())
    tables = [
        arm_table(arm, forecast, panel, origins, backtest.coverage)
        for arm, forecast in forecasts.items()
    ]
    future = course.once(ARMS["step"].forecast)[-1]
    return {
        "backtest": pd.concat(tables, ignore_index=True),
        "graph_test": graph_test(mse["step"], mse["step_no_graph"], rewired, n_edges, shifted),
        "forecast": future_table(forecasts["step"], future, course, origins, backtest.coverage),
        "model": FittedNetwork(pretrained.weights, _card(pretrained, course)),
    }


def course_of(
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    network: NetworkSettings,
    backtest: BacktestSettings,
) -> tuple[Course, Origins, PretrainedNetwork]:
    """Walk the course of a study, and load the network that forecasts it."""
    panel = panel_from_expression(expression)
    origins = forecast_origins(len(panel.times), backtest)
    pretrained = load_pretrained(network.kind)
    course = walk(
        panel,
        {"contact": gene_graph(edges, panel.genes)},
        backtest.future_times,
        int(origins.index[0]),
        InContextForecaster(pretrained),
        backtest.jobs,
    )
    return course, origins, pretrained


def _card(pretrained: PretrainedNetwork, course: Course) -> ModelCard:
    parts = ["network", *(arm.__name__ for arm in COMBINED)]
    weights = course.once(combination_weights)[-1, 0]
    return ModelCard(
        step_version=step.__version__,
        torch_version=torch.__version__,
        target="expression at the next times, log2",
        genes=tuple(course.panel.genes.tolist()),
        times=tuple(course.panel.times.tolist()),
        pretraining=pretrained.card,
        weights={part: float(weight) for part, weight in zip(parts, weights, strict=True)},
    )
