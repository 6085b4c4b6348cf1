from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from step.graphs.gene_graph import GeneGraph
from step.graphs.weights import EdgeWeights, structural_weights, weights_over_time

WEIGHTS = EdgeWeights(
    contact_weight=0.7, compartment_weight=0.2, tad_weight=0.3, insulation_weight=0.4
)
GENES = pd.DataFrame(
    {
        "gene": ["a", "b", "c"],
        "compartment": pd.Series(["A", "A", None], dtype=object),
        "tad_boundary_distance": [100.0, 400.0, np.nan],
        "insulation_score": [0.5, -0.5, np.nan],
    }
)


def pairs(*contacts: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(contacts, columns=["gene_1", "gene_2", "contact"])


def test_structural_weights_follow_their_formula():
    found = structural_weights(pairs(("a", "b", 6.0), ("c", "b", 2.0)), GENES, 100, WEIGHTS)
    assert found["same_compartment"].tolist() == [True, False]
    assert found["tad_similarity"].tolist() == [1 / (1 + 3), 0.0]  # three bins apart; unknown
    assert found["insulation_similarity"].tolist() == [1 / (1 + 1), 0.0]
    expected = [0.7 * 6 / (6 + 4) + 0.2 + 0.3 / 4 + 0.4 / 2, 0.7 * 2 / (2 + 4)]
    np.testing.assert_allclose(found["weight"], expected)


def test_two_genes_without_a_compartment_do_not_share_one():
    genes = GENES.assign(compartment=pd.Series([None] * 3, dtype=object))
    found = structural_weights(pairs(("a", "b", 6.0)), genes, 100, WEIGHTS)
    assert not found["same_compartment"].any()


def test_pairs_that_share_a_bin_without_contacts_have_a_weight():
    """As where genes of one bin are connected though the map has no diagonal."""
    found = structural_weights(pairs(("a", "b", 0.0), ("a", "c", 0.0)), GENES, 100, WEIGHTS)
    np.testing.assert_allclose(found["weight"], [0.2 + 0.3 / 4 + 0.4 / 2, 0.0])


def test_no_pairs_have_no_weights():
    none = pairs(("a", "b", 6.0)).iloc[:0]
    found = structural_weights(none, GENES, 100, WEIGHTS)
    assert found.empty
    assert found["weight"].dtype == float


@pytest.mark.parametrize("value", [-0.1, np.nan, np.inf])
def test_weights_are_finite_and_not_negative(value):
    with pytest.raises(ValidationError, match="tad_weight"):
        replace(WEIGHTS, tad_weight=value)


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
