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


def spread(course: Course) -> np.ndarray:
    """Standard deviation that the network expects of the error, log2, `[time, horizon, gene]`."""
    return course.once(look).spread


def arm_weights(course: Course) -> dict[str, np.ndarray]:
    """Weights of the arms in `step` one time ahead, by what the network weighs as well.

    Returns:
        Arm → weight, shape `[time, gene]`; at each time and gene they sum to one.
    """
    combined = course.once(combination_weights)[:, 0]
    weighed = combined[:, :1, None] * course.once(look).weights[:, 0].transpose(0, 2, 1)
    total = weighed[:, 1:] + combined[:, 1:, None]
    found = {arm.__name__: total[:, number] for number, arm in enumerate(COMBINED)}
    return found | {"local_level": found["local_level"] + weighed[:, 0]}


def combination_weights(course: Course) -> np.ndarray:
    """Weights of the network and the arms at each time, `[time, horizon, arm]`."""
    forecasts = np.stack([course.once(each) for each in (network, *COMBINED)])
    prior = np.zeros(len(forecasts))
    prior[0] = NETWORK_WEIGHT
    n_times, n_ahead = course.ahead.shape
    weights = np.empty((n_times, n_ahead, len(forecasts)))
    for horizon in range(n_ahead):
        learned = combine(forecasts[:, :, horizon], course.came(horizon + 1), prior)
        # `combine` lets an outcome count from the next time on; it is known `horizon` times later.
        weights[:, horizon] = np.concatenate([np.tile(prior, (horizon, 1)), learned])[:n_times]
    return weights
