import numpy as np

from step.embeddings.engines import EmbeddingConfig
from step.embeddings.temporal import temporal_embedding
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
