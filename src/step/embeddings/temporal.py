"""Temporal node2vec: where each gene lies in the graph, time by time."""

import logging
from typing import Annotated

import numpy as np

from step.embeddings.skip_gram import skip_gram
from step.embeddings.walks import random_walks
from step.graphs.gene_graph import GeneGraph
from step.typed import Seed, Weight, between, settings

Bias = Annotated[float, between(1e-6, 1e6)]

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

    dimensions: Annotated[int, between(1, 4096)]
    walk_length: Annotated[int, between(2, 10_000)]
    walks_per_node: Annotated[int, between(1, 10_000)]
    context: Annotated[int, between(1, 1000)]
    first_epochs: Annotated[int, between(1, 1000)]
    p: Bias
    q: Bias
    expression_weight: Weight
    seed: Seed


def temporal_embedding(
    edges: GeneGraph, weights: np.ndarray, config: EmbeddingConfig
) -> np.ndarray:
    """Embed the graph of every time, each going on from the one before it.

    Each time's graph is walked (node2vec) and a skip-gram is trained on the walks, starting from
    the vectors of the time before, so that directions keep their meaning (Kim et al., 2014).
    Nothing looks ahead: the embedding of a time depends on that time and earlier ones only, so
    those of the first times are the same whether later times exist or not. (The published method
    walks one graph of all times and embeds them together, which lets the past know the future.)

    Args:
        edges: The graph.
        weights: Shape `[time, edge]`; see `step.graphs.gene_graph.weights_over_time`.
        config: Settings.

    Returns:
        Shape `[time, gene, dimension]`, of unit root mean square over the connected genes of a
        time; zero for genes without edges.
    """
    n_times = len(weights)
    embeddings = np.zeros((n_times, edges.n_genes, config.dimensions), dtype=np.float32)
    if len(edges.first) == 0:
        return embeddings
    connected = np.unique(np.concatenate([edges.first, edges.second]))
    vectors = None
    for time in range(n_times):
        seed = config.seed + time
        walks = random_walks(
            edges.adjacency(weights[time]),
            config.walks_per_node,
            config.walk_length,
            config.p,
            config.q,
            seed,
        )
        vectors = skip_gram(
            walks,
            edges.n_genes,
            config.dimensions,
            config.context,
            config.first_epochs if time == 0 else 1,
            seed,
            vectors,
        )
        size = np.sqrt(np.mean(vectors.inner[connected] ** 2))
        embeddings[time] = vectors.inner / size
    logger.info("embedded %d genes at %d times", edges.n_genes, n_times)
    return embeddings
