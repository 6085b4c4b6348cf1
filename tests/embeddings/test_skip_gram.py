import networkx
import numpy as np
import pytest

from step.embeddings import skip_gram as skip_gram_module
from step.embeddings.skip_gram import SkipGramConfig, skip_gram
from step.embeddings.skip_gram_training import _learn_at_once, _learn_in_turn
from step.embeddings.walks import random_walks
from tests.embeddings.graphs import as_matrix


@pytest.mark.parametrize(("n_nodes", "context"), [(6, 5), (60, 3), (60, 1), (3000, 4)])
def test_vectors_are_those_of_gensim(n_nodes, context):
    walks = np.random.default_rng(1).integers(0, n_nodes, (300, 20))
    gensim = pytest.importorskip("gensim.models", reason="the extra node2vec is not installed")
    reference = gensim.Word2Vec(
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
    found = skip_gram(walks, n_nodes, SkipGramConfig(8, context, epochs=2, seed=3))
    visited = np.unique(walks)
    expected = np.stack([reference.wv[str(node)] for node in visited])
    np.testing.assert_allclose(found.inner[visited], expected, atol=1e-4)
    assert not np.delete(found.inner, visited, axis=0).any()


def test_walks_are_trained_block_by_block_as_at_once(monkeypatch):
    walks = np.random.default_rng(1).integers(0, 30, (300, 20))
    config = SkipGramConfig(8, context=4, epochs=2, seed=3)
    whole = skip_gram(walks, 30, config)
    monkeypatch.setattr(skip_gram_module, "BLOCK", 70)
    np.testing.assert_array_equal(skip_gram(walks, 30, config).inner, whole.inner)


def test_a_pair_learns_at_once_what_it_learns_in_turn():
    rng = np.random.default_rng(0)
    vector, outer = rng.normal(size=16).astype("f4"), rng.normal(size=(9, 16)).astype("f4")
    rows, rate, room = np.array([4, 1, 8, 0, 2, 7]), np.float32(0.1), np.empty(16, "f4")
    other, others = vector.copy(), outer.copy()
    _learn_at_once(vector, outer, rows, rate, room)
    _learn_in_turn(other, others, rows, rate, room)
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
    walks = random_walks(as_matrix(ring), 40, 15, 1.0, 1.0, seed=0)
    own, pooled = (
        nearness(skip_gram(walks, 40, SkipGramConfig(16, 3, 5, 1, pooled)).inner, walks)
        for pooled in (False, True)
    )
    assert pooled == pytest.approx(own, abs=0.05)
    assert own > 0.3


def test_a_skip_gram_goes_on_from_what_it_knew():
    walks = np.random.default_rng(0).integers(0, 10, (50, 12))
    before = skip_gram(walks, 11, SkipGramConfig(4, context=2, epochs=3, seed=1))
    after = skip_gram(walks[:1], 11, SkipGramConfig(4, context=2, epochs=1, seed=2), before)
    seen = np.unique(walks[:1])
    assert np.abs(after.inner[seen] - before.inner[seen]).max() < 0.2
    assert not after.inner[10].any()
