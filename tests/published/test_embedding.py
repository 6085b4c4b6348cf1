import networkx
import numpy as np
import pytest

from step.graphs.gene_graph import GeneGraph
from step.graphs.weights import weights_over_time
from step.published.embedding import EmbeddedCourse, JointEmbeddingConfig, joint_embedding

JOINT = JointEmbeddingConfig(
    dimensions=8,
    walk_length=8,
    walks_per_node=6,
    context=3,
    epochs=2,
    p=1.0,
    q=0.5,
    time_weight=0.5,
    pooled_negatives=False,
    walk_seed=5,
    skip_gram_seed=1,
)


def test_joint_embedding_is_the_published_procedure_by_its_own_packages():
    package = pytest.importorskip("node2vec", reason="the extra node2vec is not installed")
    rng = np.random.default_rng(3)
    first, second = np.array([0, 2, 0, 3, 1, 4, 4]), np.array([3, 0, 1, 1, 4, 2, 5])
    weights = rng.random((4, len(first))) + 0.2

    def node2vec(nodes: networkx.Graph):
        walker = package.Node2Vec(
            nodes, walk_length=8, num_walks=6, p=1.0, q=0.5, seed=5, dimensions=8, quiet=True
        )
        return walker.fit(window=3, min_count=1, batch_words=4, epochs=2).wv

    graphs = []
    for row in weights:
        graphs.append(networkx.Graph())
        graphs[-1].add_nodes_from(range(6))
        graphs[-1].add_weighted_edges_from(zip(first.tolist(), second.tolist(), row, strict=True))
    alone = [node2vec(nodes) for nodes in graphs]
    whole = networkx.Graph()
    for time, nodes in enumerate(graphs):
        whole.add_nodes_from((gene, time) for gene in nodes)
        for one, other, value in nodes.edges(data=True):
            whole.add_edge((one, time), (other, time), weight=value["weight"])
    for time in range(3):
        for gene in range(6):
            a, b = alone[time][str(gene)], alone[time + 1][str(gene)]
            cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
            whole.add_edge((gene, time), (gene, time + 1), weight=0.5 * max(cosine, 1e-6))
    reference = node2vec(whole)
    expected = [[reference[str((gene, time))] for gene in range(6)] for time in range(4)]
    found = joint_embedding(GeneGraph(first, second, np.ones(7), 6), weights, JOINT)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_joint_embedding_lets_the_past_know_the_future(study):
    panel, edges = study
    weights = weights_over_time(edges, panel.robust, 0.4)[:4]
    later = weights.copy()
    later[3] *= 3.0
    found = joint_embedding(edges, weights, JOINT)
    assert found.shape == (4, edges.n_genes, 8)
    assert np.abs(joint_embedding(edges, later, JOINT)[0] - found[0]).max() > 1e-3


def test_the_last_coordinate_is_scored():
    values = np.arange(12.0).reshape(2, 3, 2)
    course = EmbeddedCourse(np.array(["a", "b", "c"]), np.array([0.5, 1.0]), values)
    assert course.coordinate().to_dict() == {
        "a": {0.5: 1.0, 1.0: 7.0},
        "b": {0.5: 3.0, 1.0: 9.0},
        "c": {0.5: 5.0, 1.0: 11.0},
    }
