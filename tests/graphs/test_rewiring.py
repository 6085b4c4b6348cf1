import numpy as np

from step.graphs.gene_graph import GeneGraph
from step.graphs.rewiring import rewire, shift


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


def test_genes_are_shifted_along_their_chromosome():
    graph = GeneGraph(np.array([0, 1, 4]), np.array([1, 2, 5]), np.array([1.0, 2.0, 3.0]), 7)
    chromosome = np.array([0, 0, 0, 0, 1, 1, -1])
    place = np.array([10, 20, 30, 40, 5, 6, 0])
    found = {tuple(shift(graph, chromosome, place, seed).first.tolist()) for seed in range(99)}
    # By up to three genes on the first chromosome, by up to one on the other; also by none.
    first = [(0, 1), (3, 0), (2, 3), (1, 2)]
    assert found == {(*each, other) for each in first for other in (4, 5)}
    assert shift(graph, chromosome, place, 0).weight.tolist() == [1.0, 2.0, 3.0]


def test_what_is_directed_stays_so():
    graph = GeneGraph(np.array([0, 1]), np.array([1, 2]), np.array([-1.0, 1.0]), 3, directed=True)
    for moved in (rewire(graph, 1), shift(graph, np.zeros(3, dtype=int), np.arange(3), 1)):
        assert moved.directed
        assert moved.weight.tolist() == [-1.0, 1.0]
