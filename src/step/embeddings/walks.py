"""Biased random walks on a weighted graph (node2vec), all walks at once."""

import numpy as np
import scipy.sparse


def random_walks(
    adjacency: scipy.sparse.csr_array,
    walks_per_node: int,
    length: int,
    p: float,
    q: float,
    seed: int,
) -> np.ndarray:
    """Second-order random walks.

    From v, having come from t, the next node x is drawn with probability proportional to
    w(v, x) · α, α = 1/p for x = t, 1 for a neighbour of t, 1/q otherwise (Grover & Leskovec,
    2016). Drawn by rejection: x proportional to w(v, x), accepted with probability α / max α; so
    no table of transition probabilities is needed, and memory grows with the edges alone.

    Args:
        adjacency: Symmetric, positive weights, sorted indices, shape `[node, node]`.
        walks_per_node: Walks that start at each connected node.
        length: Nodes in a walk.
        p: Return parameter.
        q: In-out parameter.
        seed: Of the random state.

    Returns:
        Nodes, shape `[walk, length]`.
    """
    rng = np.random.default_rng(seed)
    indptr, indices = adjacency.indptr, adjacency.indices
    cumulative = np.concatenate([[0.0], np.cumsum(adjacency.data)])
    start = np.repeat(np.flatnonzero(np.diff(indptr) > 0), walks_per_node)
    walks = np.empty((len(start), length), dtype=np.int64)
    if length == 0 or len(start) == 0:
        return walks
    walks[:, 0] = start

    def neighbour(node: np.ndarray) -> np.ndarray:
        low, high = cumulative[indptr[node]], cumulative[indptr[node + 1]]
        drawn = low + rng.random(len(node)) * (high - low)
        edge = np.searchsorted(cumulative, drawn, side="right") - 1
        return indices[np.clip(edge, indptr[node], indptr[node + 1] - 1)]

    keys = np.repeat(np.arange(adjacency.shape[0]), np.diff(indptr)) * adjacency.shape[0] + indices
    largest = max(1.0 / p, 1.0, 1.0 / q)
    for step in range(1, length):
        here = walks[:, step - 1]
        if step == 1 or p == q == 1.0:
            walks[:, step] = neighbour(here)
            continue
        before = walks[:, step - 2]
        waiting = np.arange(len(start))
        while len(waiting):
            there = neighbour(here[waiting])
            key = before[waiting] * adjacency.shape[0] + there
            near = keys[np.minimum(np.searchsorted(keys, key), len(keys) - 1)] == key
            bias = np.where(there == before[waiting], 1.0 / p, np.where(near, 1.0, 1.0 / q))
            accepted = rng.random(len(waiting)) * largest < bias
            walks[waiting[accepted], step] = there[accepted]
            waiting = waiting[~accepted]
    return walks
