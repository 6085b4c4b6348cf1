"""What a network sees of a course at each time: free of scale, genes, their number and the study.

All is in units of the gene's usual surprise (`Course.unit`), or a logarithm of a ratio.
"""

from dataclasses import dataclass

import numpy as np

from step.forecasting.arms.autoregression import (
    N_MOVEMENTS,
    forecast_by_kind,
    graph_ridge,
    graph_ridge_by_gene,
    movements,
    neighbours,
    own_features,
    ridge_ar,
    ridge_ar_forgetting,
    targets,
)
from step.forecasting.arms.baselines import gene_mean, last_value, local_level, ses
from step.forecasting.arms.factors import factors, factors_5
from step.forecasting.arms.graph_level import graph_level, graph_levels
from step.forecasting.arms.registry import ARMS
from step.forecasting.arms.smoothing_by_gene import ses_by_gene
from step.forecasting.course import Course, Forecaster
from step.models.in_context import ContextWidths

COMBINED: tuple[Forecaster, ...] = (
    last_value,
    gene_mean,
    ses,
    ses_by_gene,
    local_level,
    graph_level,
    ridge_ar,
    ridge_ar_forgetting,
    graph_ridge,
    graph_ridge_by_gene,
    factors,
    factors_5,
)
WITHOUT_GRAPH = frozenset(each for each in COMBINED if not ARMS[each.__name__].graph)
N_ARMS = len(COMBINED)
N_OWN = 15
N_INPUTS = N_OWN + 3 * N_ARMS
N_AHEAD = 1 + 2 * N_ARMS
N_OF_KIND = 3
WIDTHS = ContextWidths(N_INPUTS, N_AHEAD, N_ARMS, N_OF_KIND, N_MOVEMENTS)
LARGEST = 8.0  # units
LARGEST_FORECAST = 6.0
LARGEST_SQUARE = 36.0
PRIOR_ERROR = 2.0  # squared units over which errors so far are believed to be alike
PRIOR_TIMES = 4.0  # times for which a gene's errors are those of all genes


@dataclass(frozen=True)
class Context:
    """What a network sees.

    Attributes:
        inputs: Of each gene and time, shape `[time, gene, N_INPUTS]`.
        ahead: Of each time ahead besides, shape `[time, horizon, gene, N_AHEAD]`.
        arms: The arms' forecasts less the level, in units, shape `[time, horizon, gene, N_ARMS]`.
        kinds: Of each kind of edge, shape `[kind, time, N_OF_KIND]`.
        neighbours: Mean movements of each gene's neighbours, in the gene's own units, by kind of
            edge, shape `[kind, time, gene, N_MOVEMENTS]`.
        unit: log2, shape `[time, gene]`.
        level: log2, shape `[time, gene]`.
    """

    inputs: np.ndarray
    ahead: np.ndarray
    arms: np.ndarray
    kinds: np.ndarray
    neighbours: np.ndarray
    unit: np.ndarray
    level: np.ndarray


KEPT = WITHOUT_GRAPH | {movements, own_features, targets}
"""What no graph changes: it is not computed again on another one."""


def see(course: Course) -> Context:
    """Gather what a network sees of a course."""
    level, unit = course.levels.path, course.unit
    arms = np.stack([course.once(each) for each in COMBINED], axis=-1)
    arms = (arms - level[:, None, :, None]) / unit[:, None, :, None]
    arms = np.clip(arms, -LARGEST_FORECAST, LARGEST_FORECAST)
    changes = course.once(targets)
    pooled, by_gene = _errors_so_far(arms, changes)
    usual = course.usual_steps
    shape = (*level.shape, N_ARMS)
    inputs = np.concatenate(
        [_own(course, usual), arms[:, 0], np.broadcast_to(pooled[:, 0, None], shape), by_gene],
        axis=-1,
        dtype=np.float32,
    )
    distance = np.log(course.ahead / usual[:, None])
    ahead = np.concatenate(
        [
            np.broadcast_to(distance[:, :, None, None], (*arms.shape[:3], 1)),
            arms,
            np.broadcast_to(pooled[:, :, None], arms.shape),
        ],
        axis=-1,
        dtype=np.float32,
    )
    kinds = np.zeros((len(course.graphs), len(level), N_OF_KIND))
    beside = np.zeros((len(course.graphs), *level.shape, N_MOVEMENTS))
    for number, (kind, moved) in enumerate(course.once(neighbours).items()):
        kinds[number] = _of_kind(course, kind, changes)
        beside[number] = moved
    seen = (inputs, ahead, arms, kinds, beside, unit, level)
    return Context(*(each.astype(np.float32, copy=False) for each in seen))


