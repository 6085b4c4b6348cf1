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
).assign(gene_id=[f"ENS{n}.3" for n in range(8)])


def test_tss_is_the_most_upstream_start_by_strand():
    tss = choose_tss(ANNOTATION).set_index(["gene", "chrom"])["tss"]
    assert tss["Fwd", "chr1"] == 50
    assert tss["Rev", "chr1"] == 299
    assert tss["Empty", "chr2"] == 5
    assert len(tss["Both"]) == 2


def test_a_gene_far_from_itself_has_several_places_and_on_two_strands_that_of_the_longest():
    annotation = pd.DataFrame(
        [
            ("chr1", 100, 200, "Far", "+"),
            ("chr1", 5_000_000, 5_000_100, "Far", "+"),
            ("chr1", 100, 200, "Mixed", "+"),
            ("chr1", 120, 400, "Mixed", "-"),
            ("chr1", 150, 300, "Unknown", "."),
        ],
        columns=["chrom", "start", "end", "gene", "strand"],
    ).assign(gene_id=None)
    tss = choose_tss(annotation)
    assert tss["gene"].value_counts().to_dict() == {"Far": 2, "Mixed": 1, "Unknown": 1}
    by_gene = tss.set_index("gene")["tss"]
    assert by_gene["Mixed"] == 399
    assert by_gene["Unknown"] == 224


def test_names_meet_by_case_or_identifier_unless_they_are_unclear():
    annotation = ANNOTATION.assign(gene=[*"abcdefg", "G"])
    annotation["gene_id"] = [f"ENSMUSG{n}.7" for n in range(8)]
    genes = ["A", "ENSMUSG1", "ENSMUSG2.9", "g", "G", "ENSMUSG6"]
    found = place_genes(genes, pd.Series(dtype=object), choose_tss(annotation))
    assert found["symbol"].tolist() == ["a", "b", "c", "g", "G", "g"]
    assert found["unplaced"].isna().all()
    unclear = annotation.assign(gene=[*"abcdef", "Dl", "dl"])
    found = place_genes(["DL"], pd.Series(dtype=object), choose_tss(unclear))
    assert found["unplaced"].tolist() == [AMBIGUOUS]


def test_a_gene_of_several_identifiers_is_found_by_each():
    annotation = ANNOTATION[ANNOTATION["gene"] == "Fwd"]
    tss = choose_tss(annotation)
    assert tss["gene_id"].tolist() == ["ENS0.3;ENS1.3"]
    found = place_genes(["ENS0", "ENS1.9"], pd.Series(dtype=object), tss)
    assert found["symbol"].tolist() == ["Fwd", "Fwd"]
    assert found["tss"].tolist() == [50, 50]


def test_an_identifier_tells_genes_of_one_symbol_apart():
    tss = choose_tss(ANNOTATION.replace({"gene_id": {"ENS7.3": "ENS6.3"}}))
    found = place_genes(["ENS4", "ENS5", "Both", "ENS6"], pd.Series(dtype=object), tss)
    assert found["chrom"].tolist() == ["chr1", "chr2", None, None]
    assert found["unplaced"].tolist() == [None, None, AMBIGUOUS, AMBIGUOUS]


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
    with pytest.raises(InputError, match="'a' has several symbols: 'X', 'Y'"):
        read_gene_names(table, "names")
    with pytest.raises(InputError, match="no column 'symbol'"):
        read_gene_names(table[["assay_name"]], "names")


@pytest.mark.parametrize("column", ["assay_name", "symbol"])
def test_names_and_symbols_are_cleaned_or_refused(column):
    table = pd.DataFrame({"assay_name": ["a", "b"], "symbol": ["X", "Y"]})
    table.loc[1, column] += "\n"
    assert read_gene_names(table, "names").to_dict() == {"a": "X", "b": "Y"}
    table.loc[1, column] += "\x07"
    with pytest.raises(InputError, match=rf"names, row 3, column '{column}': .*U\+0007"):
        read_gene_names(table, "names")


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


def test_a_number_behind_a_dot_may_belong_to_the_identifier():
    """As in fission yeast, SPBC460.03 beside SPBC460.05."""
    annotation = ANNOTATION[:2].assign(gene=["abc1", "def1"], gene_id=["SPBC460.03", "SPBC460.05"])
    annotation["start"], annotation["end"] = [100, 900], [200, 999]
    places = place_genes(["SPBC460.05"], pd.Series(dtype=object), choose_tss(annotation))
    assert places.loc[0, ["symbol", "tss", "unplaced"]].tolist() == ["def1", 900, None]
