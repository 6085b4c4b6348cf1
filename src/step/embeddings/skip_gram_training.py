"""The training of a skip-gram, compiled: draws and updates, walk by walk."""

from typing import NamedTuple

import numba
import numpy as np

NEGATIVES = 5  # `_learn_at_once` is written out for these
SATURATED = 6.0  # no update where a product is larger: there the sigmoid is saturated
TABLE_SIZE = 1000
NOISE_TOP = 2**31 - 1
POOL_WALKS = 50  # walks that share a pool of negatives


class Vectors(NamedTuple):
    """Vectors of the visited nodes in training, each of shape `[node, dimension]`."""

    inner: np.ndarray
    outer: np.ndarray


class Sampling(NamedTuple):
    """What is drawn at random of walks.

    Attributes:
        noise: Node r is a negative for draws up to noise[r], shape `[node]`; shares as visits^¾.
        guide: Node at which to begin the search, by the upper 16 of a draw's 31 bits, shape
            `[2^16]`.
        pool: Negatives in the pool, shape `[draw]`; empty where there is none.
        kept: Share of each node's visits that is learned from, in 32 bits, shape `[node]`.
        context: Nodes to either side that count as near.
    """

    noise: np.ndarray
    guide: np.ndarray
    pool: np.ndarray
    kept: np.ndarray
    context: int


def _sigmoid_table() -> np.ndarray:
    x = (np.arange(TABLE_SIZE, dtype=np.float32) / np.float32(TABLE_SIZE) * 2 - 1) * SATURATED
    power = np.exp(x.astype(np.float32)).astype(np.float32)
    return (power / (power + np.float32(1.0))).astype(np.float32)


_SIGMOID = _sigmoid_table()
_PER_UNIT = np.float32(TABLE_SIZE // int(SATURATED) // 2)  # gensim divides integers: 83, not 83⅓


@numba.njit(cache=True, nogil=True)
def train(walks, rates, vectors, sampling, words):
    """Train on walks, one after another, shape `[walk, length]`, each at its rate.

    Random words of 32 bits (the state's) are taken from `words`; from them come the first value of
    each walk's linear congruential generator, which draws what is left out and the negatives, the
    reach of each context, and what fills the pool.

    Returns:
        How many words were used.
    """
    used = 0
    nodes = np.empty(walks.shape[1], np.int64)
    reach = np.empty(walks.shape[1], np.int64)
    for walk in range(len(walks)):
        if len(sampling.pool) and walk % POOL_WALKS == 0:
            state = _first_state(words, used)
            used += 2
            for place in range(len(sampling.pool)):
                sampling.pool[place], state = _draw_negative(sampling, state)
        state = _first_state(words, used)
        used += 2
        length = 0
        for node in walks[walk]:
            drawn = state >> np.uint64(16)
            state = _next(state)
            if sampling.kept[node] >= drawn:
                nodes[length] = node
                length += 1
        used = _draw_reaches(reach[:length], sampling.context, words, used)
        _learn_walk(nodes[:length], reach, rates[walk], vectors, sampling, state)
    return used


@numba.njit(cache=True, nogil=True)
def _draw_reaches(reach, context, words, used):
    """Draw how far each node's context reaches, 1 … context; return how many words were used."""
    mask = 1
    while mask < context:
        mask *= 2
    mask = np.uint32(mask - 1)
    for position in range(len(reach)):
        less = np.uint32(0)
        if context > 1:
            less = words[used] & mask
            used += 1
            while less >= context:
                less = words[used] & mask
                used += 1
        reach[position] = context - np.int64(less)
    return used


@numba.njit(cache=True, nogil=True)
def _learn_walk(nodes, reach, rate, vectors, sampling, state):
    """Learn each node of a walk from the nodes within its reach."""
    rows = np.empty(NEGATIVES + 1, np.int64)
    room = np.empty(vectors.inner.shape[1], np.float32)
    for position in range(len(nodes)):
        rows[0] = nodes[position]
        begin = max(0, position - reach[position])
        for other in range(begin, min(len(nodes), position + reach[position] + 1)):
            if other == position:
                continue
            apart = True
            for number in range(1, NEGATIVES + 1):
                if len(sampling.pool):
                    drawn = (state >> np.uint64(16)) % np.uint64(len(sampling.pool))
                    rows[number], state = sampling.pool[drawn], _next(state)
                else:
                    rows[number], state = _draw_negative(sampling, state)
                for earlier in range(number):
                    apart &= rows[earlier] != rows[number]
            vector = vectors.inner[nodes[other]]
            if apart:
                _learn_at_once(vector, vectors.outer, rows, rate, room)
            else:
                _learn_in_turn(vector, vectors.outer, rows, rate, room)


@numba.njit(cache=True, nogil=True, fastmath=True)
def _learn_in_turn(vector, outer, rows, rate, change):
    """Learn one pair and its negatives in turn; a negative that is the node is left out."""
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
    """Learn the same from rows that all differ, of which none waits for another.

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
    """Multiply the learning rate by how far σ(product) is from 1, of the pair, or from 0."""
    if abs(product) >= SATURATED:
        return np.float32(0.0)
    known = _SIGMOID[np.int64((product + np.float32(SATURATED)) * _PER_UNIT)]
    return ((np.float32(0.0) if number else np.float32(1.0)) - known) * rate


@numba.njit(cache=True, nogil=True)
def _draw_negative(sampling, state):
    """Draw a node by its share of the noise; return it and the next state."""
    drawn = (state >> np.uint64(16)) % np.uint64(NOISE_TOP)
    node = np.int64(sampling.guide[drawn >> np.uint64(15)])
    while sampling.noise[node] < np.int64(drawn):
        node += 1
    return node, _next(state)


@numba.njit(cache=True, nogil=True)
def _first_state(words, used):
    """Join two words to a generator's first value, of 48 bits."""
    low_bits = np.uint32(2**24 - 1)
    high, low = words[used] & low_bits, words[used + 1] & low_bits
    return np.uint64(high) * np.uint64(2**24) + np.uint64(low)


@numba.njit(cache=True, nogil=True)
def _next(state):
    """Step a 48-bit linear congruential generator (that of drand48)."""
    return (state * np.uint64(25214903917) + np.uint64(11)) & np.uint64(2**48 - 1)
