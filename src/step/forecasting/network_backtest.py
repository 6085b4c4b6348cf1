"""The network on the real graph, on none, and on rewired ones."""

from collections.abc import Callable
from dataclasses import dataclass

import joblib
import numpy as np
import pandas as pd

from step.forecasting.arms import NetworkRecipe
from step.forecasting.arms.network import NetworkForecaster, on_graph, step, step_no_graph
from step.forecasting.backtest import roll
from step.forecasting.course import Course
from step.forecasting.training import choose_device
from step.graphs.rewiring import rewire
from step.progress import progress


@dataclass(frozen=True)
class NetworkRun:
    """What a network forecast.

    Attributes:
        forecast: Of the time after each origin, log2, shape `[origin, gene]`.
        untrusted: The same, had the network been trusted fully at every origin.
        future: After the last time, log2, shape `[horizon, gene]`.
        trust: λ at each origin, the last time's last, shape `[origin + 1]`.
        scale: Of the last windows, log2 units of one unit of the network's.
        curves: Loss components: origin (time), step, component columns, total.
        weights: The final network's, by name.
    """

    forecast: np.ndarray
    untrusted: np.ndarray
    future: np.ndarray
    trust: np.ndarray
    scale: float
    curves: pd.DataFrame
    weights: dict[str, np.ndarray]


def run_network(courses: list[Course], forecaster: NetworkForecaster) -> NetworkRun:
    """Roll a network over the courses of all origins and of the whole panel, which is last."""
    forecasts = roll(courses, forecaster)
    corrections = forecaster.corrections
    return NetworkRun(
        forecast=np.stack([forecast[0] for forecast in forecasts[:-1]]),
        untrusted=np.stack([each.level + each.correction for each in corrections[:-1]]),
        future=forecasts[-1],
        trust=np.array([each.trust for each in corrections]),
        scale=forecaster.scale,
        curves=pd.concat(forecaster.curves, ignore_index=True),
        weights=forecaster.weights(),
    )


@dataclass(frozen=True)
class GraphRuns:
    """One network on different graphs.

    Attributes:
        step: On the real graph.
        step_no_graph: Without edges.
        rewired: On each rewired graph.
    """

    step: NetworkRun
    step_no_graph: NetworkRun
    rewired: list[NetworkRun]


def run_graphs(
    courses: list[Course], recipe: NetworkRecipe, rewirings: int, seed: int, jobs: int
) -> GraphRuns:
    """Run a network on the real graph, without edges, and on rewired graphs.

    Whatever the real graph goes through the others go through too: weights over time, embedding,
    training, trust. So under the hypothesis that it does not matter which gene lies where, the real
    graph's error is one draw from the rewired graphs'. A graph without edges is not rewired.

    Args:
        courses: Of all origins and of the whole panel, which is last.
        recipe: The network, and the real graph.
        rewirings: Number of rewired graphs.
        seed: Of the first rewiring; each later one adds one to it.
        jobs: Processes that work side by side.
    """
    one_gpu = choose_device(recipe.network.training.device).type == "cuda"
    has_edges = len(recipe.graph.first) > 0
    seeds = range(seed, seed + rewirings) if has_edges else range(0)
    tasks = [joblib.delayed(_run_arm)(courses, recipe, arm) for arm in (step, step_no_graph)]
    tasks += [joblib.delayed(_run_rewired)(courses, recipe, each) for each in seeds]
    runs = joblib.Parallel(n_jobs=1 if one_gpu else jobs, return_as="generator")(tasks)
    real, no_graph, *rewired = progress(runs, len(tasks), f"network on {len(tasks)} graphs")
    return GraphRuns(real, no_graph, rewired)


def _run_arm(
    courses: list[Course],
    recipe: NetworkRecipe,
    prepare: Callable[[NetworkRecipe], NetworkForecaster],
) -> NetworkRun:
    return run_network(courses, prepare(recipe))


def _run_rewired(courses: list[Course], recipe: NetworkRecipe, seed: int) -> NetworkRun:
    expression = courses[-1].panel.robust
    rewired = on_graph(recipe, rewire(recipe.graph, seed), expression)
    return run_network(courses, NetworkForecaster(rewired))
