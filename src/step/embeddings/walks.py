"""Biased random walks on a weighted graph: those of the node2vec package, compiled."""

import random

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
    """Second-order random walks.

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
    pointer = adjacency.indptr.astype(np.int64)
    neighbours = adjacency.indices.astype(np.int64)
    weights = adjacency.data.astype(np.float64)
    ordered = neighbours[np.lexsort((neighbours, _sources(adjacency)))]
    starts = _starts(pointer, neighbours)
    state = random.Random(seed)
    walks = np.empty((walks_per_node, len(starts), length), dtype=np.int32)
    for passed in walks if length else ():
        shuffled = starts.copy()
        state.shuffle(shuffled)
        passed[:, 0] = shuffled
        draws = _draws(state, (len(starts), max(length - 1, 0)))
        _walk(passed, draws, pointer, neighbours, weights, ordered, p, q)
    return walks.reshape(-1, length)


def _sources(adjacency: scipy.sparse.csr_array) -> np.ndarray:
    return np.repeat(np.arange(adjacency.shape[0]), np.diff(adjacency.indptr))


def _starts(pointer: np.ndarray, neighbours: np.ndarray) -> list[int]:
    """The connected nodes as the package meets them: each, then its neighbours."""
    met: dict[int, None] = {}
    for node in np.flatnonzero(np.diff(pointer)).tolist():
        met[node] = None
        met.update(dict.fromkeys(neighbours[pointer[node] : pointer[node + 1]].tolist()))
    return list(met)


def _draws(state: random.Random, shape: tuple[int, int]) -> np.ndarray:
    """Many of the state's next uniform draws at once, by numpy's twin of its generator."""
    version, words, gauss = state.getstate()
    twin = np.random.RandomState()
    twin.set_state(("MT19937", np.array(words[:-1], dtype=np.uint32), words[-1]))
    draws = twin.random_sample(shape)
    _, key, position, *_ = twin.get_state()
    state.setstate((version, (*key.tolist(), position), gauss))
    return draws


@numba.njit(cache=True, nogil=True)
def _walk(walks, draws, pointer, neighbours, weights, ordered, p, q):
    """Continue every walk from its first node."""
    biased = p != 1.0 or q != 1.0
    for walk in range(len(walks)):
        before, here = -1, walks[walk, 0]
        for step in range(1, walks.shape[1]):
            low, high = pointer[here], pointer[here + 1]
            total = 0.0
            for edge in range(low, high):
                weight = weights[edge]
                if biased and step > 1:
                    weight *= _bias(neighbours[edge], before, pointer, ordered, p, q)
                total += weight
            drawn = draws[walk, step - 1] * total
            passed = 0.0
            after = neighbours[high - 1]
            for edge in range(low, high):
                weight = weights[edge]
                if biased and step > 1:
                    weight *= _bias(neighbours[edge], before, pointer, ordered, p, q)
                passed += weight
                if drawn < passed:
                    after = neighbours[edge]
                    break
            before, here = here, after
            walks[walk, step] = after


@numba.njit(cache=True, nogil=True)
def _bias(node, before, pointer, ordered, p, q):
    """α of a step to a node, having come from another."""
    if node == before:
        return 1.0 / p
    low, high = pointer[before], pointer[before + 1]
    found = low + np.searchsorted(ordered[low:high], node)
    return 1.0 if found < high and ordered[found] == node else 1.0 / q
