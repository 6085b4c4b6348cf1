"""The pretrained network, and its combination with the arms that it knows."""

from typing import TYPE_CHECKING

import numpy as np

from step.forecasting.arms.context import COMBINED, WITHOUT_GRAPH, see
from step.forecasting.arms.registry import arm
from step.forecasting.combination import combine
from step.forecasting.course import Course

if TYPE_CHECKING:
    from step.forecasting.in_context import NetworkForecast

NETWORK_WEIGHT = 1.0  # believed of the network before any outcome is known


@arm("STEP", "#0072B2", "network and arms, by what past origins teach", graph=True)
def step(course: Course) -> np.ndarray:
    """Combine the network with the arms that it sees, by the outcomes known at each time."""
    parts = [network, *COMBINED]
    forecasts = np.stack([course.once(each) for each in parts])
    weights = course.once(combination_weights)
    return np.einsum("tha,athg->thg", weights, forecasts)


@arm("STEP, no graph", "#E69F00", "the same without edges")
def step_no_graph(course: Course) -> np.ndarray:
    """Forecast as `step` does, where no gene has a neighbour."""
    unconnected = {kind: graph.without_edges() for kind, graph in course.graphs.items()}
    return course.on(unconnected, WITHOUT_GRAPH).once(step)


@arm(
    "network alone", "#AA4499", "pasts of the gene, of its neighbours and of all genes", graph=True
)
def network(course: Course) -> np.ndarray:
    """Forecast by the network alone."""
    return course.once(look).mean


def look(course: Course) -> "NetworkForecast":
    """Apply the course's network to what it sees."""
    if course.network is None:
        raise ValueError("The course has no network.")
    return course.network(see(course), course.graphs)


def combination_weights(course: Course) -> np.ndarray:
    """Weights of the network and the arms at each time, `[time, horizon, arm]`."""
    forecasts = np.stack([course.once(each) for each in (network, *COMBINED)])
    prior = np.zeros(len(forecasts))
    prior[0] = NETWORK_WEIGHT
    n_times, n_ahead = course.ahead.shape
    weights = np.empty((n_times, n_ahead, len(forecasts)))
    for horizon in range(n_ahead):
        later = horizon + 1
        observed = np.full(course.panel.mean.shape, np.nan)
        observed[: n_times - later] = course.panel.mean[later:]
        learned = combine(forecasts[:, :, horizon], observed, prior)
        # The outcome of a time is known `later` times later: `combine` lets it count from the next.
        weights[:, horizon] = np.concatenate(
            [np.tile(prior, (min(horizon, n_times), 1)), learned[: n_times - horizon]]
        )
    return weights
