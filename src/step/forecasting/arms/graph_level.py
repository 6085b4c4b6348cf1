"""The level of a gene that follows its neighbours: a Kalman filter with their levels as its input.

    x(t + Δ) = x(t) + (1 − exp(−κ Δ)) (u(t) − c − x(t)) + a random step
    y(t) = x(t) + noise

u is the weighted mean of the neighbours' levels, c how far the gene usually lies below it (unknown,
with a wide prior), κ the pull. The random step and the noise are those of `step.forecasting.level`,
and so is the way in which the parameters are found: each gene is filtered with every point of a
grid, which holds genes that follow nobody (κ = 0) and, for each kind of edge, means over the
neighbours with weights as they are and raised to a power, where the strongest neighbour counts
nearly alone.

The course is filtered anew, with the noise known by then, whenever its number of times has grown by
a quarter; in between the filter goes on.
"""

from dataclasses import dataclass
from itertools import pairwise, product

import numba
import numpy as np

from step.forecasting.arms.registry import arm
from step.forecasting.course import Course
from step.forecasting.level import LOG_EVERY, RATIOS, posterior
from step.graphs.gene_graph import GeneGraph

SHARPNESS = 4.0  # power of the edges' weights where the strongest neighbour counts most
PULLS = (0.4, 1.6)  # κ, per usual step
STEP_RATIOS = np.geomspace(RATIOS[0], RATIOS[-1], 8)
SHARED_NOISE = (0.0, 1.0)
OFFSET_VARIANCE = 100.0  # of c before anything is known, relative to the noise
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
    followed = np.stack([np.zeros_like(path), *(_mean(each, path) for each in graphs)], axis=-1)
    alone = [np.zeros(path.shape[1], dtype=bool), *(~each.has_neighbours for each in graphs)]
    grid = _grid(len(graphs))
    excluded = np.stack(alone)[grid.source]
    level, following = np.empty((2, *path.shape))
    forecast = np.empty(course.levels.forecast.shape)
    begins = refit_times(len(path))
    for begin, end in pairwise([*begins, len(path)]):
        states, offsets, likelihoods = _filter(course, followed, grid, begin, end)
        for time, state, offset, likelihood in zip(
            range(begin, end), states, offsets, likelihoods, strict=True
        ):
            weight = posterior(np.where(excluded, -np.inf, likelihood.T))
            level[time] = (weight * state.T).sum(axis=0)
            following[time] = weight[grid.pull > 0].sum(axis=0)
            aim = followed[time].T[grid.source] - offset.T
            for horizon, distance in enumerate(course.ahead[time] / course.usual_steps[time]):
                kept = grid.kept(distance)[:, None]
                ahead = kept * state.T + (1.0 - kept) * aim
                forecast[time, horizon] = (weight * ahead).sum(axis=0)
    return GraphLevels(level, forecast, following)


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


def _filter(course: Course, followed: np.ndarray, grid: _Grid, begin: int, end: int) -> np.ndarray:
    """Filter every gene at every point of the grid, from the course's first time on.

    Until the time `begin` the noise is what was known then; from there on, what was known at each
    time.

    Args:
        course: The course.
        followed: The inputs, the first of them none, shape `[time, gene, input]`.
        grid: The grid.
        begin: First time whose states are returned.
        end: The time after the last.

    Returns:
        x and c, log2, and the log-likelihood of what was measured so far, at the times from
        `begin` on, shape `[3, time, gene, point]`.
    """
    known = np.maximum(np.arange(end), begin)
    elapsed = np.diff(course.panel.times[:end], prepend=course.panel.times[0])
    elapsed = elapsed / course.usual_steps[known]
    replicates = np.maximum(course.panel.n_replicates[:end], 1.0)
    measured = np.stack(
        [
            course.levels.observed[:end],
            course.levels.replicate_noise[known] / replicates,
            course.levels.usual_noise[known],
        ]
    )
    moves = np.stack([[grid.kept(each), grid.grown(each)] for each in elapsed])
    return _filter_genes(measured, followed[:end], grid.source, moves, grid.shared, begin)


@numba.njit(parallel=True, cache=True, fastmath={"contract", "arcp", "nsz", "reassoc"})
def _filter_genes(
    measured: np.ndarray,
    followed: np.ndarray,
    source: np.ndarray,
    moves: np.ndarray,
    shared: np.ndarray,
    begin: int,
) -> np.ndarray:
    _, n_times, n_genes = measured.shape
    n_points = len(source)
    found = np.zeros((3, n_times - begin, n_genes, n_points))
    for gene in numba.prange(n_genes):
        x, c, pxx, pxc, pcc, likelihood = np.zeros((6, n_points))
        product = np.ones(n_points)
        count = 0
        for time in range(n_times):
            y, told, v = measured[:, time, gene]
            if count:
                for k in range(n_points):
                    a, b = moves[time, 0, k], 1.0 - moves[time, 0, k]
                    x[k] = a * x[k] + b * (followed[time - 1, gene, source[k]] - c[k])
                    pxx[k] = a * a * pxx[k] - 2.0 * a * b * pxc[k] + b * b * pcc[k]
                    pxx[k] += moves[time, 1, k] * v
                    pxc[k] = a * pxc[k] - b * pcc[k]
            if not np.isnan(y) and not count:
                for k in range(n_points):
                    noise = told + shared[k] * v
                    x[k], c[k] = y, followed[time, gene, source[k]] - y
                    pxx[k], pxc[k], pcc[k] = noise, -noise, noise + OFFSET_VARIANCE * v
                count = 1
            elif not np.isnan(y):
                scale = 1.0 / v
                for k in range(n_points):
                    total = pxx[k] + told + shared[k] * v
                    inverse = 1.0 / total
                    surprise = y - x[k]
                    product[k] *= total * scale
                    likelihood[k] -= 0.5 * surprise * surprise * inverse
                    gain, other = pxx[k] * inverse, pxc[k] * inverse
                    x[k] += gain * surprise
                    c[k] += other * surprise
                    pcc[k] -= other * pxc[k]
                    pxc[k] -= gain * pxc[k]
                    pxx[k] -= gain * pxx[k]
                count += 1
                if count % LOG_EVERY == 0:
                    for k in range(n_points):
                        likelihood[k] -= 0.5 * np.log(product[k])
                        product[k] = 1.0
            if time >= begin:
                for k in range(n_points):
                    found[0, time - begin, gene, k] = x[k]
                    found[1, time - begin, gene, k] = c[k]
                    found[2, time - begin, gene, k] = likelihood[k] - 0.5 * np.log(product[k])
    return found
