"""The level of a gene that follows its neighbours: a Kalman filter with their levels as its input.

    x(t + Δ) = x(t) + (1 − exp(−κ Δ)) (u(t) − c − x(t)) + a random step
    y(t) = x(t) + noise

u is the weighted mean of the neighbours' levels, c how far the gene usually lies below it (unknown,
with a wide prior), κ the pull. The random step and the noise are those of `step.forecasting.level`,
and so is the way in which the parameters are found: each gene is filtered with every point of a
grid, which holds genes that follow nobody (κ = 0) and, for each kind of edge, means over the
neighbours with weights as they are and raised to a power, where the strongest neighbour counts
nearly alone.

A point is believed by how well it forecast, with the neighbours as they stood at t. Once those at
t + Δ are known as well, x is pulled towards the mean of both. What is forecast is pulled towards
the mean of where the neighbours stand and where they are forecast to be, for they may follow
neighbours themselves. For the same reason, a neighbour's level is, as far as it follows, that of
this filter.

The course is filtered anew, with the noise known by then, whenever its number of times has grown by
a quarter; in between the filter goes on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from step.forecasting.arms.registry import arm
from step.forecasting.course import Course
from step.forecasting.graph_filter import LIKELIHOOD, PRODUCT, STATES, advance, average
from step.forecasting.level import RATIOS, mixture_prior
from step.graphs.gene_graph import GeneGraph

SHARPNESS = 4.0  # power of the edges' weights where the strongest neighbour counts most
PULLS = (0.4, 1.6)  # κ, per usual step
STEP_RATIOS = np.geomspace(RATIOS[0], RATIOS[-1], 8)
SHARED_NOISE = (0.0, 1.0)
REFIT_GROWTH = 1.25


@dataclass(frozen=True)
class GraphLevels:
    """The level of each gene at each time, by its own course and that of its neighbours.

    Attributes:
        path: The level, log2, shape `[time, gene]`.
        forecast: At the times ahead, log2, shape `[time, horizon, gene]`.
        following: Probability that the gene follows its neighbours, shape `[time, gene]`.
    """

    path: np.ndarray
    forecast: np.ndarray
    following: np.ndarray


@arm("graph level", "#117733", "the gene's past, its replicates and neighbours", graph=True)
def graph_level(course: Course) -> np.ndarray:
    """Forecast by the level, pulled towards the neighbours as far as it was so far."""
    return course.once(graph_levels).forecast


def graph_levels(course: Course) -> GraphLevels:
    """Filter a course with its neighbours' levels as input; see the module for the model."""
    path = course.levels.path
    graphs = [
        graph for each in course.graphs.values() for graph in (each, each.sharpened(SHARPNESS))
    ]
    followed = _neighbour_means(graphs, path)
    grid = _grid(len(graphs))
    alone = [np.zeros(path.shape[1], dtype=bool), *(~each.has_neighbours for each in graphs)]
    excluded = np.stack(alone, axis=-1)[:, grid.source]
    allowed = None if not excluded.any() else (~excluded.T).astype(np.float32)
    level, following = path.copy(), np.zeros(path.shape)
    forecast = course.levels.forecast.copy()
    for begin, end in pairwise([*refit_times(len(path)), len(path)]):
        states = _filter(course, followed, grid, begin, end)
        for time, state in zip(range(begin, end), states, strict=True):
            distance = course.ahead[time] / course.usual_steps[time]
            kept = np.stack([grid.kept(each) for each in distance]).astype(np.float32)
            likelihood = state[:, LIKELIHOOD] - 0.5 * np.log(state[:, PRODUCT])
            likelihood[excluded] = -np.inf
            likelihood = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
            prior = mixture_prior(likelihood.T, allowed)
            found, pulled = average(prior, likelihood, state, followed[time], grid.begins, kept)
            known, expected = course.begun[time], found[2:]
            level[time, known], following[time, known] = found[:2, known]
            own = path[time] + following[time] * (level[time] - path[time])
            now = _neighbour_means(graphs, own)
            expected += (pulled * (now - followed[time])).sum(axis=-1)
            later = _neighbour_means(graphs, np.where(known, expected, forecast[time]))
            expected += (pulled * 0.5 * (later - now)).sum(axis=-1)
            forecast[time] = np.where(known, expected, forecast[time])
            followed[time] = now
    return GraphLevels(level, forecast, following)


