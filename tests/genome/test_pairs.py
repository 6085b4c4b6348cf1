import numpy as np
import pandas as pd
import pytest

from step.genome.pairs import PairSelection, gene_pairs

SETTINGS = PairSelection(
    neighbours=2,
    max_distance=20_000_000,
    contact_weight=0.7,
    compartment_weight=0.1,
    tad_weight=0.1,
    insulation_weight=0.1,
)


@pytest.fixture(scope="module")
def genes(truth):
    rng = np.random.default_rng(0)
    bins = np.sort(rng.choice(len(truth), size=40, replace=False))
    bins[1] = bins[0]  # two genes of one bin
    return pd.DataFrame(
        {
            "gene": [f"g{n}" for n in range(40)],
            "chrom": truth["chrom"].to_numpy()[bins],
            "tss": truth["start"].to_numpy()[bins] + 1000,
            "bin": pd.array(bins, dtype="Int64"),
            "compartment": np.where(truth["compartment"].to_numpy()[bins] > 0, "A", "B"),
            "tad_boundary_distance": rng.uniform(0, 2e6, 40),
            "insulation_score": rng.normal(size=40),
        }
    )


def test_contacts_are_those_of_the_map(genes, contacts):
    pairs = gene_pairs(genes, contacts, SETTINGS)
    place = genes.set_index("gene")["bin"].astype(int)
    matrix = contacts.matrix(balance=True)[:]
    expected = [matrix[place[a], place[b]] for a, b in pairs[["gene_1", "gene_2"]].to_numpy()]
    np.testing.assert_allclose(pairs["contact"], expected)


def test_observed_over_expected_is_relative_to_the_diagonal(genes, contacts):
    pairs = gene_pairs(genes, contacts, SETTINGS).dropna(subset=["observed_expected"])
    row = pairs.iloc[0]
    place = genes.set_index("gene")["bin"].astype(int)
    apart = place[row["gene_2"]] - place[row["gene_1"]]
    chrom = genes.set_index("gene")["chrom"][row["gene_1"]]
    diagonal = np.diagonal(contacts.matrix(balance=True).fetch(chrom), apart)
    assert row["observed_expected"] == pytest.approx(
        row["contact"] / np.nanmean(diagonal), rel=1e-6
    )


def test_each_gene_keeps_its_strongest_pairs(genes, contacts):
    every = gene_pairs(genes, contacts, SETTINGS.__class__(**{**vars(SETTINGS), "neighbours": 99}))
    kept = gene_pairs(genes, contacts, SETTINGS)
    kept_pairs = set(map(tuple, kept[["gene_1", "gene_2"]].to_numpy()))
    assert len(kept) < len(every)
    for gene in genes["gene"]:
        own = every[(every["gene_1"] == gene) | (every["gene_2"] == gene)]
        for _, pair in own.nlargest(2, "contact").iterrows():
            assert (pair["gene_1"], pair["gene_2"]) in kept_pairs


def test_pairs_are_of_one_chromosome_near_and_without_self(genes, contacts):
    pairs = gene_pairs(genes, contacts, SETTINGS)
    chrom = genes.set_index("gene")["chrom"]
    assert (chrom[pairs["gene_1"]].to_numpy() == chrom[pairs["gene_2"]].to_numpy()).all()
    assert (pairs["gene_1"] != pairs["gene_2"]).all()
    assert pairs["distance"].max() <= SETTINGS.max_distance


def test_weights_follow_their_formula(genes, contacts):
    pairs = gene_pairs(genes, contacts, SETTINGS)
    row = pairs.iloc[0]
    by_name = genes.set_index("gene")
    a, b = by_name.loc[row["gene_1"]], by_name.loc[row["gene_2"]]
    apart = abs(a["tad_boundary_distance"] - b["tad_boundary_distance"]) / contacts.binsize
    expected = (
        0.7 * row["contact"] / (row["contact"] + pairs["contact"].median())
        + 0.1 * (a["compartment"] == b["compartment"])
        + 0.1 / (1 + apart)
        + 0.1 / (1 + abs(a["insulation_score"] - b["insulation_score"]))
    )
    assert row["weight"] == pytest.approx(expected)


def test_genes_without_partners_make_no_pairs(genes, contacts):
    lonely = genes.assign(bin=pd.NA)
    assert gene_pairs(lonely, contacts, SETTINGS).empty
    assert gene_pairs(genes.iloc[:1], contacts, SETTINGS).empty
