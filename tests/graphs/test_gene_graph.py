import numpy as np
import pandas as pd

from step.graphs.gene_graph import GeneGraph, gene_graph


def test_edges_are_indexed_by_the_genes_given():
    table = pd.DataFrame({"gene_1": ["a", "b"], "gene_2": ["c", "x"], "weight": [0.5, 1.0]})
    found = gene_graph(table, np.array(["c", "b", "a"]))
    assert (found.first.tolist(), found.second.tolist(), found.n_genes) == ([2], [0], 3)


def test_connected_genes_share_the_number_of_their_component():
    edges = GeneGraph(np.array([0, 3]), np.array([2, 1]), np.array([1.0, 2.0]), 5)
    assert edges.connected_parts().tolist() == [0, 1, 0, 1, 2]


def test_the_mean_over_neighbours_weighs_them():
    graph = GeneGraph(np.array([0, 0]), np.array([1, 2]), np.array([1.0, 3.0]), 4)
    mean = graph.neighbour_mean.toarray()
    np.testing.assert_allclose(mean[0], [0, 0.25, 0.75, 0])
    np.testing.assert_allclose(mean[1], [1, 0, 0, 0])
    np.testing.assert_allclose(mean[3], 0)


def test_a_directed_edge_is_heard_by_its_second_gene_alone():
    graph = GeneGraph(np.array([0, 2]), np.array([1, 1]), np.array([-1.0, 1.0]), 3, directed=True)
    mean = graph.neighbour_mean.toarray()
    np.testing.assert_allclose(mean, [[0, 0, 0], [-0.5, 0, 0.5], [0, 0, 0]])


def test_edges_among_some_genes_are_numbered_anew():
    graph = GeneGraph(np.array([0, 1, 3]), np.array([1, 2, 4]), np.array([1.0, 2.0, 3.0]), 5)
    part = graph.among(np.array([4, 3, 1]))
    assert (part.first.tolist(), part.second.tolist(), part.weight.tolist()) == ([1], [0], [3.0])
    assert part.n_genes == 3
