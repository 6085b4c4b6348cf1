import numpy as np

from step.simulation.genome import (
    expected_contacts,
    simulate_annotation,
    simulate_bins,
    simulate_contacts,
)


def test_bins_tile_their_chromosomes():
    bins = simulate_bins([3, 2], 700_000, seed=1)
    for chrom, length in (("chr1", 3_000_000), ("chr2", 2_000_000)):
        members = bins[bins["chrom"] == chrom]
        assert members["start"].iloc[0] == 0
        assert members["end"].iloc[-1] == length
        np.testing.assert_array_equal(members["start"].iloc[1:], members["end"].iloc[:-1])
    assert not set(bins["domain"][bins["chrom"] == "chr1"]) & set(
        bins["domain"][bins["chrom"] == "chr2"]
    )


def test_contacts_scatter_around_what_is_expected(bins):
    pixels = simulate_contacts(bins, 400, seed=1)
    assert (pixels["bin1_id"] <= pixels["bin2_id"]).all()
    assert not pixels.duplicated(["bin1_id", "bin2_id"]).any()
    assert pixels.sort_values(["bin1_id", "bin2_id"]).index.equals(pixels.index)
    first, second = np.triu_indices(len(bins))
    expected = expected_contacts(bins, first, second, 400)
    assert abs(pixels["count"].sum() / expected.sum() - 1) < 0.25  # bins are biased
    observed = np.zeros((len(bins), len(bins)))
    observed[pixels["bin1_id"], pixels["bin2_id"]] = pixels["count"]
    many = expected > 20
    ratio = np.log(observed[first, second][many] / expected[many])
    assert abs(ratio.mean()) < 0.1
    assert 0.25 < ratio.std() < 0.5  # two biases of 0.25, and the reads' own variation


def test_bins_of_one_compartment_or_domain_meet_more_often(bins):
    first, second = np.triu_indices(len(bins), 1)
    contacts = expected_contacts(bins, first, second, 1.0)
    near = (second - first == 3) & (
        bins["chrom"].to_numpy()[first] == bins["chrom"].to_numpy()[second]
    )
    for column in ("compartment", "domain"):
        alike = bins[column].to_numpy()[first] == bins[column].to_numpy()[second]
        assert contacts[near & alike].mean() > 1.3 * contacts[near & ~alike].mean()


def test_genes_lie_in_their_bins_and_mostly_in_a_compartments():
    bins = simulate_bins([200], 500_000, seed=2)
    genes = simulate_annotation(bins, 4000, seed=2)
    places = bins.iloc[genes["bin"]].reset_index(drop=True)
    assert (genes["chrom"] == places["chrom"]).all()
    assert ((places["start"] <= genes["tss"]) & (genes["tss"] < places["end"])).all()
    assert (genes["start"] < genes["end"]).all()
    first_base = np.where(genes["strand"] == "+", genes["start"], genes["end"] - 1)
    np.testing.assert_array_equal(first_base, genes["tss"])
    in_a = bins["compartment"] > 0
    per_bin = np.bincount(genes["bin"], minlength=len(bins))
    assert 2.5 < per_bin[in_a].mean() / per_bin[~in_a].mean() < 3.5
