import pandas as pd
import pytest

from step.errors import InputError
from step.genome.placement import (
    AMBIGUOUS,
    UNANNOTATED,
    UNMAPPED,
    UNNAMED,
    add_features,
    choose_tss,
    place_genes,
    read_gene_names,
)

ANNOTATION = pd.DataFrame(
    [
        ("chr1", 100, 200, "Fwd", "+"),
        ("chr1", 50, 200, "Fwd", "+"),
        ("chr1", 100, 200, "Rev", "-"),
        ("chr1", 100, 300, "Rev", "-"),
        ("chr1", 10, 20, "Both", "+"),
        ("chr2", 10, 20, "Both", "+"),
        ("chr2", 5, 5, "Empty", "-"),
        ("chrZ", 5, 9, "Off", "+"),
    ],
    columns=["chrom", "start", "end", "gene", "strand"],
)


def test_tss_is_the_most_upstream_start_by_strand():
    tss = choose_tss(ANNOTATION).set_index(["gene", "chrom"])["tss"]
    assert tss["Fwd", "chr1"] == 50
    assert tss["Rev", "chr1"] == 299
    assert tss["Empty", "chr2"] == 5
    assert len(tss["Both"]) == 2


def test_every_gene_is_placed_or_says_why_not():
    names = pd.Series({"forward (clone 7)": "Fwd", "gone": "Gone1"})
    genes = ["forward (clone 7)", "REV", "gone", "stranger", "Both"]
    found = place_genes(genes, names, choose_tss(ANNOTATION)).set_index("gene")
    assert found.loc["forward (clone 7)", ["symbol", "chrom", "tss"]].tolist() == [
        "Fwd",
        "chr1",
        50,
    ]
    assert found.loc["REV", "symbol"] == "Rev"  # symbols meet without regard to case
    assert found["unplaced"].tolist() == [None, None, UNANNOTATED, UNNAMED, AMBIGUOUS]
    assert found.loc["Both", "chrom"] is None


def test_bins_are_counted_from_the_chromosomes_start():
    bins = pd.DataFrame(
        {
            "chrom": ["chr1"] * 3 + ["chr2"],
            "start": [0, 100, 200, 0],
            "end": [100, 200, 300, 100],
            "compartment": list("ABAB"),
        }
    )
    places = place_genes(
        ["Fwd", "Rev", "Empty", "Off"], pd.Series(dtype=object), choose_tss(ANNOTATION)
    )
    found = add_features(places, bins)
    assert found["bin"].tolist()[:3] == [0, 2, 3]
    assert found["compartment"].tolist()[:3] == ["A", "A", "B"]
    assert found["unplaced"].iloc[3] == UNMAPPED


def test_a_name_has_one_symbol():
    table = pd.DataFrame({"assay_name": ["a", "a"], "symbol": ["X", "Y"]})
    with pytest.raises(InputError, match="'a' has several symbols: X, Y"):
        read_gene_names(table, "names")
    with pytest.raises(InputError, match="no column 'symbol'"):
        read_gene_names(table[["assay_name"]], "names")


def test_lung_mrna_is_placed(lung):
    from step.datasets import GeneAnnotationDataset, TableDataset

    bed = GeneAnnotationDataset(filepath=str(lung / "annotation" / "mm9_tss.bed")).load()
    names = TableDataset(filepath=str(lung / "annotation" / "mrna_symbols.tsv")).load()
    raw = TableDataset(
        filepath=str(lung / "raw_data_conversion" / "raw_data_mrna" / "mRNAnorm.txt")
    ).load()
    places = place_genes(raw["id"].tolist(), read_gene_names(names, "n"), choose_tss(bed))
    assert len(places) == 126
    assert places["unplaced"].isna().sum() == 122
