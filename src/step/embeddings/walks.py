"""Biased random walks on a weighted graph: those of the node2vec package, compiled."""

import random
from typing import NamedTuple

import numba
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
    """Walk a graph at random, each step knowing the one before it.

    From v, having come from t, the next node x is drawn with probability proportional to
    w(v, x) · α, α = 1/p for x = t, 1 for a neighbour of t, 1/q otherwise (Grover & Leskovec,
    2016). No table of transition probabilities is kept, so memory grows with the edges alone.

    The random state and the order of its draws are those of the node2vec package (0.5), so the
    same seed and the same order of neighbours give the same walks.

    Args:
        adjacency: Symmetric, positive weights, shape `[node, node]`; each row lists a node's
            neighbours in the order that the draws go by.
        walks_per_node: Walks that start at each connected node.
        length: Nodes in a walk.
        p: Return parameter.
        q: In-out parameter.
        seed: Of the random state.

    Returns:
        Nodes, shape `[walk, length]`, in the order that the package walks them.
    """
    graph = _graph(adjacency)
    starts = _starts(graph)
    state = random.Random(seed)
    walks = np.empty((walks_per_node, len(starts), length), dtype=np.int32)
    for passed in walks if length else ():
        shuffled = starts.copy()
        state.shuffle(shuffled)
        passed[:, 0] = shuffled
        draws = _draws(state, (len(starts), max(length - 1, 0)))
        _walk(passed, draws, graph, p, q)
    return walks.reshape(-1, length)


class _Graph(NamedTuple):
    """A graph's rows, one after another: those of node v are pointer[v] … pointer[v + 1].

    Attributes:
        pointer: Shape `[node + 1]`.
        neighbours: In the order that the draws go by, shape `[edge]`.
        weights: As neighbours.
        ordered: The neighbours of each row in ascending order, as neighbours.
    """

    pointer: np.ndarray
    neighbours: np.ndarray
    weights: np.ndarray
    ordered: np.ndarray


def _graph(adjacency: scipy.sparse.csr_array) -> _Graph:
    pointer = adjacency.indptr.astype(np.int64)
    neighbours = adjacency.indices.astype(np.int64)
    source = np.repeat(np.arange(adjacency.shape[0]), np.diff(pointer))
    ordered = neighbours[np.lexsort((neighbours, source))]
    return _Graph(pointer, neighbours, adjacency.data.astype(np.float64), ordered)


def _starts(graph: _Graph) -> list[int]:
    """List the connected nodes as the package meets them: each, then its neighbours."""
    met: dict[int, None] = {}
    for node in np.flatnonzero(np.diff(graph.pointer)).tolist():
        met[node] = None
        row = graph.neighbours[graph.pointer[node] : graph.pointer[node + 1]]
        met.update(dict.fromkeys(row.tolist()))
    return list(met)


def _draws(state: random.Random, shape: tuple[int, int]) -> np.ndarray:
    """Take many of the state's next uniform draws at once, by numpy's twin of its generator."""
    version, words, gauss = state.getstate()
    twin = np.random.RandomState()
    twin.set_state(("MT19937", np.array(words[:-1], dtype=np.uint32), words[-1]))
    draws = twin.random_sample(shape)
    _, key, position, *_ = twin.get_state()
    state.setstate((version, (*key.tolist(), position), gauss))
    return draws


@numba.njit(cache=True, nogil=True)
def _walk(walks, draws, graph, p, q):
    """Continue every walk from its first node."""
    biased = p != 1.0 or q != 1.0
    for walk in range(len(walks)):
        before, here = -1, walks[walk, 0]
        for step in range(1, walks.shape[1]):
            low, high = graph.pointer[here], graph.pointer[here + 1]
            total = 0.0
            for edge in range(low, high):
                weight = graph.weights[edge]
                if biased and step > 1:
                    weight *= _bias(graph.neighbours[edge], before, graph, p, q)
                total += weight
            drawn = draws[walk, step - 1] * total
            passed = 0.0
            after = graph.neighbours[high - 1]
            for edge in range(low, high):
                weight = graph.weights[edge]
                if biased and step > 1:
                    weight *= _bias(graph.neighbours[edge], before, graph, p, q)
                passed += weight
                if drawn < passed:
                    after = graph.neighbours[edge]
                    break
            before, here = here, after
            walks[walk, step] = after


@numba.njit(cache=True, nogil=True)
def _bias(node, before, graph, p, q):
    """Compute α of a step to a node, having come from another."""
    if node == before:
        return 1.0 / p
    low, high = graph.pointer[before], graph.pointer[before + 1]
    found = low + np.searchsorted(graph.ordered[low:high], node)
    return 1.0 if found < high and graph.ordered[found] == node else 1.0 / q
