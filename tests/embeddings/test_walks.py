import networkx
import numpy as np
import pytest

from step.embeddings.walks import random_walks
from tests.embeddings.graphs import as_matrix


def graph() -> networkx.Graph:
    edges = [(0, 1, 3.0), (0, 2, 1.0), (1, 2, 2.0), (2, 3, 1.0), (3, 4, 5.0), (1, 4, 0.5)]
    network = networkx.Graph()
    network.add_weighted_edges_from(edges)
    return network


@pytest.mark.parametrize(("p", "q"), [(1.0, 1.0), (0.25, 2.0), (4.0, 0.5), (1.0, 0.5)])
def test_walks_are_those_of_the_node2vec_package(p, q):
    package = pytest.importorskip("node2vec", reason="the extra node2vec is not installed")
    nodes = graph()
    expected = package.Node2Vec(
        nodes, walk_length=12, num_walks=40, p=p, q=q, seed=7, quiet=True
    ).walks
    found = random_walks(as_matrix(nodes), 40, 12, p, q, seed=7)
    np.testing.assert_array_equal(np.array(list(nodes))[found], np.array(expected, dtype=int))


def test_walks_follow_edges_and_start_everywhere():
    with_a_sixth = graph()
    with_a_sixth.add_node(5)
    lonely = as_matrix(with_a_sixth)
    walks = random_walks(lonely, 3, 6, 1.0, 0.5, seed=0)
    assert np.bincount(walks[:, 0], minlength=6).tolist() == [3, 3, 3, 3, 3, 0]
    dense = lonely.toarray()
    assert (dense[walks[:, :-1], walks[:, 1:]] > 0).all()
