"""The pretrained network, and its combination with the arms that it knows."""

from typing import TYPE_CHECKING

import numpy as np

from step.forecasting.arms.autoregression import targets
from step.forecasting.arms.context import COMBINED, KEPT, see
from step.forecasting.arms.graph_level import graph_level, graph_levels
from step.forecasting.arms.registry import arm
from step.forecasting.combination import combine
from step.forecasting.course import Course

if TYPE_CHECKING:
    from step.forecasting.in_context import NetworkForecast

TIMES_OF_FOLLOWING = 8.0  # after as many, half of the estimated share of followers is believed


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
    return course.on(unconnected, KEPT).once(step)


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
    return course.network(see(course), course.graphs, course.once(targets))


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
    """Weights of the network and the arms at each time, `[time, horizon, arm]`.

    Before any outcome is known, `graph_level` is believed as far as genes follow their neighbours,
    and the network for the rest. Few times tell little of who follows, so the share of followers is
    shrunk by their number.
    """
    parts = (network, *COMBINED)
    forecasts = np.stack([course.once(each) for each in parts])
    n_times, n_ahead = course.ahead.shape
    count = np.arange(1, n_times + 1)
    following = course.once(graph_levels).following.mean(axis=1)
    following = following * count / (count + TIMES_OF_FOLLOWING)
    prior = np.zeros((n_times, len(parts)))
    prior[:, 0] = 1.0 - following
    prior[:, parts.index(graph_level)] = following
    return np.stack(
        [
            combine(forecasts[:, :, ahead], course.came(ahead + 1), prior, ahead + 1)
            for ahead in range(n_ahead)
        ],
        axis=1,
    )
