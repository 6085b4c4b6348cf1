import networkx
import numpy as np
import pytest
import scipy.sparse
from node2vec import Node2Vec

from step.embeddings.temporal import EmbeddingConfig, temporal_embedding
from step.embeddings.walks import random_walks
from step.genome.graphs import weights_over_time

CONFIG = EmbeddingConfig(
    dimensions=4,
    walk_length=10,
    walks_per_node=5,
    context=3,
    first_epochs=1,
    p=1.0,
    q=1.0,
    expression_weight=0.4,
    seed=1,
)


def graph() -> networkx.Graph:
    edges = [(0, 1, 3.0), (0, 2, 1.0), (1, 2, 2.0), (2, 3, 1.0), (3, 4, 5.0), (1, 4, 0.5)]
    made = networkx.Graph()
    made.add_weighted_edges_from(edges)
    return made


def adjacency(nodes: networkx.Graph) -> scipy.sparse.csr_array:
    made = networkx.to_scipy_sparse_array(nodes, nodelist=range(len(nodes)), format="csr")
    made.sort_indices()
    return made


@pytest.mark.parametrize(("p", "q"), [(1.0, 1.0), (0.25, 2.0), (4.0, 0.5)])
def test_steps_have_the_probabilities_of_node2vec(p, q):
    nodes = graph()
    walks = random_walks(adjacency(nodes), 40_000, 8, p, q, seed=0)
    reference = Node2Vec(nodes, walk_length=2, num_walks=1, p=p, q=q, quiet=True).d_graph
    for before in range(5):
        for here in nodes.neighbors(before):
            expected = reference[here]["probabilities"][before]
            passed = (walks[:, :-2] == before) & (walks[:, 1:-1] == here)
            after = walks[:, 2:][passed]
            found = [(after == node).mean() for node in nodes.neighbors(here)]
            np.testing.assert_allclose(found, expected, atol=0.02)


def test_walks_follow_edges_and_start_everywhere():
    with_a_sixth = graph()
    with_a_sixth.add_node(5)
    lonely = adjacency(with_a_sixth)
    walks = random_walks(lonely, 3, 6, 1.0, 0.5, seed=0)
    assert np.bincount(walks[:, 0], minlength=6).tolist() == [3, 3, 3, 3, 3, 0]
    dense = lonely.toarray()
    assert (dense[walks[:, :-1], walks[:, 1:]] > 0).all()


def test_embedding_of_a_time_knows_no_later_one(study):
    panel, edges = study
    weights = weights_over_time(edges, panel.robust, 0.4)[:6]
    whole = temporal_embedding(edges, weights, CONFIG)
    start = temporal_embedding(edges, weights[:4], CONFIG)
    np.testing.assert_array_equal(whole[:4], start)


def test_neighbours_lie_near_and_unconnected_genes_at_zero(study):
    panel, edges = study
    config = EmbeddingConfig(**{**vars(CONFIG), "walks_per_node": 20, "first_epochs": 5})
    weights = weights_over_time(edges, panel.robust, 0.4)[:2]
    found = temporal_embedding(edges, weights, config)[1]
    unit = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    linked = (unit[edges.first] * unit[edges.second]).sum(axis=1).mean()
    assert linked > (unit @ unit.T).mean() + 0.2
    empty = temporal_embedding(edges.without_edges(), weights[:, :0], config)
    assert not empty.any()


def test_genes_move_little_from_time_to_time(study):
    panel, edges = study
    weights = weights_over_time(edges, panel.robust, 0.4)
    config = EmbeddingConfig(**{**vars(CONFIG), "walks_per_node": 20, "first_epochs": 5})
    found = temporal_embedding(edges, weights, config)
    moved = np.linalg.norm(np.diff(found, axis=0), axis=2).mean()
    apart = np.linalg.norm(found[-1][:, None] - found[-1][None], axis=2).mean()
    assert moved < 0.2 * apart
