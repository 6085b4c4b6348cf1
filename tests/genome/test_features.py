import numpy as np
import pytest

from step.genome.features import Features, chromatin_features
from step.pipelines.simulation.genome import simulate_annotation


@pytest.fixture(scope="module")
def features(truth, contacts):
    genes = simulate_annotation(truth, 400, seed=3)
    settings = Features(insulation_window=2_500_000, excluded_chromosomes=["chrM"])
    return chromatin_features(contacts, genes, settings)


def test_compartments_are_found_and_signed_by_gene_density(truth, features):
    known = features["compartment"].notna()
    assert known.mean() > 0.9
    right = (features["compartment"] == "A") == (truth["compartment"] > 0)
    assert right[known].mean() > 0.8


def test_boundaries_lie_where_domains_end(truth, features):
    start = truth["domain"].diff().fillna(0).ne(0) & truth["chrom"].eq(truth["chrom"].shift())
    true = np.flatnonzero(start)
    found = np.flatnonzero(features["boundary_strength"] > 0.3)
    near = [np.abs(true - bin_).min() <= 1 for bin_ in found]
    assert len(found) > 10
    assert np.mean(near) > 0.6  # by chance, three bins of five to six would not be near


def test_distance_to_the_nearest_boundary(features):
    middle = (features["start"] + features["end"]) / 2
    for _, bins in features.groupby("chrom"):
        places = middle[bins.index][bins["boundary_strength"].notna()].to_numpy()
        expected = np.abs(middle[bins.index].to_numpy()[:, None] - places).min(axis=1)
        np.testing.assert_array_equal(bins["tad_boundary_distance"], expected)
