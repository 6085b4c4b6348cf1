"""Temporal node2vec: where each gene lies in the graph, time by time."""

import logging
from dataclasses import dataclass

import numpy as np

from step.embeddings.engines import ENGINES, EmbeddingConfig
from step.embeddings.skip_gram import SkipGramConfig
from step.graphs.gene_graph import GeneGraph

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Embeddings:
    """Where each gene lies in the graph, time by time.

    Attributes:
        times: In the study's unit, shape `[time]`.
        embeddings: Shape `[time, gene, dimension]`, genes in the order of the expression table.
    """

    times: np.ndarray
    embeddings: np.ndarray


def temporal_embedding(
    edges: GeneGraph, weights: np.ndarray, config: EmbeddingConfig
) -> np.ndarray:
    """Embed the graph of each time, starting from the vectors of the time before.

    Each time's graph is walked (node2vec) and a skip-gram is trained on the walks, starting from
    the vectors of the time before, so that directions keep their meaning (Kim et al., 2014).
    Nothing looks ahead: the embedding of a time depends on that time and earlier ones only, so
    those of the first times are the same whether later times exist or not. (The published method
    walks one graph of all times and embeds them together, which lets the past know the future.)

    Args:
        edges: The graph.
        weights: Shape `[time, edge]`; see `step.graphs.weights.weights_over_time`.
        config: Settings.

    Returns:
        Shape `[time, gene, dimension]`, of unit root mean square over the connected genes of a
        time; zero for genes without edges.

    Raises:
        InputError: The engine is a package that is not installed.
    """
    n_times = len(weights)
    embeddings = np.zeros((n_times, edges.n_genes, config.dimensions), dtype=np.float32)
    if len(edges.first) == 0:
        return embeddings
    connected = np.unique(np.concatenate([edges.first, edges.second]))
    embed = ENGINES[config.engine]
    vectors = None
    for time in range(n_times):
        training = SkipGramConfig(
            config.dimensions,
            config.context,
            epochs=config.first_epochs if time == 0 else 1,
            seed=config.seed + time,
        )
        vectors = embed(edges.adjacency(weights[time]), config, training, vectors)
        size = np.sqrt(np.mean(vectors.inner[connected] ** 2))
        embeddings[time] = vectors.inner / size
    logger.info("embedded %d genes at %d times", edges.n_genes, n_times)
    return embeddings
