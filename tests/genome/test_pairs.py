from dataclasses import replace

import cooler
import cooltools
import numpy as np
import pandas as pd
import pytest

from step.datasets import ContactMapDataset
from step.genome.pairs import PairSelection, expected_by_distance, gene_pairs

SELECTION = PairSelection(neighbours=2, max_distance=20_000_000)


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
    pairs = gene_pairs(genes, contacts, SELECTION)
    place = genes.set_index("gene")["bin"].astype(int)
    matrix = contacts.matrix(balance=True)[:]
    expected = [matrix[place[a], place[b]] for a, b in pairs[["gene_1", "gene_2"]].to_numpy()]
    np.testing.assert_allclose(pairs["contact"], expected)


def test_observed_over_expected_is_relative_to_the_diagonal(genes, contacts):
    pairs = gene_pairs(genes, contacts, SELECTION).dropna(subset=["observed_expected"])
    row = pairs.iloc[0]
    place = genes.set_index("gene")["bin"].astype(int)
    apart = place[row["gene_2"]] - place[row["gene_1"]]
    chrom = genes.set_index("gene")["chrom"][row["gene_1"]]
    diagonal = np.diagonal(contacts.matrix(balance=True).fetch(chrom), apart)
    assert row["observed_expected"] == pytest.approx(
        row["contact"] / np.nanmean(diagonal), rel=1e-6
    )


def test_each_gene_keeps_its_strongest_pairs(genes, contacts):
    unlimited = gene_pairs(genes, contacts, replace(SELECTION, neighbours=None))
    kept = gene_pairs(genes, contacts, SELECTION)
    kept_pairs = set(map(tuple, kept[["gene_1", "gene_2"]].to_numpy()))
    assert len(kept) < len(unlimited)
    for gene in genes["gene"]:
        own = unlimited[(unlimited["gene_1"] == gene) | (unlimited["gene_2"] == gene)]
        for _, pair in own.nlargest(2, "contact").iterrows():
            assert (pair["gene_1"], pair["gene_2"]) in kept_pairs


def test_pairs_are_of_one_chromosome_near_and_without_self(genes, contacts):
    pairs = gene_pairs(genes, contacts, SELECTION)
    chrom = genes.set_index("gene")["chrom"]
    assert (chrom[pairs["gene_1"]].to_numpy() == chrom[pairs["gene_2"]].to_numpy()).all()
    assert (pairs["gene_1"] != pairs["gene_2"]).all()
    tss = genes.set_index("gene")["tss"]
    apart = np.abs(tss[pairs["gene_1"]].to_numpy() - tss[pairs["gene_2"]].to_numpy())
    np.testing.assert_array_equal(pairs["distance"], apart)
    assert apart.max() <= SELECTION.max_distance


def test_a_distance_beyond_any_chromosome_sets_no_limit(genes, contacts):
    first, second = (
        gene_pairs(genes, contacts, replace(SELECTION, max_distance=distance))
        for distance in (60_000_000, 10**10)
    )
    assert len(first) > 0
    pd.testing.assert_frame_equal(first, second)


def one_per_chromosome(genes: pd.DataFrame) -> pd.DataFrame:
    return genes.drop_duplicates("chrom").reset_index(drop=True)


WITHOUT_PAIRS = {
    "no gene has a place": (lambda genes: genes.assign(bin=pd.NA), {}),
    "one gene in all": (lambda genes: genes.iloc[:1], {}),
    "one gene a chromosome": (one_per_chromosome, {}),
    "all genes too far apart": (lambda genes: genes.iloc[1:], {"max_distance": 1000}),
    "no contact reaches the threshold": (lambda genes: genes, {"threshold": 1e9}),
}


@pytest.mark.parametrize("case", WITHOUT_PAIRS)
def test_without_pairs_the_table_is_empty_and_keeps_its_types(genes, contacts, case):
    chosen, changes = WITHOUT_PAIRS[case]
    pairs = gene_pairs(chosen(genes), contacts, replace(SELECTION, **changes))
    assert pairs.empty
    some = gene_pairs(genes, contacts, SELECTION)
    pd.testing.assert_series_equal(pairs.dtypes, some.dtypes)


