import numpy as np
import pandas as pd

from step.graphs.gene_graph import GeneGraph, gene_graph
from step.graphs.weights import weights_over_time


def test_rewiring_exchanges_connected_genes_and_keeps_the_graph():
    edges = GeneGraph(np.array([0, 0, 1]), np.array([1, 2, 2]), np.array([1.0, 2.0, 3.0]), 9)
    rewired = edges.rewired(seed=4)
    assert set(np.concatenate([rewired.first, rewired.second])) == {0, 1, 2}
    np.testing.assert_array_equal(rewired.weight, edges.weight)
    big = GeneGraph(np.arange(50), np.arange(1, 51), np.ones(50), 51)
    moved = big.rewired(seed=1)
    degree = np.bincount(np.concatenate([big.first, big.second]))
    moved_degree = np.bincount(np.concatenate([moved.first, moved.second]))
    assert sorted(degree) == sorted(moved_degree)
    assert (moved.first != big.first).mean() > 0.9


def test_edges_are_indexed_by_the_genes_given():
    table = pd.DataFrame({"gene_1": ["a", "b"], "gene_2": ["c", "x"], "weight": [0.5, 1.0]})
    found = gene_graph(table, np.array(["c", "b", "a"]))
    assert (found.first.tolist(), found.second.tolist(), found.n_genes) == ([2], [0], 3)


def test_genes_of_a_connected_part_share_its_number():
    edges = GeneGraph(np.array([0, 3]), np.array([2, 1]), np.array([1.0, 2.0]), 5)
    assert edges.connected_parts().tolist() == [0, 1, 0, 1, 2]


def test_weights_of_a_time_know_no_later_one():
    rng = np.random.default_rng(0)
    edges = GeneGraph(np.array([0, 1]), np.array([1, 2]), np.array([0.2, 0.4]), 3)
    expression = rng.normal(size=(8, 3))
    changed = expression.copy()
    changed[5:] += 100.0
    before = weights_over_time(edges, expression, 0.4)
    after = weights_over_time(edges, changed, 0.4)
    np.testing.assert_array_equal(before[:5], after[:5])
    assert not np.allclose(before[5:], after[5:])


def test_equal_expression_gives_the_full_weight():
    edges = GeneGraph(np.array([0]), np.array([1]), np.array([0.2]), 3)
    weights = weights_over_time(edges, np.array([[1.0, 1.0, 5.0], [1.0, 5.0, np.nan]]), 0.4)
    np.testing.assert_allclose(weights[:, 0], [0.6, 0.4])
