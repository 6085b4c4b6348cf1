"""Two implementations of node2vec that give the same vectors: a compiled one and the package."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import scipy.sparse

from step.embeddings.skip_gram import NodeVectors, SkipGramConfig, skip_gram
from step.embeddings.walks import random_walks
from step.errors import InputError
from step.typed import Seed, Weight, between, settings

if TYPE_CHECKING:
    import networkx


Bias = Annotated[float, between(1e-6, 1e6)]


@settings
class EmbeddingConfig:
    """Settings of the embedding.

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
        engine: `compiled`, or `node2vec` to check it against that package.
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
    engine: Literal["compiled", "node2vec"] = "compiled"


Engine = Callable[
    [scipy.sparse.csr_array, EmbeddingConfig, SkipGramConfig, NodeVectors | None], NodeVectors
]


def compiled_node2vec(
    graph: scipy.sparse.csr_array,
    config: EmbeddingConfig,
    training: SkipGramConfig,
    start: NodeVectors | None,
) -> NodeVectors:
    """Walk a graph and train a skip-gram, by this project's compiled code.

    Args:
        graph: Symmetric, positive weights, shape `[node, node]`.
        config: Settings of the walks.
        training: Settings of the skip-gram; its seed is that of the walks, too.
        start: Vectors to go on from, instead of random ones.
    """
    walks = random_walks(
        graph, config.walks_per_node, config.walk_length, config.p, config.q, training.seed
    )
    return skip_gram(walks, graph.shape[0], training, start)


def package_node2vec(
    graph: scipy.sparse.csr_array,
    config: EmbeddingConfig,
    training: SkipGramConfig,
    start: NodeVectors | None,
) -> NodeVectors:
    """Walk a graph by the package node2vec and train a skip-gram by gensim, as it does.

    `Node2Vec.fit` cannot go on from earlier vectors; with `start`, gensim's model is therefore
    given them before it is trained. Arguments are those of `compiled_node2vec`.

    Raises:
        InputError: The package is not installed.
    """
    try:
        from gensim.models import Word2Vec
        from node2vec import Node2Vec
    except ImportError as error:
        raise InputError(
            "`engine` of the embedding is node2vec, but that package is not installed. Run "
            "`make setup EXTRAS=node2vec`, or set `engine: compiled`."
        ) from error
    walks = Node2Vec(
        _network(graph),
        walk_length=config.walk_length,
        num_walks=config.walks_per_node,
        p=config.p,
        q=config.q,
        seed=training.seed,
        quiet=True,
    ).walks
    model = Word2Vec(
        vector_size=training.dimensions,
        window=training.context,
        min_count=1,
        sg=1,
        workers=1,
        seed=training.seed,
        batch_words=4,
    )
    model.build_vocab(walks)
    nodes = np.array(model.wv.index_to_key, dtype=int)
    if start is not None:
        model.wv.vectors[:], model.syn1neg[:] = start.inner[nodes], start.outer[nodes]
    model.train(walks, total_examples=len(walks), epochs=training.epochs)
    before = start or NodeVectors.zeros(graph.shape[0], training.dimensions)
    return before.with_nodes(nodes, model.wv.vectors, model.syn1neg)


def _network(graph: scipy.sparse.csr_array) -> "networkx.DiGraph":
    """Convert a graph's connected nodes, each node's neighbours in the order of its row."""
    import networkx  # which the package node2vec brings

    rows = graph.tocoo()
    network = networkx.DiGraph()  # of an undirected one, edges of others would set the order
    network.add_nodes_from(np.unique(rows.row).tolist())
    network.add_weighted_edges_from(
        zip(rows.row.tolist(), rows.col.tolist(), rows.data.tolist(), strict=True)
    )
    return network


ENGINES: dict[str, Engine] = {"compiled": compiled_node2vec, "node2vec": package_node2vec}
