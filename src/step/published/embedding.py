"""The published temporal node2vec: one graph of all times, embedded at once."""

import logging
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
import scipy.sparse
from pydantic import StrictBool

from step.embeddings.skip_gram import SkipGramConfig, skip_gram
from step.embeddings.walks import random_walks
from step.graphs.gene_graph import GeneGraph, adjacency
from step.parallel import run_in_threads
from step.typed import Seed, between, settings

logger = logging.getLogger(__name__)

Bias = Annotated[float, between(1e-6, 1e6)]


@settings
class JointEmbeddingConfig:
    """How to embed all times together.

    Attributes:
        dimensions: Of the embedding; the last one is scored.
        walk_length: Nodes in a walk.
        walks_per_node: Walks from each gene at each time.
        context: Nodes to either side that a skip-gram predicts.
        epochs: Passes over the walks.
        p: Return parameter.
        q: In-out parameter.
        time_weight: Weight of the edge from a gene to itself at the next time if its embeddings
            at both times are the same.
        pooled_negatives: Whether negatives come from a pool; see `skip_gram`.
        walk_seed: Of the walks.
        skip_gram_seed: Of the skip-gram.
    """

    dimensions: Annotated[int, between(1, 4096)]
    walk_length: Annotated[int, between(2, 10_000)]
    walks_per_node: Annotated[int, between(1, 10_000)]
    context: Annotated[int, between(1, 1000)]
    epochs: Annotated[int, between(1, 1000)]
    p: Bias
    q: Bias
    time_weight: Annotated[float, between(0, 1e6, inclusive="right")]
    pooled_negatives: StrictBool
    walk_seed: Seed
    skip_gram_seed: Seed


@dataclass(frozen=True)
class EmbeddedCourse:
    """Where each gene lies at each time in the graph of all times.

    Attributes:
        genes: Names, length `gene`.
        times: Ascending, shape `[time]`.
        embeddings: Shape `[time, gene, dimension]`.
    """

    genes: np.ndarray
    times: np.ndarray
    embeddings: np.ndarray

    def coordinate(self) -> pd.DataFrame:
        """The scored coordinate, the last one, time × gene."""
        return pd.DataFrame(self.embeddings[..., -1], index=self.times, columns=self.genes)


def joint_embedding(
    edges: GeneGraph, weights: np.ndarray, config: JointEmbeddingConfig
) -> np.ndarray:
    """Embed every gene at every time, each time knowing all others.

    First each time's graph is embedded by itself (node2vec); then the graph of all (gene, time)
    nodes, in which a gene is joined to itself at the next time with `time_weight` times the
    cosine of its two embeddings (a negative one, of which no walk can be made, counts as 1e-6).
    So the past knows the future, and what is forecast from these embeddings is no forecast;
    `step.embeddings.temporal` is causal. Source: Kaya & Sefer, bioRxiv 2025.

    Args:
        edges: The graph, each pair once.
        weights: Positive, shape `[time, edge]`.
        config: Settings.

    Returns:
        Shape `[time, gene, dimension]`.
    """
    n_times, n_genes = len(weights), edges.n_genes
    tasks = ((edges.adjacency(weight), config) for weight in weights)
    alone = np.stack(run_in_threads(_node2vec, tasks))
    length = np.linalg.norm(alone, axis=2)
    cosine = (alone[1:] * alone[:-1]).sum(axis=2) / (length[1:] * length[:-1] + 1e-8)
    logger.info("embedded %d times by themselves: mean cosine %.3f", n_times, cosine.mean())
    joined = config.time_weight * np.maximum(cosine, 1e-6)
    whole = _node2vec(_all_times(edges, weights, joined), config)
    return whole.reshape(n_times, n_genes, config.dimensions)


def _node2vec(graph: scipy.sparse.csr_array, config: JointEmbeddingConfig) -> np.ndarray:
    walks = random_walks(
        graph, config.walks_per_node, config.walk_length, config.p, config.q, config.walk_seed
    )
    training = SkipGramConfig(
        config.dimensions,
        config.context,
        config.epochs,
        config.skip_gram_seed,
        pooled=config.pooled_negatives,
    )
    return skip_gram(walks, graph.shape[0], training).inner


def _all_times(
    edges: GeneGraph, weights: np.ndarray, time_weights: np.ndarray
) -> scipy.sparse.csr_array:
    """The graph of all (gene, time) nodes; gene g at time t is node t · genes + g.

    A node's neighbours are in the order in which networkx would have met them: those of its own
    time as that time's edges are listed gene by gene, then itself the time before and after.
    """
    n_times, n_genes, n_edges = len(weights), edges.n_genes, len(edges.first)
    index, edge = edges.both_directions()
    listed = np.lexsort((np.arange(n_edges), np.minimum(edges.first, edges.second)))
    shift = n_genes * np.arange(n_times)[:, None]
    before = np.arange(n_genes * (n_times - 1))
    edge_lists = [  # from, to, weight, place among the neighbours
        (index[0] + shift, index[1] + shift, weights[:, edge], np.argsort(listed)[edge]),
        (before + n_genes, before, time_weights.ravel(), n_edges),
        (before, before + n_genes, time_weights.ravel(), n_edges + 1),
    ]
    broadcast = [np.broadcast_arrays(*edge_list) for edge_list in edge_lists]
    columns = (
        np.concatenate([column.ravel() for column in same]) for same in zip(*broadcast, strict=True)
    )
    return adjacency(*columns, n_times * n_genes)
