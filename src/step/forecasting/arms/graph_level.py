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
from step.forecasting.level import RATIOS, posterior
from step.graphs.gene_graph import GeneGraph

SHARPNESS = (1.0, 4.0)  # powers of the edges' weights
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
    graphs = [each.sharpened(power) for each in course.graphs.values() for power in SHARPNESS]
    followed = np.stack([np.zeros_like(path), *(_mean(each, path) for each in graphs)], axis=-1)
    alone = [np.zeros(path.shape[1], dtype=bool), *(~each.has_neighbours for each in graphs)]
    grid = _grid(len(graphs))
    excluded = np.stack(alone)[grid.source]
    level, following = np.empty((2, *path.shape))
    forecast = np.empty(course.levels.forecast.shape)
    begins = refit_times(len(path))
    for begin, end in pairwise([*begins, len(path)]):
        state = _Filter(grid, path.shape[1])
        for time in range(end):
            state.advance(course, followed, time, known=max(time, begin))
            if time < begin:
                continue
            weight = posterior(np.where(excluded, -np.inf, state.log_likelihood))
            level[time] = (weight * state.level).sum(axis=0)
            following[time] = weight[grid.pull > 0].sum(axis=0)
            aim = followed[time].T[grid.source] - state.offset
            for horizon, distance in enumerate(course.ahead[time] / course.usual_steps[time]):
                kept = grid.kept(distance)[:, None]
                ahead = kept * state.level + (1.0 - kept) * aim
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


class _Filter:
    """Every gene's filter at every point of a grid."""

    def __init__(self, grid: _Grid, n_genes: int):
        self._grid = grid
        self._state = np.zeros((n_genes, 6, len(grid.pull)))
        self._begun = np.zeros(n_genes, dtype=bool)

    @property
    def level(self) -> np.ndarray:
        """x, log2, shape `[point, gene]`."""
        return self._state[:, 0].T

    @property
    def offset(self) -> np.ndarray:
        """c, log2, shape `[point, gene]`."""
        return self._state[:, 1].T

    @property
    def log_likelihood(self) -> np.ndarray:
        """Of what was measured so far, shape `[point, gene]`."""
        return self._state[:, 5].T

    def advance(self, course: Course, followed: np.ndarray, time: int, known: int) -> None:
        """Go on to a time, with the noise that is known by another."""
        before = max(time - 1, 0)
        elapsed = (course.panel.times[time] - course.panel.times[before]) / course.usual_steps[
            known
        ]
        replicates = np.maximum(course.panel.n_replicates[time], 1.0)
        _advance(
            self._state,
            self._begun,
            np.stack(
                [
                    course.levels.observed[time],
                    course.levels.replicate_noise[known] / replicates,
                    course.levels.usual_noise[known],
                ]
            ),
            followed[before],
            followed[time],
            self._grid.source,
            np.stack([self._grid.kept(elapsed), self._grid.grown(elapsed), self._grid.shared]),
        )


@numba.njit(parallel=True, cache=True, fastmath={"contract", "arcp", "nsz", "reassoc"})
def _advance(
    state: np.ndarray,
    begun: np.ndarray,
    measured: np.ndarray,
    before: np.ndarray,
    now: np.ndarray,
    source: np.ndarray,
    points: np.ndarray,
) -> None:
    observed, noise, usual = measured
    kept, grown, shared = points
    for gene in numba.prange(len(observed)):
        own = state[gene]
        x, c, pxx, pxc, pcc, log_likelihood = own[0], own[1], own[2], own[3], own[4], own[5]
        y, v = observed[gene], usual[gene]
        if not begun[gene]:
            if not np.isnan(y):
                for k in range(len(kept)):
                    told = noise[gene] + shared[k] * v
                    x[k], c[k] = y, now[gene, source[k]] - y
                    pxx[k], pxc[k], pcc[k] = told, -told, told + OFFSET_VARIANCE * v
                begun[gene] = True
            continue
        for k in range(len(kept)):
            a, b = kept[k], 1.0 - kept[k]
            x[k] = a * x[k] + b * (before[gene, source[k]] - c[k])
            pxx[k] = a * a * pxx[k] - 2.0 * a * b * pxc[k] + b * b * pcc[k] + grown[k] * v
            pxc[k] = a * pxc[k] - b * pcc[k]
        if np.isnan(y):
            continue
        for k in range(len(kept)):
            total = pxx[k] + noise[gene] + shared[k] * v
            surprise = y - x[k]
            log_likelihood[k] -= 0.5 * (np.log(total / v) + surprise * surprise / total)
            gain, other = pxx[k] / total, pxc[k] / total
            x[k] += gain * surprise
            c[k] += other * surprise
            pcc[k] -= other * pxc[k]
            pxc[k] -= gain * pxc[k]
            pxx[k] -= gain * pxx[k]