def test_a_chromosome_without_near_genes_leaves_the_others_their_pairs(genes, contacts):
    on_chr1 = genes["chrom"] == "chr1"
    far = genes[on_chr1].iloc[[0, -1]]
    both = pd.concat([far, genes[~on_chr1]], ignore_index=True)
    found = gene_pairs(both, contacts, SELECTION)
    pd.testing.assert_frame_equal(
        found, gene_pairs(genes[~on_chr1].reset_index(drop=True), contacts, SELECTION)
    )
    assert len(found) > 0


@pytest.mark.parametrize(("rule", "count"), [("ranked", 6), ("connected", 6), ("excluded", 0)])
def test_genes_that_share_one_bin_are_pairs_by_their_rule(genes, contacts, rule, count):
    together = genes.iloc[:4].assign(
        chrom=genes["chrom"].iloc[0], bin=genes["bin"].iloc[0], tss=[1000, 1000, 2000, 3000]
    )
    pairs = gene_pairs(together, contacts, replace(SELECTION, neighbours=None, same_bin=rule))
    assert len(pairs) == count
    assert pairs["contact"].nunique() <= 1  # the bin's contact with itself
    assert pairs["observed_expected"].isna().all()


def test_the_expectation_is_that_of_cooltools(contacts):
    matrix = contacts.matrix(balance=True, sparse=True).fetch("chr1").tocsr()
    matrix.data = np.nan_to_num(matrix.data)
    valid = np.isfinite(contacts.bins().fetch("chr1")["weight"].to_numpy())
    found = expected_by_distance(matrix, valid)
    table = cooltools.expected_cis(contacts, ignore_diags=2, smooth=False)
    expected = table[table["region1"] == "chr1"].sort_values("dist")["balanced.avg"].to_numpy()
    known = expected > 0
    np.testing.assert_allclose(found[known], expected[known])
    assert np.isnan(found[~known]).all()


def test_pairs_may_be_chosen_by_observed_over_expected_and_by_threshold(genes, contacts):
    ratio = replace(SELECTION, select_by="observed_expected", neighbours=None, threshold=1.5)
    pairs = gene_pairs(genes, contacts, ratio)
    unlimited = gene_pairs(genes, contacts, replace(SELECTION, neighbours=None))
    assert len(pairs) == (unlimited["observed_expected"] >= 1.5).sum() > 0
    assert pairs["observed_expected"].min() >= 1.5
    least = unlimited["contact"].median()
    kept = gene_pairs(genes, contacts, replace(SELECTION, neighbours=None, threshold=least))
    assert len(kept) == (unlimited["contact"] >= least).sum()


def test_genes_of_one_bin_are_connected_even_where_the_map_has_no_diagonal(
    genes, contacts, tmp_path
):
    pixels = contacts.pixels()[:]
    path = str(tmp_path / "map.cool")
    bins = contacts.bins()[["chrom", "start", "end"]][:].astype({"chrom": str})
    cooler.create_cooler(path, bins, pixels[pixels["bin1_id"] != pixels["bin2_id"]], ordered=True)
    plain = ContactMapDataset(filepath=path, balance="none").load()
    for rule, count in (("connected", 1), ("ranked", 0)):
        pairs = gene_pairs(genes, plain, replace(SELECTION, same_bin=rule))
        assert ((pairs["gene_1"] == "g0") & (pairs["gene_2"] == "g1")).sum() == count


@pytest.mark.parametrize("select_by", ["contact", "observed_expected"])
def test_genes_of_one_bin_follow_their_rule(genes, contacts, select_by):
    def together(rule: str) -> bool:
        selection = replace(SELECTION, neighbours=3, same_bin=rule, select_by=select_by)
        pairs = gene_pairs(genes, contacts, selection)
        return bool(((pairs["gene_1"] == "g0") & (pairs["gene_2"] == "g1")).any())

    assert together("connected")
    assert not together("excluded")
    assert together("ranked") == (select_by == "contact")


def test_of_equal_contacts_the_nearer_genes_are_joined(genes, contacts):
    crowd = genes.head(1).loc[[0] * 9].assign(gene=[f"c{n}" for n in range(9)])
    crowd["tss"] += np.arange(9) * 100
    pairs = gene_pairs(crowd.reset_index(drop=True), contacts, replace(SELECTION, neighbours=1))
    assert pairs["contact"].nunique() == 1
    assert set(pairs["distance"]) == {100}
    assert pd.concat([pairs["gene_1"], pairs["gene_2"]]).value_counts().max() == 2
