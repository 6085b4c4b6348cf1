"""The level of a gene that follows its neighbours: a Kalman filter with their levels as its input.

    x(t + Δ) = x(t) + (1 − exp(−κ Δ)) (u(t) − c − x(t)) + a random step
    y(t) = x(t) + noise

u is the weighted mean of the neighbours' levels: the mean of both ends of an interval that has
passed, the last known one in a forecast. c is how far the gene usually lies below it (unknown, with
a wide prior), κ the pull. The random step and the noise are those of `step.forecasting.level`, and
so is the way in which the parameters are found: each gene is filtered with every point of a grid,
which holds genes that follow nobody (κ = 0) and, for each kind of edge, means over the neighbours
with weights as they are and raised to a power, where the strongest neighbour counts nearly alone.

The course is filtered anew, with the noise known by then, whenever its number of times has grown by
a quarter; in between the filter goes on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product

import numba
import numpy as np

from step.forecasting.arms.registry import arm
from step.forecasting.course import Course
from step.forecasting.level import RATIOS, mixture_prior
from step.graphs.gene_graph import GeneGraph

SHARPNESS = 4.0  # power of the edges' weights where the strongest neighbour counts most
PULLS = (0.4, 1.6)  # κ, per usual step
STEP_RATIOS = np.geomspace(RATIOS[0], RATIOS[-1], 8)
SHARED_NOISE = (0.0, 1.0)
OFFSET_VARIANCE = 100.0  # of c before anything is known, relative to the noise
REFIT_GROWTH = 1.25
LOG_EVERY = 4  # products of this many variances stay far from the ends of a single
Arrays = tuple[np.ndarray, ...]
_STATES, _LIKELIHOOD, _PRODUCT = 7, 5, 6  # see `_advance`


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
    means = (np.zeros_like(path), *(_mean(each, path) for each in graphs))
    followed = np.stack(means, axis=-1, dtype=np.float32, casting="same_kind")
    passed = np.concatenate([followed[:1], (followed[:-1] + followed[1:]) / 2])
    grid = _grid(len(graphs))
    points = (grid.source, grid.pull > 0)
    alone = [np.zeros(path.shape[1], dtype=bool), *(~each.has_neighbours for each in graphs)]
    excluded = np.stack(alone, axis=-1)[:, grid.source]
    allowed = None if not excluded.any() else (~excluded.T).astype(np.float32)
    level, following = np.empty((2, *path.shape))
    forecast = np.empty(course.levels.forecast.shape)
    for begin, end in pairwise([*refit_times(len(path)), len(path)]):
        states = _filter(course, passed, grid, begin, end)
        for time, state in zip(range(begin, end), states, strict=True):
            distance = course.ahead[time] / course.usual_steps[time]
            kept = np.stack([grid.kept(each) for each in distance]).astype(np.float32)
            likelihood = state[:, _LIKELIHOOD] - 0.5 * np.log(state[:, _PRODUCT])
            likelihood[excluded] = -np.inf
            likelihood = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
            prior = mixture_prior(likelihood.T, allowed)
            found = _average(prior, likelihood, state, followed[time], *points, kept)
            level[time], following[time], forecast[time] = found[0], found[1], found[2:]
    begun = np.maximum.accumulate(~np.isnan(course.levels.observed), axis=0)
    forecast = np.where(begun[:, None], forecast, course.levels.forecast)
    return GraphLevels(np.where(begun, level, path), forecast, np.where(begun, following, 0.0))


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


def _mean(graph: GeneGraph, path: np.ndarray) -> np.ndarray:
    """Mean of the neighbours' levels, shape `[time, gene]`."""
    return (graph.neighbour_mean @ path.T).T


