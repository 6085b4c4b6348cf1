import sys

import numpy as np
import pytest
import scipy.sparse
from pydantic import ValidationError

from step.embeddings.engines import EmbeddingConfig, compiled_node2vec, package_node2vec
from step.embeddings.skip_gram import SkipGramConfig
from step.embeddings.temporal import temporal_embedding
from step.errors import InputError
from step.graphs.weights import weights_over_time

SETTINGS = {
    "dimensions": 4,
    "walk_length": 12,
    "walks_per_node": 6,
    "context": 3,
    "first_epochs": 2,
    "p": 0.5,
    "q": 2.0,
    "expression_weight": 0.4,
    "seed": 1,
}


@pytest.fixture(scope="module")
def package():
    return pytest.importorskip("node2vec", reason="the extra node2vec is not installed")


def both_engines(edges, weights) -> list[np.ndarray]:
    return [
        temporal_embedding(edges, weights, EmbeddingConfig(**SETTINGS, engine=engine))
        for engine in ("compiled", "node2vec")
    ]


def test_both_engines_embed_every_time_alike(study, package):
    panel, edges = study
    weights = weights_over_time(edges, panel.robust, 0.4)[:4]
    compiled, reference = both_engines(edges, weights)
    assert np.abs(reference).mean() > 0.3
    np.testing.assert_allclose(compiled, reference, atol=1e-3)


def test_both_engines_find_the_same_neighbours(study, package):
    panel, edges = study
    weights = weights_over_time(edges, panel.robust, 0.4)[:6]
    nearest = []
    for found in both_engines(edges, weights):
        unit = found[-1] / np.maximum(np.linalg.norm(found[-1], axis=1, keepdims=True), 1e-9)
        cosine = unit @ unit.T
        np.fill_diagonal(cosine, -1.0)
        nearest.append(cosine.argmax(axis=1))
    assert (nearest[0] == nearest[1]).mean() > 0.95


def test_nodes_without_edges_keep_their_vectors_in_both_engines(package):
    pair = scipy.sparse.csr_array(([2.0, 2.0], ([1, 3], [3, 1])), shape=(5, 5))
    config = EmbeddingConfig(**SETTINGS)
    training = SkipGramConfig(4, context=3, epochs=1, seed=1)
    for embed in (compiled_node2vec, package_node2vec):
        found = embed(pair, config, training, None)
        assert not found.inner[[0, 2, 4]].any()
        assert found.inner[[1, 3]].any(axis=1).all()


@pytest.mark.parametrize("module", ["node2vec", "gensim.models"])
def test_a_missing_package_is_explained(study, module, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    panel, edges = study
    weights = weights_over_time(edges, panel.robust, 0.4)[:1]
    with pytest.raises(InputError, match=r"EXTRAS=node2vec.*`engine: compiled`"):
        temporal_embedding(edges, weights, EmbeddingConfig(**SETTINGS, engine="node2vec"))


def test_an_unknown_engine_is_refused():
    with pytest.raises(ValidationError, match="'compiled' or 'node2vec'"):
        EmbeddingConfig(**SETTINGS, engine="pecanpy")
