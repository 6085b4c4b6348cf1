"""Maps and annotations in a sentence."""

import bioframe
import cooler
import pandas as pd
import pytest

from step.genome.contacts import known_sizes
from step.genome.descriptions import describe_annotation, describe_map, other_assembly

MM9 = {f"chr{name}": known_sizes("mm9")[name] for name in ("18", "19")}


@pytest.fixture
def contacts(tmp_path):
    """An unbalanced map of two chromosomes of mm9."""
    bins = bioframe.binnify(pd.Series(MM9), 5_000_000).assign(weight=1.0)
    pixels = pd.DataFrame({"bin1_id": [0], "bin2_id": [1], "count": [3]})
    path = str(tmp_path / "map.cool")
    cooler.create_cooler(path, bins, pixels)
    return cooler.Cooler(path)


def test_a_map_is_described_by_bins_chromosomes_assembly_and_balance(contacts):
    told = describe_map(contacts)
    for words in ("2 chromosomes ('chr18', 'chr19')", "mm9", "bins of 5000000 bp", "not balanced"):
        assert words in told


def test_an_assembly_of_another_name_is_told_only_where_the_name_is_not_known(contacts):
    assert "mm9; `genome.assembly` says mystudy" in other_assembly(contacts, "mystudy")
    assert other_assembly(contacts, "mm9") == ""
    assert other_assembly(contacts, "mm10") == ""  # which is refused


def test_the_naming_of_an_annotations_chromosomes_is_told():
    table = pd.DataFrame(
        {"chrom": ["chr1", "2", "2"], "gene": ["a", "b", "b"], "gene_id": [None, "x", "y"]}
    )
    told = describe_annotation(table)
    assert told.startswith("2 genes on 2 chromosomes called 'chr1', '2' (1 of 2 as UCSC does)")
    assert "2 records have identifiers" in told
