"""Temporal node2vec: where each gene lies in the graph, time by time."""

import logging

import numpy as np
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
        first_epochs: Passes over the walks of the first time; over later ones there is one.
        p: Return parameter.
        q: In-out parameter.
        expression_weight: Weight of similar expression in an edge, beside its structure.
        seed: Of walks and skip-gram.
    """

    dimensions: int
    walk_length: int
    walks_per_node: int
    context: int
    first_epochs: int
    p: float
    q: float
    expression_weight: float
    seed: int


def temporal_embedding(edges: EdgeList, weights: np.ndarray, config: EmbeddingConfig) -> np.ndarray:
    """Embed the graph of every time, each going on from the one before it.

    Each time's graph is walked (node2vec) and a skip-gram is trained on the walks, starting from
    the vectors of the time before, so that directions keep their meaning (Kim et al., 2014).
    Nothing looks ahead: the embedding of a time depends on that time and earlier ones only, so
    those of the first times are the same whether later times exist or not. (The published method
    walks one graph of all times and embeds them together, which lets the past know the future.)

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
    model = Word2Vec(
        vector_size=config.dimensions,
        window=config.context,
        min_count=1,
        sg=1,
        workers=1,  # more would make the result depend on their timing
        seed=config.seed,
    )
    for time in range(n_times):
        sentences = _walks(edges, weights[time], config, config.seed + time).astype(str).tolist()
        if time == 0:
            model.build_vocab(sentences)
        epochs = config.first_epochs if time == 0 else 1
        model.train(sentences, total_examples=len(sentences), epochs=epochs)
        connected = np.array(model.wv.index_to_key, dtype=int)
        vectors = model.wv.vectors
        embeddings[time, connected] = vectors / np.sqrt(np.mean(vectors**2))
    logger.info("embedded %d genes at %d times", edges.n_genes, n_times)
    return embeddings


def _walks(edges: EdgeList, weight: np.ndarray, config: EmbeddingConfig, seed: int) -> np.ndarray:
    """Shuffled node2vec walks on one time's graph, shape `[walk, length]`."""
    index, edge = edges.both_directions()
    adjacency = scipy.sparse.csr_array(
        (weight[edge], tuple(index)), shape=(edges.n_genes, edges.n_genes)
    )
    adjacency.sort_indices()
    walks = random_walks(
        adjacency, config.walks_per_node, config.walk_length, config.p, config.q, seed
    )
    return np.random.default_rng(seed).permutation(walks)
