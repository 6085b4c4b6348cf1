"""Weights of the edges over time."""

import numpy as np

from step.graphs.gene_graph import GeneGraph


def weights_over_time(
    edges: GeneGraph, expression: np.ndarray, expression_weight: float
) -> np.ndarray:
    """Each edge's weight at each time: structural, plus how alike the two genes are expressed.

    weight + w · 1 / (1 + |x_first − x_second|), x scaled to 0 … 1 by the smallest and the largest
    value seen **until that time**, so that no weight knows a later one.

    Args:
        edges: The graph.
        expression: log2, shape `[time, gene]`; a missing value counts as far from all others.
        expression_weight: w.

    Returns:
        Shape `[time, edge]`.
    """
    low = np.fmin.accumulate(np.fmin.reduce(expression, axis=1))[:, None]
    high = np.fmax.accumulate(np.fmax.reduce(expression, axis=1))[:, None]
    scaled = (expression - low) / np.maximum(high - low, 1e-12)
    apart = np.nan_to_num(np.abs(scaled[:, edges.first] - scaled[:, edges.second]), nan=1.0)
    return edges.weight + expression_weight / (1.0 + apart)
