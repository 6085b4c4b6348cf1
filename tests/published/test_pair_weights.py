import numpy as np
import pandas as pd
import pytest

from step.errors import InputError
from step.published.pair_weights import (
    PairWeighting,
    PairWeights,
    weigh_pairs,
    weights_of_all_times,
)

USUAL = PairWeights(contact=0.3, compartment=0.1, tad=0.1, insulation=0.1, expression=0.4)
FAVOURED = PairWeights(contact=0.2, compartment=0.1, tad=0.1, insulation=0.1, expression=0.6)


def pairs(*rows: tuple[str, str, float]) -> pd.DataFrame:
    """Pairs in one compartment, a boundary two bins nearer to one than to the other."""
    table = pd.DataFrame(rows, columns=["gene_1", "gene_2", "contact"])
    return table.assign(
        compartment_1="A",
        compartment_2="A",
        tad_boundary_distance_1=1.0,
        tad_boundary_distance_2=3.0,
        insulation_score_1=0.5,
        insulation_score_2=-0.5,
    )


REST = 0.1 + 0.1 / 3 + 0.1 / 2  # compartment, boundary, insulation


def test_structure_is_the_weighted_sum_of_its_terms():
    found = weigh_pairs(pairs(("a", "b", 10.0)), PairWeighting(USUAL))
    assert found["structure"].tolist() == pytest.approx([3.0 + REST])
    assert found["expression_weight"].tolist() == [0.4]
    apart = pairs(("a", "b", 10.0)).assign(compartment_2="B")
    assert weigh_pairs(apart, PairWeighting(USUAL))["structure"][0] == pytest.approx(2.9 + REST)


def test_favoured_genes_and_logarithmic_contacts():
    weighting = PairWeighting(USUAL, FAVOURED, ("a",), ("a", "d"))
    table = pairs(("a", "b", 10.0), ("c", "d", 10.0), ("b", "c", 10.0))
    found = weigh_pairs(table, weighting)
    expected = [0.2 * np.log1p(10.0), 0.3 * np.log1p(10.0), 3.0]
    assert found["structure"].tolist() == pytest.approx([value + REST for value in expected])
    assert found["expression_weight"].tolist() == [0.6, 0.4, 0.4]


def test_a_pair_that_stands_twice_keeps_its_place_and_takes_its_last_values():
    table = pairs(("a", "b", 1.0), ("b", "c", 2.0), ("b", "a", 5.0))
    found = weigh_pairs(table, PairWeighting(USUAL))
    assert found[["gene_1", "gene_2"]].to_numpy().tolist() == [["a", "b"], ["b", "c"]]
    assert found["structure"].tolist() == pytest.approx([1.5 + REST, 0.6 + REST])


@pytest.mark.parametrize(
    ("table", "weighting", "message"),
    [
        (pairs(("a", "b", 1.0)), PairWeighting(USUAL, FAVOURED, ("z",)), "the gene.s. z"),
        (pairs(("a", "a", 1.0)), PairWeighting(USUAL), "a is paired with itself"),
        (pairs(("a", "b", np.nan)), PairWeighting(USUAL), "a – b has no contact"),
        (
            pairs(("a", "b", 1.0), ("b", "c", 1.0)).assign(insulation_score_2=[0.0, np.nan]),
            PairWeighting(USUAL),
            "b – c has no insulation",
        ),
        (
            pairs(("a", "b", 1.0)),
            PairWeighting(PairWeights(0.0, 0.0, 0.0, 0.0, 0.0)),
            "a – b weighs nothing",
        ),
    ],
)
def test_what_cannot_be_weighed_is_explained(table, weighting, message):
    with pytest.raises(InputError, match=message):
        weigh_pairs(table, weighting)


def test_a_term_without_weight_may_be_missing():
    without = PairWeights(contact=0.0, compartment=0.2, tad=0.2, insulation=0.2, expression=0.4)
    found = weigh_pairs(pairs(("a", "b", np.nan)), PairWeighting(without))
    assert found["structure"].tolist() == pytest.approx([2 * REST])


def test_similarity_of_expression_knows_the_range_of_all_times():
    edges = weigh_pairs(pairs(("a", "b", 0.0)), PairWeighting(USUAL))
    course = pd.DataFrame([[0.0, 2.0], [8.0, 4.0]], columns=["a", "b"])
    found = weights_of_all_times(edges, course)
    similarity = 1 / (1 + np.array([2.0, 4.0]) / 8.0)
    np.testing.assert_allclose(found[:, 0], REST + 0.4 * similarity, rtol=1e-6)
