"""Skip-gram with negative sampling: that of gensim, compiled for walks."""

from dataclasses import dataclass

import numba
import numpy as np
import pandas as pd

NEGATIVES = 5  # `_learn_at_once` is written out for these
NOISE_EXPONENT = 0.75
FIRST_RATE, LAST_RATE = 0.025, 0.0001
FREQUENT = 1e-3  # share of all nodes walked, above which visits are left out at random
LARGEST = 6.0  # a product beyond this is learned
TABLE_SIZE = 1000
NOISE_TOP = 2**31 - 1
BLOCK = 100_000  # walks trained at a time, which bounds the memory of their random words
POOL_SIZE, POOL_WALKS = 512, 50  # draws at hand, and for how many walks


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
    pooled: bool = False,
) -> NodeVectors:
    """Vectors by which the nodes near one another in a walk predict each other.

    For each node and each of its context nodes c, log σ(v_c · u_node) plus the sum over five
    random nodes r of log σ(−v_c · u_r) is climbed by one step of the gradient (Mikolov et al.,
    2013). The learning rate falls from walk to walk, over all epochs.

    Settings that node2vec leaves as they are, the random state and the order of its draws are
    those of gensim 4 with `workers=1` and each walk a batch of its own, so the same seed gives
    the same vectors but for rounding, unless negatives are pooled.

    Args:
        walks: Nodes, shape `[walk, length]`.
        n_nodes: Number of nodes, visited or not.
        dimensions: Of the vectors.
        context: Nodes to either side that count as near; each visit draws 1 … context of them.
        epochs: Passes over the walks.
        seed: Of initial vectors and of training.
        start: Vectors to go on from, instead of random ones.
        pooled: Whether negatives are taken evenly from 512 draws, made anew every 50 walks, instead
            of being drawn from all nodes each time. Where all vectors together are more than a
            processor holds at hand, this is some twice as fast.

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
    pool = np.zeros(POOL_SIZE if pooled else 0, dtype=np.int64)
    state = np.random.RandomState(seed)
    words = np.empty(0, dtype=np.uint32)
    for epoch in range(epochs):
        for first in range(0, len(walks), BLOCK):
            block = rank[walks[first : first + BLOCK]]
            done = (epoch + np.arange(first, first + len(block)) / len(walks)) / epochs
            rates = (FIRST_RATE - (FIRST_RATE - LAST_RATE) * done).astype(np.float32)
            # A node takes two words at most on average, a walk two and at times two for the pool;
            # so these are enough by 20 deviations.
            needed = len(block) * 3 + int(2.2 * block.size) + 1000
            fresh = state.randint(0, 2**32, max(needed - len(words), 0), dtype=np.uint32)
            words = np.concatenate([words, fresh])
            used = 2 if first == 0 else 0  # gensim begins an epoch with an empty batch
            used = _train(
                block, rates, inner, outer, noise, guide, pool, kept, context, words, used
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


@numba.njit(cache=True, nogil=True)
def _train(walks, rates, inner, outer, noise, guide, pool, kept, context, words, used):
    """Train on walks, one after another.

    Random words of 32 bits (the state's) are taken from `words` from `used` on; from them come the
    first value of each walk's linear congruential generator, which draws what is left out and the
    negatives, the reach of each context, and what fills `pool`, unless that is empty.

    Returns:
        How many words were used.
    """
    nodes = np.empty(walks.shape[1], np.int64)
    reach = np.empty(walks.shape[1], np.int64)
    rows = np.empty(NEGATIVES + 1, np.int64)
    room = np.empty(inner.shape[1], np.float32)
    mask = 1
    while mask < context:
        mask *= 2
    mask = np.uint32(mask - 1)
    for walk in range(len(walks)):
        if len(pool) and walk % POOL_WALKS == 0:
            state = _first_state(words, used)
            used += 2
            for place in range(len(pool)):
                pool[place], state = _draw_negative(noise, guide, state)
        state = _first_state(words, used)
        used += 2
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
            rows[0] = nodes[position]
            begin = max(0, position - reach[position])
            for other in range(begin, min(length, position + reach[position] + 1)):
                if other == position:
                    continue
                apart = True
                for number in range(1, NEGATIVES + 1):
                    if len(pool):
                        rows[number] = pool[(state >> np.uint64(16)) % np.uint64(len(pool))]
                        state = _next(state)
                    else:
                        rows[number], state = _draw_negative(noise, guide, state)
                    for earlier in range(number):
                        apart &= rows[earlier] != rows[number]
                vector = inner[nodes[other]]
                if apart:
                    _learn_at_once(vector, outer, rows, rates[walk], room)
                else:
                    _learn_in_turn(vector, outer, rows, rates[walk], room)
    return used


@numba.njit(cache=True, nogil=True, fastmath=True)
def _learn_in_turn(vector, outer, rows, rate, change):
    """One pair and its negatives, one after the other; a negative that is the node is left out."""
    change[:] = 0
    for number in range(NEGATIVES + 1):
        if number and rows[number] == rows[0]:
            continue
        against = outer[rows[number]]
        product = np.float32(0.0)
        for k in range(len(vector)):
            product += vector[k] * against[k]
        pull = _pull(product, number, rate)
        for k in range(len(vector)):
            change[k] += pull * against[k]
            against[k] += pull * vector[k]
    for k in range(len(vector)):
        vector[k] += change[k]


@numba.njit(cache=True, nogil=True, fastmath=True)
def _learn_at_once(vector, outer, rows, rate, moved):
    """The same for rows that all differ, of which none waits for another.

    Written out by hand, so that all six vectors are on their way from the memory at once.
    """
    y0, y1, y2 = outer[rows[0]], outer[rows[1]], outer[rows[2]]
    y3, y4, y5 = outer[rows[3]], outer[rows[4]], outer[rows[5]]
    p0 = p1 = p2 = p3 = p4 = p5 = np.float32(0.0)
    for k in range(len(vector)):
        x = vector[k]
        p0 += x * y0[k]
        p1 += x * y1[k]
        p2 += x * y2[k]
        p3 += x * y3[k]
        p4 += x * y4[k]
        p5 += x * y5[k]
    p0, p1, p2 = _pull(p0, 0, rate), _pull(p1, 1, rate), _pull(p2, 2, rate)
    p3, p4, p5 = _pull(p3, 3, rate), _pull(p4, 4, rate), _pull(p5, 5, rate)
    for k in range(len(vector)):
        moved[k] = vector[k] + (p0 * y0[k] + p1 * y1[k] + p2 * y2[k])
        moved[k] += p3 * y3[k] + p4 * y4[k] + p5 * y5[k]
    for against, pull in ((y0, p0), (y1, p1), (y2, p2), (y3, p3), (y4, p4), (y5, p5)):
        for k in range(len(vector)):
            against[k] += pull * vector[k]
    for k in range(len(vector)):
        vector[k] = moved[k]


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
def _first_state(words, used):
    """A generator's first value, of 48 bits, from two words."""
    low_bits = np.uint32(2**24 - 1)
    high, low = words[used] & low_bits, words[used + 1] & low_bits
    return np.uint64(high) * np.uint64(2**24) + np.uint64(low)


@numba.njit(cache=True, nogil=True)
def _next(state):
    """The next value of a 48-bit linear congruential generator (that of drand48)."""
    return (state * np.uint64(25214903917) + np.uint64(11)) & np.uint64(2**48 - 1)
