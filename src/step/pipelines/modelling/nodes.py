"""Backtest and forecast of one assay."""

from dataclasses import replace

import pandas as pd
import torch

import step
from step.errors import InputError
from step.evaluation.graph_test import GraphTest, graph_test
from step.forecasting.arms import ARMS
from step.forecasting.arms.context import COMBINED, KEPT
from step.forecasting.arms.network import arm_weights, combination_weights
from step.forecasting.backtest import (
    BacktestSettings,
    arm_table,
    future_table,
    run_arms,
)
from step.forecasting.course import Course, walk
from step.forecasting.fitted import FittedNetwork, ModelCard
from step.forecasting.graph_backtest import (
    Places,
    gene_places,
    real_losses,
    rewired_losses,
    shifted_losses,
)
from step.forecasting.in_context import (
    InContextForecaster,
    NetworkSettings,
    PretrainedNetwork,
    load_pretrained,
)
from step.forecasting.origins import Origins, forecast_origins
from step.forecasting.panel import panel_from_expression
from step.graphs.gene_graph import gene_graphs
from step.graphs.stretch import stretch
from step.memory import give_back
from step.parallel import end_workers
from step.runtime import Device, choose_device

MANY_GENES = 2000  # more of them need the memory that idle processes hold
TESTED = [name for name, arm in ARMS.items() if not arm.simple]


def run_backtest(
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    genes: pd.DataFrame,
    network: NetworkSettings,
    backtest: BacktestSettings,
    device: Device,
) -> dict[str, object]:
    """Backtest all arms, test the graph, and forecast.

    Returns:
        backtest (tidy, what is under test first), graph_test, forecast (tidy), weights (tidy),
        model.
    """
    course, origins, pretrained = course_of(expression, edges, network, backtest, device)
    forecasts = run_arms(course, [*TESTED, *backtest.simple_arms])
    many = len(course.panel.genes) > MANY_GENES
    if many:  # processes that fitted arms of other libraries hold the code of these
        end_workers()
    tested = _test_graphs(course, origins, genes, backtest, device)
    if many:
        end_workers()
    tables = [
        arm_table(arm, forecast, course, origins, backtest) for arm, forecast in forecasts.items()
    ]
    return {
        "backtest": pd.concat(tables, ignore_index=True),
        "graph_test": tested,
        "forecast": future_table(forecasts["step"], course, origins, backtest),
        "weights": _tabulate_weights(course, origins),
        "model": FittedNetwork(pretrained.weights, _card(pretrained, course)),
    }


def course_of(
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    network: NetworkSettings,
    backtest: BacktestSettings,
    device: Device,
) -> tuple[Course, Origins, PretrainedNetwork]:
    """Walk the course of a study, and load the network that forecasts it on a device.

    Raises:
        InputError: The course is too short, no gene was measured at any scored time, or there is no
            such device.
    """
    panel = panel_from_expression(expression)
    origins = forecast_origins(len(panel.times), backtest)
    if not (~pd.isna(panel.mean[origins.scored + 1])).any():
        raise InputError(
            f"No gene has a value at any of the last {len(origins.scored)} times, whose forecasts "
            "are scored. Leave the empty times out of the table, or raise `backtest.scored_share`."
        )
    pretrained = load_pretrained(network.kind)
    course = walk(
        panel,
        gene_graphs(edges, panel.genes),
        max(backtest.horizons, backtest.future_times),
        int(origins.index[0]),
        InContextForecaster(pretrained, network.fine_tuning, device),
        backtest.jobs,
    )
    return course, origins, pretrained


def _test_graphs(
    course: Course,
    origins: Origins,
    genes: pd.DataFrame,
    backtest: BacktestSettings,
    device: Device,
) -> GraphTest:
    """Test all kinds of edges together, and where there are several, each alone.

    A large study is tested on a part of its genes.
    """
    places = gene_places(genes, course.panel.genes)
    n_edges = sum(len(graph.first) for graph in course.graphs.values())
    part = None
    if len(course.panel.genes) > backtest.tested_genes and n_edges:
        chosen = stretch(
            course.graphs, places.chromosome, places.place, backtest.tested_genes, backtest.seed
        )
        course, places, part = course.among(chosen), places.among(chosen), len(chosen)
    networks = backtest
    if choose_device(device).type == "cuda":  # which several processes would only share
        networks = replace(backtest, jobs=1)
    whole = _test_graph(course, origins, "step", "step_no_graph", networks, places)
    linear = replace(backtest, rewirings=backtest.graph_ridge_rewirings)
    ridge = _test_graph(course, origins, "graph_ridge", "ridge_ar", linear)
    further = replace(networks, rewirings=min(backtest.further_rewirings, backtest.rewirings))
    kinds = {}
    if len(course.graphs) > 1:
        for kind, graph in course.graphs.items():
            alone = course.on({kind: graph}, KEPT)
            kinds[kind] = _test_graph(alone, origins, "step", "step_no_graph", further)
    return replace(whole, graph_ridge=ridge, kinds=kinds, n_edges=n_edges, tested_genes=part)


def _test_graph(
    course: Course,
    origins: Origins,
    tested: str,
    without: str,
    backtest: BacktestSettings,
    places: Places | None = None,
) -> GraphTest:
    """Test the graph by an arm that uses it and by what that arm is without it.

    Where genes' places are given, they are shifted along their chromosomes as well.
    """
    forecaster = ARMS[tested].forecast
    real, no_graph = (
        real_losses(course, origins, each) for each in (forecaster, ARMS[without].forecast)
    )
    give_back()  # to the processes that test
    seeds = range(backtest.seed, backtest.seed + backtest.rewirings)
    rewired = rewired_losses(course, origins, forecaster, seeds, backtest.jobs)
    shifted = None
    if places is not None:
        fewer = seeds[: backtest.further_rewirings]
        shifted = shifted_losses(course, origins, forecaster, places, fewer, backtest.jobs)
    n_edges = sum(len(graph.first) for graph in course.graphs.values())
    return graph_test(real, no_graph, n_edges, rewired, shifted)


def _tabulate_weights(course: Course, origins: Origins) -> pd.DataFrame:
    """Mean weight of each arm in `step` over the scored origins, gene by gene."""
    weights = {
        arm: weight[origins.scored].mean(axis=0) for arm, weight in arm_weights(course).items()
    }
    table = pd.DataFrame(weights, index=pd.Index(course.panel.genes, name="gene"))
    return table.reset_index().melt("gene", var_name="arm", value_name="weight")


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
