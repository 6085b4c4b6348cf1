"""One linear law of all genes, by recursive least squares on their levels.

The change to be forecast, from the level to the value h times later, is regressed on what moved so
far: the level's deviation from its mean so far, its last change, the last surprise and what the
filter left of the last value; with a graph, also on the means of these over each gene's
neighbours. All are in units of the gene's usual surprise, and in proportion to the time ahead. The
coefficients are the same for all genes, and at each time those that fit the changes known by then,
and `STILL_TIMES` more with features as usual and no change after: genes move together, so what
counts is how many times are known, and not how many genes. Where the mean squared change of a time
is above one unit², its changes weigh in inverse proportion, lest a poor batch decide the law.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from step.forecasting.arms.registry import simple_arm
from step.forecasting.course import Course
from step.graphs.gene_graph import GeneGraph

STILL_TIMES = 10.0  # times without a change, as usual in their features, that the law fits besides
FORGETTING = 0.9  # weight of a time's changes, relative to those of the time after
FEWEST_CHANGES = 3  # times whose changes are known before anything is forecast
LARGEST = 8.0  # units
N_MOVEMENTS = 4
PRIOR_FOLLOWING = 2.0


@simple_arm("ridge AR", "#332288", "one linear law of all genes' pasts")
def ridge_ar(course: Course) -> np.ndarray:
    """Forecast by a gene's own past."""
    own, _, _ = _law(course, course.once(own_features))
    return _forecast(course, own)


@simple_arm("forgetting AR", "#7F9FD0", "one linear law of all genes' recent pasts")
def ridge_ar_forgetting(course: Course) -> np.ndarray:
    """Forecast by a gene's own past; the law may change, and old changes count less."""
    own, _, _ = _law(course, course.once(own_features), FORGETTING)
    return _forecast(course, own)


@simple_arm(
    "graph AR", "#D55E00", "the same law, with the means of a gene's neighbours", graph=True
)
def graph_ridge(course: Course) -> np.ndarray:
    """Forecast by a gene's own past and that of its neighbours, of each kind of edge."""
    own, beside, _ = course.once(_law_of_graph)
    return _forecast(course, own + beside)


@simple_arm(
    "graph AR by gene",
    "#8C510A",
    "the same law; how much a gene follows its neighbours is its own",
    graph=True,
)
def graph_ridge_by_gene(course: Course) -> np.ndarray:
    """Forecast as `graph_ridge`, where each gene follows its neighbours as much as it did so far.

    The neighbours' part is multiplied by the gene's own regression coefficient on it, shrunk
    towards one as if by `PRIOR_FOLLOWING` squared units of earlier forecasts.
    """
    own, beside, change = course.once(_law_of_graph)
    followed = [
        _following(beside[:, horizon], change[:, horizon] - own[:, horizon], horizon + 1)
        for horizon in range(own.shape[1])
    ]
    return _forecast(course, own + beside * np.stack(followed, axis=1))


def forecast_by_kind(course: Course, kind: str) -> np.ndarray:
    """Forecast as `graph_ridge` does with one kind of edge alone, `[time, horizon, gene]`."""
    own, beside, _ = _law(course, _with_neighbours(course, [kind]))
    return _forecast(course, own + beside)


def graph_ridge_over_time(course: Course, weights: np.ndarray) -> np.ndarray:
    """Forecast as `graph_ridge` does by contacts, with weights of the edges that change.

    Args:
        course: The course.
        weights: Of each contact edge by each time, shape `[time, edge]`.
    """
    moved, graph = course.once(movements), course.graphs["contact"]
    means = [
        replace(graph, weight=weight).neighbour_mean @ now
        for weight, now in zip(weights, moved, strict=True)
    ]
    features = np.concatenate(
        [course.once(own_features), _in_units(np.stack(means), course)], axis=-1
    )
    own, beside, _ = _law(course, features)
    return _forecast(course, own + beside)


def movements(course: Course) -> np.ndarray:
    """Return deviation, change, surprise and residual, log2, shape `[time, gene, N_MOVEMENTS]`.

    A gene that was not measured yet has not moved: what its level says then is of other genes.
    """
    path, begun = course.levels.path, course.begun
    so_far = np.cumsum(np.where(begun, path, 0.0), axis=0)
    so_far = np.where(begun, so_far / np.maximum(np.cumsum(begun, axis=0), 1), path)
    change = np.zeros_like(path)
    change[1:] = np.where(begun[:-1], np.diff(path, axis=0), 0.0)
    return np.stack([path - so_far, change, course.surprise, course.filled - path], axis=-1)


def targets(course: Course) -> np.ndarray:
    """What came after each time, less its level, in its units: `[time, horizon, gene]`.

    NaN where nothing was measured, and beyond the last time.
    """
    n_ahead = course.ahead.shape[1]
    came = np.stack([course.came(horizon + 1) for horizon in range(n_ahead)], axis=1)
    change = came - course.levels.path[:, None]
    return np.clip(change / course.unit[:, None], -LARGEST, LARGEST)


