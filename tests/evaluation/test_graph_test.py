import pytest

from step.evaluation.graph_test import GraphTest
from tests.evaluation.tables import graph_test_of


def test_effect_and_p_of_a_graph_that_helps():
    test = graph_test_of(0.9, 1.1, [1.0] * 19, n_edges=5)
    assert test.rewired_mse == (1.0,) * 19
    assert test.effect == pytest.approx(0.1)
    assert test.p == 0.05
    assert test.untested is None


def test_a_graph_that_does_harm_has_a_negative_effect():
    test = graph_test_of(1.2, 1.0, [1.0, 1.0, 1.3], n_edges=5)
    assert test.effect == pytest.approx(1 - 1.2 / 1.1)
    assert test.p == 0.75


def test_rewiring_no_edges_tests_nothing():
    assert graph_test_of(1.0, 1.0, [1.0, 1.0], n_edges=0) == GraphTest(
        1.0, 1.0, 0, untested="no edges"
    )


def test_connected_genes_without_rewired_graphs_are_not_called_unconnected():
    test = graph_test_of(1.0, 1.1, [], n_edges=3503)
    assert test == GraphTest(1.0, 1.1, 3503, untested="no rewired graphs asked for")


def test_the_effect_beside_errorless_controls_is_undefined():
    test = graph_test_of(0.0, 0.0, [0.0, 0.0], n_edges=5)
    assert test.effect is None
    assert test.p == 1.0


def test_shifted_graphs_have_a_p_of_their_own():
    test = graph_test_of(0.9, 1.1, [1.0] * 19, 5, shifted=[0.8, 1.0, 1.0])
    assert test.shifted_mse == (0.8, 1.0, 1.0)
    assert test.shifted_p == 0.5
    assert test.p == 0.05
    assert graph_test_of(0.9, 1.1, [1.0], 5).shifted_p is None
