"""Skip-gram with negative sampling: that of gensim, compiled for walks."""

import functools
from dataclasses import dataclass

import numba
import numpy as np
import pandas as pd

NEGATIVES = 5
NOISE_EXPONENT = 0.75
FIRST_RATE, LAST_RATE = 0.025, 0.0001
FREQUENT = 1e-3  # share of all nodes walked, above which visits are left out at random
LARGEST = 6.0  # a product beyond this is learned
TABLE_SIZE = 1000
NOISE_TOP = 2**31 - 1
BLOCK = 100_000  # walks trained at a time, which bounds the memory of their random words


@dataclass(frozen=True)
class NodeVectors:
    """What a skip-gram has learned.

    Attributes:
        inner: The embedding, shape `[node, dimension]`.
        outer: Of a node as another's context, shape `[node, dimension]`.
    """

    inner: np.ndarray
    outer: np.ndarray


def skip_gram(
    walks: np.ndarray,
    n_nodes: int,
    dimensions: int,
    context: int,
    epochs: int,
    seed: int,
    start: NodeVectors | None = None,
    *,
    shared: bool = False,
) -> NodeVectors:
    """Vectors by which the nodes near one another in a walk predict each other.

    For each node and each of its context nodes c, log σ(v_c · u_node) plus the sum over five
    random nodes r of log σ(−v_c · u_r) is climbed by one step of the gradient (Mikolov et al.,
    2013). The learning rate falls from walk to walk, over all epochs.

    Settings that node2vec leaves as they are, the random state and the order of its draws are
    those of gensim 4 with `workers=1` and each walk a batch of its own, so the same seed gives
    the same vectors but for rounding.

    Args:
        walks: Nodes, shape `[walk, length]`.
        n_nodes: Number of nodes, visited or not.
        dimensions: Of the vectors.
        context: Nodes to either side that count as near; each visit draws 1 … context of them.
        epochs: Passes over the walks.
        seed: Of initial vectors and of training.
        start: Vectors to go on from, instead of random ones.
        shared: Whether the pairs of a visit share their negatives (Ji et al., 2016), instead of
            drawing some for each, as gensim does. For many and long vectors, which no processor
            holds at hand, this is about twice as fast.

    Returns:
        The vectors; those of nodes that the walks do not visit as at the start, or zero.
    """
    before = start or NodeVectors(*np.zeros((2, n_nodes, dimensions), dtype=np.float32))
    if walks.size == 0:
        return before
    ranked, visits = _by_visits(walks, n_nodes)
    rank = np.full(n_nodes, -1, dtype=np.int32)
    rank[ranked] = np.arange(len(ranked))
    inner, outer = before.inner[ranked], before.outer[ranked]
    if start is None:
        inner = np.random.default_rng(seed).random((len(ranked), dimensions), dtype=np.float32)
        inner = (inner * np.float32(2.0) - np.float32(1.0)) / np.float32(dimensions)
    noise, guide = _noise(visits)
    kept = _kept(visits)
    visit = _visit_together(dimensions) if shared else _visit_in_turn
    state = np.random.RandomState(seed)
    words = np.empty(0, dtype=np.uint32)
    for epoch in range(epochs):
        for first in range(0, len(walks), BLOCK):
            block = rank[walks[first : first + BLOCK]]
            done = (epoch + np.arange(first, first + len(block)) / len(walks)) / epochs
            rates = (FIRST_RATE - (FIRST_RATE - LAST_RATE) * done).astype(np.float32)
            # A node takes two words at most on average, so these are enough by 20 deviations.
            needed = len(block) * 2 + int(2.2 * block.size) + 1000
            fresh = state.randint(0, 2**32, max(needed - len(words), 0), dtype=np.uint32)
            words = np.concatenate([words, fresh])
            used = 2 if first == 0 else 0  # gensim begins an epoch with an empty batch
            used = _train(
                visit, block, rates, inner, outer, noise, guide, kept, context, words, used
            )
            words = words[used:]
    after = NodeVectors(before.inner.copy(), before.outer.copy())
    after.inner[ranked], after.outer[ranked] = inner, outer
    return after


