import networkx
import numpy as np
import pytest
import scipy.sparse
from gensim.models import Word2Vec
from node2vec import Node2Vec

from step.embeddings import skip_gram as skip_gram_module
from step.embeddings.skip_gram import skip_gram
from step.embeddings.temporal import EmbeddingConfig, temporal_embedding
from step.embeddings.walks import random_walks
from step.graphs.gene_graph import adjacency
from step.graphs.weights import weights_over_time

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


def ordered(nodes: networkx.Graph) -> scipy.sparse.csr_array:
    """The graph as a matrix, neighbours in networkx's order."""
    names = list(nodes)
    place = {name: number for number, name in enumerate(names)}
    entries = [
        (place[name], place[other], value["weight"])
        for name in names
        for other, value in nodes[name].items()
    ]
    source, target, weight = (np.array(column) for column in zip(*entries, strict=True))
    return adjacency(source, target, weight, np.arange(len(entries)), len(names))


@pytest.mark.parametrize(("p", "q"), [(1.0, 1.0), (0.25, 2.0), (4.0, 0.5), (1.0, 0.5)])
def test_walks_are_those_of_the_node2vec_package(p, q):
    nodes = graph()
    expected = Node2Vec(nodes, walk_length=12, num_walks=40, p=p, q=q, seed=7, quiet=True).walks
    found = random_walks(ordered(nodes), 40, 12, p, q, seed=7)
    np.testing.assert_array_equal(np.array(list(nodes))[found], np.array(expected, dtype=int))


def test_walks_follow_edges_and_start_everywhere():
    with_a_sixth = graph()
    with_a_sixth.add_node(5)
    lonely = ordered(with_a_sixth)
    walks = random_walks(lonely, 3, 6, 1.0, 0.5, seed=0)
    assert np.bincount(walks[:, 0], minlength=6).tolist() == [3, 3, 3, 3, 3, 0]
    dense = lonely.toarray()
    assert (dense[walks[:, :-1], walks[:, 1:]] > 0).all()


@pytest.mark.parametrize(("n_nodes", "context"), [(6, 5), (60, 3), (60, 1), (3000, 4)])
def test_vectors_are_those_of_gensim(n_nodes, context):
    walks = np.random.default_rng(1).integers(0, n_nodes, (300, 20))
    reference = Word2Vec(
        walks.astype(str).tolist(),
        vector_size=8,
        window=context,
        min_count=1,
        sg=1,
        workers=1,
        seed=3,
        epochs=2,
        batch_words=4,
    )
    found = skip_gram(walks, n_nodes, 8, context, 2, 3)
    visited = np.unique(walks)
    expected = np.stack([reference.wv[str(node)] for node in visited])
    np.testing.assert_allclose(found.inner[visited], expected, atol=1e-4)
    assert not np.delete(found.inner, visited, axis=0).any()


def test_walks_are_trained_block_by_block_as_at_once(monkeypatch):
    walks = np.random.default_rng(1).integers(0, 30, (300, 20))
    whole = skip_gram(walks, 30, 8, 4, 2, 3)
    monkeypatch.setattr(skip_gram_module, "BLOCK", 70)
    np.testing.assert_array_equal(skip_gram(walks, 30, 8, 4, 2, 3).inner, whole.inner)


def test_a_pair_learns_at_once_what_it_learns_in_turn():
    rng = np.random.default_rng(0)
    vector, outer = rng.normal(size=16).astype("f4"), rng.normal(size=(9, 16)).astype("f4")
    rows, rate, room = np.array([4, 1, 8, 0, 2, 7]), np.float32(0.1), np.empty(16, "f4")
    other, others = vector.copy(), outer.copy()
    skip_gram_module._learn_at_once(vector, outer, rows, rate, room)
    skip_gram_module._learn_in_turn(other, others, rows, rate, room)
    np.testing.assert_allclose(vector, other, atol=1e-6)
    np.testing.assert_allclose(outer, others, atol=1e-6)


def nearness(vectors: np.ndarray, walks: np.ndarray) -> float:
    """How much nearer neighbours in a walk lie than any two nodes, as a difference of cosines."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    near = (unit[walks[:, :-1]] * unit[walks[:, 1:]]).sum(axis=2).mean()
    return float(near - (unit @ unit.T).mean())


def test_pooled_negatives_teach_as_well(monkeypatch):
    monkeypatch.setattr(skip_gram_module, "POOL_SIZE", 8)
    ring = networkx.cycle_graph(40)
    networkx.set_edge_attributes(ring, 1.0, "weight")
    walks = random_walks(ordered(ring), 40, 15, 1.0, 1.0, seed=0)
    own, pooled = (
        nearness(skip_gram(walks, 40, 16, 3, 5, 1, pooled=pooled).inner, walks)
        for pooled in (False, True)
    )
    assert pooled == pytest.approx(own, abs=0.05)
    assert own > 0.3


def test_a_skip_gram_goes_on_from_what_it_knew():
    walks = np.random.default_rng(0).integers(0, 10, (50, 12))
    before = skip_gram(walks, 11, 4, 2, 3, 1)
    after = skip_gram(walks[:1], 11, 4, 2, 1, 2, start=before)
    seen = np.unique(walks[:1])
    assert np.abs(after.inner[seen] - before.inner[seen]).max() < 0.2
    assert not after.inner[10].any()


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
