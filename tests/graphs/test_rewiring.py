import numpy as np

from step.graphs.gene_graph import GeneGraph
from step.graphs.rewiring import rewire


def test_rewiring_exchanges_connected_genes_and_keeps_the_graph():
    edges = GeneGraph(np.array([0, 0, 1]), np.array([1, 2, 2]), np.array([1.0, 2.0, 3.0]), 9)
    rewired = rewire(edges, seed=4)
    assert set(np.concatenate([rewired.first, rewired.second])) == {0, 1, 2}
    np.testing.assert_array_equal(rewired.weight, edges.weight)
    big = GeneGraph(np.arange(50), np.arange(1, 51), np.ones(50), 51)
    moved = rewire(big, seed=1)
    degree = np.bincount(np.concatenate([big.first, big.second]))
    moved_degree = np.bincount(np.concatenate([moved.first, moved.second]))
    assert sorted(degree) == sorted(moved_degree)
    assert (moved.first != big.first).mean() > 0.9


def test_a_seed_gives_one_rewiring():
    graph = GeneGraph(np.array([0, 1, 2]), np.array([1, 2, 3]), np.ones(3), 6)
    rewired = rewire(graph, seed=7)
    # Results of the graph test rest on these draws: numpy's, of the connected genes 0 … 3.
    drawn = np.random.default_rng(7).permutation(4)
    assert rewired.first.tolist() == drawn[:3].tolist()
    assert rewired.second.tolist() == drawn[1:].tolist()


def test_a_graph_without_edges_stays_so():
    graph = GeneGraph(np.array([0]), np.array([1]), np.ones(1), 4).without_edges()
    assert len(rewire(graph, seed=1).first) == 0