def _neighbour_means(graphs: Sequence[GeneGraph], levels: np.ndarray) -> np.ndarray:
    """Return the inputs, the first of which is none: `[…, gene]` → `[…, gene, input]`."""
    means = [(graph.neighbour_mean @ levels.T).T for graph in graphs]
    return np.stack([np.zeros_like(levels), *means], axis=-1, dtype=np.float32)


def refit_times(n_times: int) -> list[int]:
    """List the times at which the course is filtered anew."""
    times = [0]
    while (later := max(times[-1] + 1, int((times[-1] + 1) * REFIT_GROWTH) - 1)) < n_times:
        times.append(later)
    return times


@dataclass(frozen=True)
class _Grid:
    """Points of the grid.

    Attributes:
        source: Which input is followed, 0 for none, shape `[point]`.
        pull: κ, shape `[point]`.
        ratio: Variance of the random step in a usual step, relative to the noise, `[point]`.
        shared: Noise that the replicates share, relative to the noise, `[point]`.
    """

    source: np.ndarray
    pull: np.ndarray
    ratio: np.ndarray
    shared: np.ndarray

    @property
    def begins(self) -> np.ndarray:
        """First point of each input, and the number of points, `[input + 1]`."""
        return np.searchsorted(self.source, np.arange(self.source[-1] + 2))

    def kept(self, elapsed: float) -> np.ndarray:
        """Share of the distance to what is followed that is left after some usual steps."""
        return np.exp(-self.pull * elapsed)

    def grown(self, elapsed: float) -> np.ndarray:
        """Variance of the random step in some usual steps, relative to the noise."""
        return self.ratio * elapsed


def _grid(n_inputs: int) -> _Grid:
    followed = [(0, 0.0), *product(range(1, n_inputs + 1), PULLS)]
    points = [(*each, r, s) for each in followed for r in STEP_RATIOS for s in SHARED_NOISE]
    source, pull, ratio, shared = np.array(points).T
    return _Grid(source.astype(np.int64), pull, ratio, shared)


def _filter(
    course: Course, followed: np.ndarray, grid: _Grid, begin: int, end: int
) -> Iterator[np.ndarray]:
    """Filter every gene at every point of the grid, from the course's first time on.

    Until the time `begin` the noise is what was known then; from there on, what was known at each
    time.

    Args:
        course: The course.
        followed: The inputs, the first of them none, shape `[time, gene, input]`.
        grid: The grid.
        begin: First time whose state is given.
        end: The time after the last.

    Yields:
        The state at each time from `begin` on, the same array each time; see `advance`.
    """
    known = np.maximum(np.arange(end), begin)
    elapsed = np.diff(course.panel.times[:end], prepend=course.panel.times[0])
    elapsed = elapsed / course.usual_steps[known]
    replicates = np.maximum(course.panel.n_replicates[:end], 1.0)
    measured = np.stack(
        [
            course.levels.observed[:end],
            course.levels.replicate_noise[known] / replicates + course.levels.shock[:end],
            course.levels.usual_noise[known],
        ]
    ).astype(np.float32)
    moves = np.stack([[grid.kept(each), grid.grown(each)] for each in elapsed]).astype(np.float32)
    shared = grid.shared.astype(np.float32)
    state = np.zeros((measured.shape[2], STATES, len(shared)), dtype=np.float32)
    state[:, PRODUCT] = 1.0
    count = np.zeros(measured.shape[2], dtype=np.int64)
    points = (grid.begins, shared)
    for start, stop in pairwise([0, *range(begin + 1, end + 1)]):
        advance(state, count, measured, followed, points, moves, (start, stop))
        yield state
