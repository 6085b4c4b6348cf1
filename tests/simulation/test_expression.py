import tracemalloc

import numpy as np
import pytest

from step.simulation import expression
from step.simulation.expression import (
    Followed,
    choose_leading,
    nanostring_counts,
    neighbour_weights,
    replicate_log2,
    simulate_latent,
)
from step.simulation.genome import expected_contacts, simulate_annotation, simulate_bins

HALF_DAYS = np.arange(0.0, 60.0, 0.5)


@pytest.mark.parametrize("block", [1, 700, 10**6])
def test_neighbours_are_the_strongest_contacts_whatever_the_block(bins, genes, block, monkeypatch):
    monkeypatch.setattr(expression, "BLOCK", block)
    found = neighbour_weights(bins, genes)
    place, chrom = genes["bin"].to_numpy(), genes["chrom"].to_numpy()
    contact = expected_contacts(bins, place[:, None], place[None, :], 1.0)
    contact[chrom[:, None] != chrom[None, :]] = 0.0
    np.fill_diagonal(contact, 0.0)
    best = np.argsort(-contact, axis=1, kind="stable")[:, :3]
    expected = np.zeros(contact.shape)
    np.put_along_axis(expected, best, np.take_along_axis(contact, best, axis=1), axis=1)
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found.toarray(), expected, rtol=1e-12)


def test_neighbours_of_many_genes_need_no_matrix_of_all_pairs(monkeypatch):
    bins = simulate_bins([40], 500_000, seed=1)
    genes = simulate_annotation(bins, 2000, seed=1)
    monkeypatch.setattr(expression, "BLOCK", 20_000)
    tracemalloc.start()
    try:
        neighbour_weights(bins, genes)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2000**2 * 8 / 4  # bytes; one matrix of all pairs takes four times as many


def test_a_gene_alone_on_its_chromosome_leads(bins, genes):
    few = genes.groupby("chrom").head(1)
    neighbours = neighbour_weights(bins, few)
    assert neighbours.shape == (3, 3)
    assert neighbours.nnz == 0
    assert choose_leading(neighbours, seed=1).all()


def pull_of_neighbours(neighbours, latent, genes):
    """Slope of a gene's change on its neighbours' distance from it, half a day before."""
    distance = (neighbours @ latent.T).T - latent
    change = np.diff(latent, axis=0)[:, genes].ravel()
    before = distance[:-1, genes].ravel()
    return (before @ change) / (before @ before)


@pytest.mark.parametrize("coupling", [0.0, 0.4, 1.0])
def test_followers_are_pulled_as_far_as_the_coupling_says_and_leaders_are_not(
    bins, genes, coupling
):
    neighbours = neighbour_weights(bins, genes)
    leading = choose_leading(neighbours, seed=1)
    latent = simulate_latent([Followed(neighbours, coupling)], leading, HALF_DAYS, seed=1)
    followers = pull_of_neighbours(neighbours, latent, ~leading)
    assert followers == pytest.approx(coupling / 2, abs=0.02)  # half a day
    assert abs(pull_of_neighbours(neighbours, latent, leading)) < 0.05


def test_irregular_times_are_points_of_the_same_course(bins, genes):
    neighbours = neighbour_weights(bins, genes)
    leading = choose_leading(neighbours, seed=1)
    whole = simulate_latent([Followed(neighbours, 1.0)], leading, HALF_DAYS, seed=1)
    some = np.array([0, 1, 7, 20])
    found = simulate_latent([Followed(neighbours, 1.0)], leading, HALF_DAYS[some] - 3.0, seed=1)
    np.testing.assert_array_equal(found, whole[some])


def test_replicates_scatter_around_their_time():
    latent = np.array([[0.0], [5.0]]) * np.ones(4000)
    samples = replicate_log2(latent, np.array([2, 3]), 0.3, seed=1)
    assert samples.shape == (5, 4000)
    np.testing.assert_allclose(samples.mean(axis=1), [0, 0, 5, 5, 5], atol=0.03)
    np.testing.assert_allclose(samples.std(axis=1), 0.3, atol=0.02)


def test_counts_are_those_of_an_ncounter_with_its_controls():
    log2 = np.vstack([np.full(40, 10.0), np.full(40, 10.0), np.full(40, 11.0)])
    counts = nanostring_counts(log2, seed=1)
    kinds = counts["Class Name"].value_counts()
    assert kinds.to_dict() == {
        "Endogenous1": 40, "Positive": 6, "Negative": 8, "Housekeeping": 4,
    }  # fmt: skip
    samples = counts.drop(columns="Class Name")
    assert (samples >= 0).all(axis=None)
    kind = counts["Class Name"]
    assert samples[kind == "Negative"].mean(axis=None) == pytest.approx(12, abs=3)
    content = samples[kind == "Housekeeping"].sum() / samples[kind == "Housekeeping"].sum().mean()
    level = np.log2(samples[kind == "Endogenous1"].mean() / content)
    np.testing.assert_allclose(np.diff(level), [0.0, 1.0], atol=0.1)  # yields cancel
