"""Temporal node2vec: where each gene lies in the graph, time by time."""

import logging

import numpy as np
import scipy.linalg
import scipy.sparse
from gensim.models import Word2Vec

from step.embeddings.walks import random_walks
from step.genome.graphs import EdgeList
from step.typed import settings

logger = logging.getLogger(__name__)


@settings
class EmbeddingConfig:
    """How to embed.

    Attributes:
        dimensions: Of the embedding.
        walk_length: Nodes in a walk.
        walks_per_node: Walks from each gene, at each time.
        context: Nodes to either side that a skip-gram predicts.
        epochs: Passes over the walks.
        p: Return parameter.
        q: In-out parameter.
        expression_weight: Weight of similar expression in an edge, beside its structure.
        seed: Of walks and skip-gram.
    """

    dimensions: int
    walk_length: int
    walks_per_node: int
    context: int
    epochs: int
    p: float
    q: float
    expression_weight: float
    seed: int


def temporal_embedding(edges: EdgeList, weights: np.ndarray, config: EmbeddingConfig) -> np.ndarray:
    """Embed the graph of every time, each turned towards the one before it.

    Each time's graph is walked (node2vec) and its walks embedded by skip-gram; the embedding is
    then rotated onto that of the time before (orthogonal Procrustes). Nothing looks ahead: the
    embedding of a time depends on that time and earlier ones only, so those of the first times are
    the same whether later times exist or not. (The published method walks one graph of all times
    and embeds them together, which lets the past know the future.)

    Args:
        edges: The graph.
        weights: Shape `[time, edge]`; see `step.genome.graphs.weights_over_time`.
        config: Settings.

    Returns:
        Shape `[time, gene, dimension]`, of unit root mean square over the connected genes of a
        time; zero for genes without edges.
    """
    n_times = len(weights)
    embeddings = np.zeros((n_times, edges.n_genes, config.dimensions), dtype=np.float32)
    if len(edges.first) == 0:
        return embeddings
    for time in range(n_times):
        embedded = _node2vec(edges, weights[time], config, config.seed + time)
        if time:
            turn, _ = scipy.linalg.orthogonal_procrustes(embedded, embeddings[time - 1])
            embedded = embedded @ turn
        embeddings[time] = embedded
    logger.info("embedded %d genes at %d times", edges.n_genes, n_times)
    return embeddings


def _node2vec(
    edges: EdgeList, weight: np.ndarray, config: EmbeddingConfig, seed: int
) -> np.ndarray:
    """node2vec of one graph, shape `[gene, dimension]`."""
    both = np.concatenate([edges.first, edges.second]), np.concatenate([edges.second, edges.first])
    adjacency = scipy.sparse.csr_array(
        (np.tile(weight, 2), both), shape=(edges.n_genes, edges.n_genes)
    )
    adjacency.sort_indices()
    walks = random_walks(
        adjacency, config.walks_per_node, config.walk_length, config.p, config.q, seed
    )
    walks = np.random.default_rng(seed).permutation(walks)
    model = Word2Vec(
        vector_size=config.dimensions,
        window=config.context,
        min_count=1,
        sg=1,
        workers=1,  # more would make the result depend on their timing
        seed=seed,
        epochs=config.epochs,
    )
    sentences = walks.astype(str).tolist()
    model.build_vocab(sentences)
    model.train(sentences, total_examples=len(sentences), epochs=config.epochs)
    embedded = np.zeros((edges.n_genes, config.dimensions))
    embedded[np.array(model.wv.index_to_key, dtype=int)] = model.wv.vectors
    return embedded / np.sqrt(np.mean(model.wv.vectors**2))