def own_features(course: Course) -> np.ndarray:
    """Return the gene's own movements, in its units, shape `[time, gene, N_MOVEMENTS]`."""
    return _in_units(course.once(movements), course)


def neighbour_features(course: Course, graph: GeneGraph) -> np.ndarray:
    """Return the mean movements of a gene's neighbours, in the gene's own units, likewise."""
    moved = course.once(movements)
    rows = moved.transpose(1, 0, 2).reshape(moved.shape[1], -1)
    mean = (graph.neighbour_mean @ rows).reshape(moved.shape[1], moved.shape[0], -1)
    return _in_units(mean.transpose(1, 0, 2), course)


def neighbours(course: Course) -> dict[str, np.ndarray]:
    """Return `neighbour_features` of each of the course's graphs, by kind of edge."""
    return {kind: neighbour_features(course, graph) for kind, graph in course.graphs.items()}


def _in_units(moved: np.ndarray, course: Course) -> np.ndarray:
    return np.clip(moved / course.unit[..., None], -LARGEST, LARGEST)


def _with_neighbours(course: Course, kinds: Iterable[str]) -> np.ndarray:
    parts = course.once(neighbours)
    return np.concatenate([course.once(own_features), *(parts[kind] for kind in kinds)], axis=-1)


def _forecast(course: Course, change: np.ndarray) -> np.ndarray:
    """Forecast by the change expected, in units, both `[time, horizon, gene]`."""
    return course.levels.path[:, None] + course.unit[:, None] * change


def _law_of_graph(course: Course) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return _law(course, _with_neighbours(course, course.graphs))


def _law(
    course: Course, features: np.ndarray, kept: float = 1.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fit at each time to the changes known by then.

    Args:
        course: The course.
        features: The gene's own movements, then those of its neighbours, `[time, gene, feature]`.
        kept: See `_coefficients`.

    Returns:
        The change that the own features let expect, that which the neighbours' do, and what came,
        all in units, shape `[time, horizon, gene]`.
    """
    change = course.once(targets)
    own, beside = np.empty((2, *change.shape))
    for horizon in range(change.shape[1]):
        seen = features * course.ahead[:, horizon, None, None]
        law = _coefficients(seen, change[:, horizon], horizon + 1, kept)
        # Sums by einsum: of matrices this small, threads of the linear algebra only hinder.
        own[:, horizon], beside[:, horizon] = (
            np.einsum("tgi,ti->tg", seen[..., part], law[:, part])
            for part in (slice(N_MOVEMENTS), slice(N_MOVEMENTS, None))
        )
    return own, beside, change


def _coefficients(seen: np.ndarray, change: np.ndarray, later: int, kept: float) -> np.ndarray:
    """Fit one law of all genes at each time to the changes known by then.

    Args:
        seen: Features, shape `[time, gene, feature]`.
        change: What came, NaN where unknown, shape `[time, gene]`.
        later: Times after which a change is known.
        kept: Weight of a time's changes, relative to those of the time after.

    Returns:
        Shape `[time, feature]`; zero until the changes of `FEWEST_CHANGES` times are known.
    """
    n_times, _, n_features = seen.shape
    known = ~np.isnan(change)
    counted = np.maximum(known.sum(axis=1), 1)[:, None]
    features, came = np.where(known[..., None], seen, 0.0), np.nan_to_num(change)
    size = np.maximum((came**2).sum(axis=1, keepdims=True) / counted, 1.0)
    squares = np.einsum("tgi,tgj->tij", features, features) / (counted * size)[..., None]
    products = np.einsum("tgi,tg->ti", features, came) / (counted * size)
    moments, sums = np.zeros((n_features, n_features)), np.zeros(n_features)
    law, n_known = np.zeros((n_times, n_features)), 0.0
    for time in range(later, n_times):
        moments = kept * moments + squares[time - later]
        sums = kept * sums + products[time - later]
        n_known = kept * n_known + known[time - later].any()
        if n_known and time + 1 - later >= FEWEST_CHANGES:
            penalty = np.diag(STILL_TIMES / n_known * np.diag(moments) + 1e-8)
            law[time] = np.linalg.solve(moments + penalty, sums)
    return law


def _following(beside: np.ndarray, came: np.ndarray, later: int) -> np.ndarray:
    """Regress what came on what the neighbours let expect, gene by gene and through the origin.

    Args:
        beside: The neighbours' part of the forecast, shape `[time, gene]`.
        came: The change less the gene's own part, NaN where unknown, shape `[time, gene]`.
        later: Times after which a change is known.

    Returns:
        The coefficient at each time, shrunk towards one, shape `[time, gene]`.
    """
    known = ~np.isnan(came)
    products = np.cumsum(np.where(known, beside * came, 0.0), axis=0)
    squares = np.cumsum(np.where(known, beside**2, 0.0), axis=0)
    unknown = np.zeros((later, beside.shape[1]))
    n_times = len(beside)
    products, squares = (np.concatenate([unknown, each])[:n_times] for each in (products, squares))
    return (products + PRIOR_FOLLOWING) / (squares + PRIOR_FOLLOWING)
