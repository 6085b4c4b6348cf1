"""What each ingredient of a forecast is worth: the same backtest without it, or with another."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from step.forecasting.arms import ARMS
from step.forecasting.arms.autoregression import graph_ridge, graph_ridge_over_time
from step.forecasting.arms.context import COMBINED, KEPT
from step.forecasting.arms.network import look, step
from step.forecasting.backtest import Losses, scored_losses
from step.forecasting.course import Course
from step.forecasting.origins import Origins
from step.graphs.gene_graph import GeneGraph

Variants = dict[str, Callable[[Course], np.ndarray]]


def ingredients(course: Course) -> Variants:
    """List `step` without each of its ingredients, the whole first."""
    variants: Variants = {
        "whole": step,
        "without graph": ARMS["step_no_graph"].forecast,
        "network alone": ARMS["network"].forecast,
        "network without its correction": _weighted_arms,
        "arms without the network": _mean_of_arms,
        "level alone": ARMS["local_level"].forecast,
    }
    if len(course.graphs) > 1:
        variants |= {
            f"without {kind} edges": _On({kind: graph.without_edges()})
            for kind, graph in course.graphs.items()
        }
    return variants


def edge_weights(
    course: Course, contact: np.ndarray, over_time: np.ndarray, likeness: np.ndarray
) -> tuple[Variants, Variants]:
    """List other weights of the contact edges.

    Args:
        course: With structural weights.
        contact: Contacts themselves, shape `[edge]`.
        over_time: Structural weights and how alike genes are expressed at each time, shape
            `[time, edge]`.
        likeness: How alike the genes' embeddings are at each time, shape `[time, edge]`.

    Returns:
        Of `step`, and of `graph_ridge`, which alone takes weights that change: that with structural
        weights first.
    """
    graph = course.graphs["contact"]
    of_step: Variants = {
        "edges weighed by contact alone": _On({"contact": replace(graph, weight=contact)}),
        "edges all alike": _On({"contact": replace(graph, weight=np.ones(len(graph.first)))}),
    }
    of_ridge: Variants = {
        "graph AR": graph_ridge,
        "graph AR, edges weighed over time": lambda each: graph_ridge_over_time(each, over_time),
        "graph AR, edges weighed by embedding": lambda each: graph_ridge_over_time(
            each, graph.weight * likeness
        ),
    }
    return of_step, of_ridge


def likeness_of_embeddings(embeddings: np.ndarray, graph: GeneGraph) -> np.ndarray:
    """Cosine of the two genes' embeddings, mapped to 0 … 1, shape `[time, edge]`.

    It does not depend on a rotation of the embedding, which each time may have its own.

    Args:
        embeddings: Shape `[time, gene, dimension]`.
        graph: The edges.
    """
    length = np.linalg.norm(embeddings, axis=-1, keepdims=True)
    directions = embeddings / np.maximum(length, 1e-12)
    cosine = np.einsum("ted,ted->te", directions[:, graph.first], directions[:, graph.second])
    return (1.0 + cosine) / 2.0


def losses_of(variants: Variants, course: Course, origins: Origins) -> dict[str, Losses]:
    """Score each variant one time ahead."""
    return {
        name: scored_losses(course.once(variant), course.panel, origins)
        for name, variant in variants.items()
    }


def _weighted_arms(course: Course) -> np.ndarray:
    """Weigh the arms as the network does, and correct nothing."""
    arms = np.stack([course.once(each) for each in COMBINED], axis=-1)
    level = course.levels.path[:, None, :, None]
    parts = np.concatenate([np.broadcast_to(level, (*arms.shape[:-1], 1)), arms], axis=-1)
    return (course.once(look).weights * parts).sum(axis=-1)


def _mean_of_arms(course: Course) -> np.ndarray:
    """Give each of the network's arms the same weight."""
    return np.mean([course.once(each) for each in COMBINED], axis=0)


class _On:
    """`step` where some kinds of edges have another graph."""

    def __init__(self, graphs: dict[str, GeneGraph]):
        self._graphs = graphs

    def __call__(self, course: Course) -> np.ndarray:
        return course.on(course.graphs | self._graphs, KEPT).once(step)