def _by_visits(walks: np.ndarray, n_nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """The visited nodes, the most visited first, among equals the one met last; their visits."""
    visits = np.zeros(n_nodes, dtype=np.int64)
    for first in range(0, len(walks), BLOCK):
        visits += np.bincount(walks[first : first + BLOCK].ravel(), minlength=n_nodes)
    met = pd.unique(walks.ravel())
    ranked = met[np.lexsort((-np.arange(len(met)), -visits[met]))]
    return ranked, visits[ranked]


def _noise(visits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What negatives are drawn from: node r for draws up to noise[r], shape `[node]`.

    Its shares are as visits^¾. `guide` tells, for the upper 16 of a draw's 31 bits, where to begin
    to look, shape `[2^16]`.
    """
    noise = np.cumsum(visits**NOISE_EXPONENT)
    noise = np.round(noise / noise[-1] * NOISE_TOP).astype(np.int64)
    return noise, np.searchsorted(noise, np.arange(2**16) << 15).astype(np.int32)


def _kept(visits: np.ndarray) -> np.ndarray:
    """The share of each node's visits that is learned from, in 32 bits, shape `[node]`."""
    rare = visits.sum() * FREQUENT / visits
    return (np.minimum(np.sqrt(rare) + rare, 1.0) * (2**32 - 1)).astype(np.uint64)


def _sigmoid_table() -> np.ndarray:
    x = (np.arange(TABLE_SIZE, dtype=np.float32) / np.float32(TABLE_SIZE) * 2 - 1) * LARGEST
    power = np.exp(x.astype(np.float32)).astype(np.float32)
    return (power / (power + np.float32(1.0))).astype(np.float32)


_SIGMOID = _sigmoid_table()
_PER_UNIT = np.float32(TABLE_SIZE // int(LARGEST) // 2)  # gensim divides whole numbers: 83, not 83⅓


@numba.njit(nogil=True)  # compiled anew in each process: a cache would not know `visit` again
def _train(visit, walks, rates, inner, outer, noise, guide, kept, context, words, used):
    """Train on walks, one after another.

    Random words of 32 bits (the state's) are taken from `words` from `used` on; from them come the
    first value of each walk's linear congruential generator, which draws what is left out and the
    negatives, and the reach of each context. `visit` learns from one node of a walk.

    Returns:
        How many words were used.
    """
    nodes = np.empty(walks.shape[1], np.int64)
    reach = np.empty(walks.shape[1], np.int64)
    near = np.empty(2 * context, np.int64)
    room = np.empty((NEGATIVES + 2) * inner.shape[1], np.float32)
    mask = 1
    while mask < context:
        mask *= 2
    mask = np.uint32(mask - 1)
    low_bits = np.uint32(2**24 - 1)
    for walk in range(len(walks)):
        high, low = words[used] & low_bits, words[used + 1] & low_bits
        used += 2
        state = np.uint64(high) * np.uint64(2**24) + np.uint64(low)
        length = 0
        for node in walks[walk]:
            drawn = state >> np.uint64(16)
            state = _next(state)
            if kept[node] >= drawn:
                nodes[length] = node
                length += 1
        for position in range(length):
            less = np.uint32(0)
            if context > 1:
                less = words[used] & mask
                used += 1
                while less >= context:
                    less = words[used] & mask
                    used += 1
            reach[position] = context - np.int64(less)
        for position in range(length):
            n_near = 0
            begin = max(0, position - reach[position])
            for other in range(begin, min(length, position + reach[position] + 1)):
                if other != position:
                    near[n_near] = nodes[other]
                    n_near += 1
            state = visit(
                nodes[position], near[:n_near], inner, outer, noise, guide, state, rates[walk], room
            )
    return used


@numba.njit(cache=True, nogil=True, fastmath=True)
def _visit_in_turn(node, near, inner, outer, noise, guide, state, rate, room):
    """Each near node with negatives of its own, one after the other."""
    change = room[: inner.shape[1]]
    for other in near:
        vector = inner[other]
        change[:] = 0
        for number in range(NEGATIVES + 1):
            row = node
            if number:
                row, state = _draw_negative(noise, guide, state)
                if row == node:
                    continue
            against = outer[row]
            product = np.float32(0.0)
            for k in range(len(vector)):
                product += vector[k] * against[k]
            pull = _pull(product, number, rate)
            for k in range(len(vector)):
                change[k] += pull * against[k]
                against[k] += pull * vector[k]
        for k in range(len(vector)):
            vector[k] += change[k]
    return state


@functools.cache
def _visit_together(size):
    """A visit whose near nodes share their negatives, for vectors of a size.

    The six outer vectors are brought together in `room`, and one near node's after the other
    beside them. What is written out by hand, and the size that is known when this is compiled, let
    the compiler change many numbers at a time.
    """

    @numba.njit(nogil=True, fastmath=True)
    def visit(node, near, inner, outer, noise, guide, state, rate, room):
        rows = np.empty(NEGATIVES + 1, np.int64)
        pulls = np.empty(NEGATIVES + 1, np.float32)
        for number in range(NEGATIVES + 1):
            rows[number] = node
            if number:
                rows[number], state = _draw_negative(noise, guide, state)
            row = outer[rows[number]]
            for k in range(size):
                room[number * size + k] = row[k]
            for earlier in range(number):
                if rows[earlier] == rows[number]:
                    rows[number] = -1  # counts once
                    break
        own = (NEGATIVES + 1) * size
        for other in near:
            vector = inner[other]
            for k in range(size):
                room[own + k] = vector[k]
            for number in range(NEGATIVES + 1):
                product = np.float32(0.0)
                for k in range(size):
                    product += room[own + k] * room[number * size + k]
                pulls[number] = _pull(product, number, rate) if rows[number] >= 0 else 0.0
            p0, p1, p2, p3, p4, p5 = pulls[0], pulls[1], pulls[2], pulls[3], pulls[4], pulls[5]
            for k in range(size):
                x, y0, y1 = room[own + k], room[k], room[size + k]
                y2, y3 = room[2 * size + k], room[3 * size + k]
                y4, y5 = room[4 * size + k], room[5 * size + k]
                room[own + k] = x + p0 * y0 + p1 * y1 + p2 * y2 + p3 * y3 + p4 * y4 + p5 * y5
                room[k] = y0 + p0 * x
                room[size + k] = y1 + p1 * x
                room[2 * size + k] = y2 + p2 * x
                room[3 * size + k] = y3 + p3 * x
                room[4 * size + k] = y4 + p4 * x
                room[5 * size + k] = y5 + p5 * x
            for k in range(size):
                vector[k] = room[own + k]
        for number in range(NEGATIVES + 1):
            if rows[number] >= 0:
                row = outer[rows[number]]
                for k in range(size):
                    row[k] = room[number * size + k]
        return state

    return visit


@numba.njit(cache=True, nogil=True)
def _pull(product, number, rate):
    """The learning rate times how far σ(product) is from 1, of the pair, or from 0."""
    if abs(product) >= LARGEST:
        return np.float32(0.0)
    known = _SIGMOID[np.int64((product + np.float32(LARGEST)) * _PER_UNIT)]
    return ((np.float32(0.0) if number else np.float32(1.0)) - known) * rate


@numba.njit(cache=True, nogil=True)
def _draw_negative(noise, guide, state):
    """A node by its share of the noise, and the next state."""
    drawn = (state >> np.uint64(16)) % np.uint64(NOISE_TOP)
    node = np.int64(guide[drawn >> np.uint64(15)])
    while noise[node] < np.int64(drawn):
        node += 1
    return node, _next(state)


@numba.njit(cache=True, nogil=True)
def _next(state):
    """The next value of a 48-bit linear congruential generator (that of drand48)."""
    return (state * np.uint64(25214903917) + np.uint64(11)) & np.uint64(2**48 - 1)
