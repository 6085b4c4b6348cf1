"""Skip-gram with negative sampling: that of gensim, compiled for walks."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from step.embeddings.skip_gram_training import NOISE_TOP, Sampling, Vectors, train

NOISE_EXPONENT = 0.75
FIRST_RATE, LAST_RATE = 0.025, 0.0001
FREQUENT = 1e-3  # share of all nodes walked, above which visits are left out at random
BLOCK = 100_000  # walks trained at a time, which bounds the memory of their random words
POOL_SIZE = 512


@dataclass(frozen=True)
class SkipGramConfig:
    """Settings of a skip-gram.

    Attributes:
        dimensions: Of the vectors.
        context: Nodes to either side that count as near; each visit draws 1 … context of them.
        epochs: Passes over the walks.
        seed: Of initial vectors and of training.
        pooled: Take negatives evenly from a pool of 512 draws, renewed every 50 walks, instead of
            drawing each from all nodes. Some twice as fast where all vectors together exceed a
            processor's cache.
    """

    dimensions: int
    context: int
    epochs: int
    seed: int
    pooled: bool = False


@dataclass(frozen=True)
class NodeVectors:
    """Vectors that a skip-gram has learned.

    Attributes:
        inner: The embedding, shape `[node, dimension]`.
        outer: Of a node as another's context, shape `[node, dimension]`.
    """

    inner: np.ndarray
    outer: np.ndarray

    def with_nodes(self, nodes: np.ndarray, inner: np.ndarray, outer: np.ndarray) -> "NodeVectors":
        """Copy the vectors, those of the given nodes replaced; nodes of shape `[some]`."""
        replaced = NodeVectors(self.inner.copy(), self.outer.copy())
        replaced.inner[nodes], replaced.outer[nodes] = inner, outer
        return replaced

    @classmethod
    def zeros(cls, n_nodes: int, dimensions: int) -> "NodeVectors":
        """Vectors of nodes that nothing is known of."""
        return cls(*np.zeros((2, n_nodes, dimensions), dtype=np.float32))


def skip_gram(
    walks: np.ndarray, n_nodes: int, config: SkipGramConfig, start: NodeVectors | None = None
) -> NodeVectors:
    """Learn vectors by which the nodes near one another in a walk predict each other.

    For each node and each of its context nodes c, log σ(v_c · u_node) plus the sum over five
    random nodes r of log σ(−v_c · u_r) is climbed by one step of the gradient (Mikolov et al.,
    2013). The learning rate falls from walk to walk, over all epochs.

    Settings that node2vec leaves as they are, the random state and the order of its draws are
    those of gensim 4 with `workers=1` and each walk a batch of its own, so the same seed gives
    the same vectors but for rounding, unless negatives are pooled.

    Args:
        walks: Nodes, shape `[walk, length]`.
        n_nodes: Number of nodes, visited or not.
        config: Settings.
        start: Vectors to go on from, instead of random ones.

    Returns:
        The vectors; those of nodes that the walks do not visit as at the start, or zero.
    """
    before = start or NodeVectors.zeros(n_nodes, config.dimensions)
    if walks.size == 0:
        return before
    ranked, visits = _by_visits(walks, n_nodes)
    rank = np.full(n_nodes, -1, dtype=np.int32)
    rank[ranked] = np.arange(len(ranked))
    vectors = Vectors(before.inner[ranked], before.outer[ranked])
    if start is None:
        vectors.inner[:] = _random_vectors(vectors.inner.shape, config.seed)
    sampling = _sampling(visits, config)
    state = np.random.RandomState(config.seed)
    words = np.empty(0, dtype=np.uint32)
    for epoch in range(config.epochs):
        for first in range(0, len(walks), BLOCK):
            block = rank[walks[first : first + BLOCK]]
            done = (epoch + np.arange(first, first + len(block)) / len(walks)) / config.epochs
            rates = (FIRST_RATE - (FIRST_RATE - LAST_RATE) * done).astype(np.float32)
            # A node takes two words at most on average, a walk two and at times two for the pool;
            # so these are enough by 20 deviations.
            needed = len(block) * 3 + int(2.2 * block.size) + 1000
            fresh = state.randint(0, 2**32, max(needed - len(words), 0), dtype=np.uint32)
            words = np.concatenate([words, fresh])
            if first == 0:
                words = words[2:]  # gensim begins an epoch with an empty batch
            words = words[train(block, rates, vectors, sampling, words) :]
    return before.with_nodes(ranked, vectors.inner, vectors.outer)


def _by_visits(walks: np.ndarray, n_nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Rank the visited nodes by their visits, of equals the one met last first; count them."""
    visits = np.zeros(n_nodes, dtype=np.int64)
    for first in range(0, len(walks), BLOCK):
        visits += np.bincount(walks[first : first + BLOCK].ravel(), minlength=n_nodes)
    met = pd.unique(walks.ravel())
    ranked = met[np.lexsort((-np.arange(len(met)), -visits[met]))]
    return ranked, visits[ranked]


def _random_vectors(shape: tuple[int, int], seed: int) -> np.ndarray:
    """Draw initial vectors between −1 and 1, over the number of dimensions."""
    drawn = np.random.default_rng(seed).random(shape, dtype=np.float32)
    return (drawn * np.float32(2.0) - np.float32(1.0)) / np.float32(shape[1])


def _sampling(visits: np.ndarray, config: SkipGramConfig) -> Sampling:
    """Prepare the draws for nodes that are visited so often, shape `[node]`."""
    noise = np.cumsum(visits**NOISE_EXPONENT)
    noise = np.round(noise / noise[-1] * NOISE_TOP).astype(np.int64)
    guide = np.searchsorted(noise, np.arange(2**16) << 15).astype(np.int32)
    pool = np.zeros(POOL_SIZE if config.pooled else 0, dtype=np.int64)
    rare = visits.sum() * FREQUENT / visits
    kept = (np.minimum(np.sqrt(rare) + rare, 1.0) * (2**32 - 1)).astype(np.uint64)
    return Sampling(noise, guide, pool, kept, config.context)