def _own(course: Course, usual: np.ndarray) -> np.ndarray:
    """Level, noise and time, shape `[time, gene, N_OWN]`."""
    moved = course.once(own_features)
    shape = (*moved.shape[:2], 1)
    unit = course.unit[..., None]
    noise = course.levels.noise_variance[..., None] / unit**2
    since = np.diff(course.panel.times, prepend=course.panel.times[0])
    since[0] = usual[0]
    count = np.arange(1, len(usual) + 1)
    by_time = [np.log(since / usual), np.log(course.ahead[:, 0] / usual), np.log(count) / 3.0]
    connected = np.zeros(shape[1], dtype=bool)
    for graph in course.graphs.values():
        connected |= graph.has_neighbours
    followed = course.once(graph_levels)
    return np.concatenate(
        [
            moved,
            np.log(noise + 1e-3),
            *(np.broadcast_to(each[:, None, None], shape) for each in by_time),
            np.broadcast_to(connected[None, :, None], shape),
            np.broadcast_to(moved[..., [2]].mean(axis=1, keepdims=True), shape),
            np.broadcast_to(moved[..., [1]].mean(axis=1, keepdims=True), shape),
            np.broadcast_to(
                np.log((moved[..., [2]] ** 2).mean(axis=1, keepdims=True) + 0.1), shape
            ),
            np.log(unit / unit.mean(axis=1, keepdims=True)),
            followed.following[..., None],
            np.clip((followed.path - course.levels.path)[..., None] / unit, -LARGEST, LARGEST),
        ],
        axis=-1,
    )


def _errors_so_far(arms: np.ndarray, changes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How well each arm did until each time, beside the level.

    Args:
        arms: Forecasts less the level, in units, `[time, horizon, gene, arm]`.
        changes: What came, in the same units, `[time, horizon, gene]`.

    Returns:
        Logarithms of the ratio of squared errors so far to those of the level: over all genes,
        `[time, horizon, arm]`, and of each gene one time ahead, `[time, gene, arm]`.
    """
    n_times, n_ahead, n_genes, n_arms = arms.shape
    pooled = np.zeros((n_times, n_ahead, n_arms))
    by_gene = np.zeros((n_times, n_genes, n_arms))
    for horizon in range(n_ahead):
        later = horizon + 1
        if n_times <= later:
            break
        change = changes[:-later, horizon, :, None]
        known = ~np.isnan(change)
        missed = np.minimum((change - arms[:-later, horizon]) ** 2, LARGEST_SQUARE)
        error = np.where(known, missed, 0)
        still = np.where(known, np.minimum(change**2, LARGEST_SQUARE), 0)
        count = np.cumsum(known.sum(axis=1) / n_genes, axis=0)
        mean_error = np.cumsum(error.mean(axis=1), axis=0)
        mean_still = np.cumsum(still.mean(axis=1), axis=0)
        ratio = np.log((mean_error + PRIOR_ERROR) / (mean_still + PRIOR_ERROR))
        pooled[later:, horizon] = np.clip(3.0 * ratio, -4.0, 4.0)
        if horizon == 0:
            usual = np.maximum(count, 1e-9)
            prior_error = PRIOR_TIMES * (mean_error / usual)[:, None] + 1e-6
            prior_still = PRIOR_TIMES * (mean_still / usual)[:, None] + 1e-6
            own = (np.cumsum(error, axis=0) + prior_error) / (
                np.cumsum(still, axis=0) + prior_still
            )
            by_gene[1:] = np.clip(np.log(own), -3.0, 3.0)
    return pooled, by_gene


def _of_kind(course: Course, kind: str, changes: np.ndarray) -> np.ndarray:
    """What is known of a kind of edge by each time, `[time, N_OF_KIND]`.

    How much better its linear law did one time ahead than the same law without neighbours, how
    many genes have neighbours, and how many times there were.
    """
    level, unit = course.levels.path, course.unit
    alone = len(course.graphs) == 1
    followed = course.once(graph_ridge) if alone else forecast_by_kind(course, kind)
    laws = np.stack([course.once(ridge_ar)[:, 0], followed[:, 0]], -1)
    laws = ((laws - level[..., None]) / unit[..., None])[:, None]
    pooled, _ = _errors_so_far(np.clip(laws, -LARGEST_FORECAST, LARGEST_FORECAST), changes[:, :1])
    n_times = len(level)
    return np.stack(
        [
            pooled[:, 0, 1] - pooled[:, 0, 0],
            np.full(n_times, course.graphs[kind].has_neighbours.mean()),
            np.log(np.arange(1, n_times + 1)) / 3.0,
        ],
        axis=-1,
    )