def _filter(
    course: Course, followed: np.ndarray, grid: _Grid, begin: int, end: int
) -> Iterator[np.ndarray]:
    """Filter every gene at every point of the grid, from the course's first time on.

    Until the time `begin` the noise is what was known then; from there on, what was known at each
    time.

    Args:
        course: The course.
        followed: The inputs before each time, the first of them none, `[time, gene, input]`.
        grid: The grid.
        begin: First time whose state is given.
        end: The time after the last.

    Yields:
        The state at each time from `begin` on, the same array each time; see `_advance`.
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
    state = np.zeros((measured.shape[2], _STATES, len(shared)), dtype=np.float32)
    state[:, _PRODUCT] = 1.0
    count = np.zeros(measured.shape[2], dtype=np.int64)
    for start, stop in pairwise([0, *range(begin + 1, end + 1)]):
        points = (grid.source, shared)
        _advance(state, count, measured, followed, points, moves, (start, stop))
        yield state


# Without fast math, which would let code that was compiled now and code from the cache differ in
# their last bits.
@numba.njit(parallel=True, cache=True, error_model="numpy")
def _advance(
    state: np.ndarray,
    count: np.ndarray,
    measured: np.ndarray,
    followed: np.ndarray,
    points: tuple[np.ndarray, np.ndarray],
    moves: np.ndarray,
    span: tuple[int, int],
) -> None:
    """Take the filter through some times; the state and the count of measured times change.

    The state is x and c, their variances and covariance, and the log-likelihood without the
    logarithm of a product of variances that is held beside it, shape `[gene, 7, point]`.
    """
    source, shared = points
    n_points = len(source)
    for gene in numba.prange(len(state)):
        own = state[gene]
        # Copies, for compilers do not vectorise what may overlap.
        mean = (own[0].copy(), own[1].copy())
        spread = (own[2].copy(), own[3].copy(), own[4].copy())
        evidence = (own[5].copy(), own[6].copy())
        aim = np.empty(n_points, dtype=np.float32)
        weights = (np.empty_like(aim), np.empty_like(aim))
        for time in range(span[0], span[1]):
            y, told, v = measured[:, time, gene]
            if count[gene]:
                for k in range(n_points):
                    aim[k] = followed[time, gene, source[k]]
                _move(mean, spread, aim, moves[time, 0].copy(), moves[time, 1].copy(), v)
            if np.isnan(y):
                continue
            if count[gene]:
                _learn(mean, spread, evidence, weights, (y, told, v), shared)
            else:
                for k in range(n_points):
                    noise = told + shared[k] * v
                    mean[0][k], mean[1][k] = y, followed[time, gene, source[k]] - y
                    spread[0][k], spread[1][k] = noise, -noise
                    spread[2][k] = noise + np.float32(OFFSET_VARIANCE) * v
            count[gene] += 1
            if count[gene] % LOG_EVERY == 0:
                for k in range(n_points):
                    evidence[0][k] -= np.float32(0.5) * np.log(evidence[1][k])
                    evidence[1][k] = 1.0
        own[0], own[1] = mean
        own[2], own[3], own[4] = spread
        own[5], own[6] = evidence


# In both, short loops one after another: compilers vectorise these.
@numba.njit(cache=True, error_model="numpy")
def _move(
    mean: Arrays, spread: Arrays, aim: np.ndarray, kept: np.ndarray, grown: np.ndarray, v: float
) -> None:
    """Expect x and c after a step."""
    (x, c), (pxx, pxc, pcc) = mean, spread
    one = np.float32(1.0)
    for k in range(len(x)):
        x[k] = kept[k] * x[k] + (one - kept[k]) * (aim[k] - c[k])
    for k in range(len(x)):
        a, b = kept[k], one - kept[k]
        change = a * pxc[k] - b * pcc[k]
        pxx[k] = a * a * pxx[k] - b * (a * pxc[k] + change) + grown[k] * v
        pxc[k] = change


@numba.njit(cache=True, error_model="numpy")
def _learn(
    mean: Arrays,
    spread: Arrays,
    evidence: Arrays,
    weights: Arrays,
    measured: tuple[float, float, float],
    shared: np.ndarray,
) -> None:
    """Learn from a measured value."""
    (x, c), (pxx, pxc, pcc), (likelihood, product) = mean, spread, evidence
    (gain, inverse), (y, told, v) = weights, measured
    scale = np.float32(1.0) / v
    for k in range(len(x)):
        total = pxx[k] + told + shared[k] * v
        product[k] *= total * scale
        inverse[k] = np.float32(1.0) / total
        gain[k] = pxx[k] * inverse[k]
    for k in range(len(x)):
        surprise = y - x[k]
        likelihood[k] -= np.float32(0.5) * surprise * surprise * inverse[k]
        c[k] += pxc[k] * inverse[k] * surprise
        x[k] += gain[k] * surprise
    for k in range(len(x)):
        pcc[k] -= pxc[k] * pxc[k] * inverse[k]
        pxc[k] -= gain[k] * pxc[k]
        pxx[k] -= gain[k] * pxx[k]


@numba.njit(parallel=True, cache=True, error_model="numpy")
def _average(
    prior: np.ndarray,
    likelihood: np.ndarray,
    state: np.ndarray,
    followed: np.ndarray,
    source: np.ndarray,
    follows: np.ndarray,
    kept: np.ndarray,
) -> np.ndarray:
    """Average over the grid by posterior probability.

    Args:
        prior: Of each point, shape `[point]`.
        likelihood: Shape `[gene, point]`.
        state: See `_advance`.
        followed: The inputs now, shape `[gene, input]`.
        source: Which input a point follows, shape `[point]`.
        follows: Whether it follows any, shape `[point]`.
        kept: Share of the distance to what is followed that is left at each horizon,
            `[horizon, point]`.

    Returns:
        The level, the probability that the gene follows, and the forecasts, `[2 + horizon, gene]`.
    """
    n_ahead, n_points = kept.shape
    n_genes = len(likelihood)
    found = np.zeros((2 + n_ahead, n_genes))
    for gene in numba.prange(n_genes):
        x, c = state[gene, 0], state[gene, 1]
        weight = prior * likelihood[gene]
        weight /= weight.sum()
        away = np.empty(n_points, dtype=np.float32)
        for k in range(n_points):
            away[k] = x[k] - (followed[gene, source[k]] - c[k])
        level = (weight * x).sum()
        found[0, gene] = level
        found[1, gene] = (weight * follows).sum()
        for horizon in range(n_ahead):
            lost = np.float32(0.0)
            for k in range(n_points):
                lost += weight[k] * (np.float32(1.0) - kept[horizon, k]) * away[k]
            found[2 + horizon, gene] = level - lost
    return found
