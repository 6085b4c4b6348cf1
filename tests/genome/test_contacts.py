import bioframe
import cooler
import numpy as np
import pandas as pd
import pytest

from step.errors import InputError
from step.genome.contacts import (
    Genome,
    check_annotation,
    check_contacts,
    coarse_contacts,
    known_sizes,
)

GENOME = Genome(assembly="demo", ignored_chromosomes=["chrM", "*_random"])


def annotation(*rows: tuple[str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(
        [(chrom, start, end, f"g{n}", "+") for n, (chrom, start, end) in enumerate(rows)],
        columns=["chrom", "start", "end", "gene", "strand"],
    )


def test_chromosomes_meet_with_and_without_chr(contacts):
    table = annotation(("1", 5, 9), ("chr2", 5, 9), ("Chr2", 20, 29))
    found = check_annotation(table, contacts, GENOME)
    assert found["chrom"].tolist() == ["chr1", "chr2", "chr2"]


def test_a_chromosome_is_rather_the_one_of_its_own_name(tmp_path):
    bins = bioframe.binnify(pd.Series({"1": 40, "chr1": 40}), 10)
    pixels = pd.DataFrame({"bin1_id": [0], "bin2_id": [1], "count": [1]})
    cooler.create_cooler(str(tmp_path / "map.cool"), bins, pixels)
    table = annotation(("1", 5, 9), ("chr1", 5, 9))
    found = check_annotation(table, cooler.Cooler(str(tmp_path / "map.cool")), GENOME)
    assert found["chrom"].tolist() == ["1", "chr1"]


def test_ignored_chromosomes_may_be_numbers():
    """As a list in YAML has them."""
    assert Genome(assembly="demo", ignored_chromosomes=[20, "X"]).ignored_chromosomes == ["20", "X"]


def test_long_names_are_shortened_in_messages(contacts):
    with pytest.raises(InputError) as raised:
        check_annotation(annotation(("x" * 1000, 5, 9)), contacts, GENOME)
    assert len(str(raised.value)) < 400
    table = annotation(("chr2", 5, 50_000_001)).assign(gene="g" * 1000)
    with pytest.raises(InputError) as raised:
        check_annotation(table, contacts, GENOME)
    assert len(str(raised.value)) < 400


def test_a_chromosome_that_the_map_lacks_is_named(contacts):
    with pytest.raises(InputError, match=r"hic_contacts lacks: .chr9.*ignored_chromosomes"):
        check_annotation(annotation(("chr1", 5, 9), ("chr9", 5, 9)), contacts, GENOME)
    check_annotation(annotation(("chrM", 5, 9), ("chr9_random", 5, 9)), contacts, GENOME)


def test_mitochondria_have_many_names(contacts):
    table = annotation(("1", 5, 9), ("MT", 5, 9))
    check_annotation(table, contacts, GENOME)  # which ignores chrM
    with pytest.raises(InputError, match=r"lacks: .MT"):
        check_annotation(table, contacts, Genome("demo", ["chrY"]))


def test_a_gene_beyond_its_chromosome_is_of_another_assembly(contacts):
    with pytest.raises(InputError, match="chr2 ends at 50000000"):
        check_annotation(annotation(("chr2", 5, 50_000_001)), contacts, GENOME)


def test_chromosome_sizes_are_held_against_the_declared_assembly(contacts):
    with pytest.raises(InputError, match="in mm9 it is 197195432"):
        check_annotation(annotation(("chr1", 5, 9)), contacts, Genome("mm9", []))


def test_the_assembly_that_a_map_is_of_is_named(tmp_path):
    sizes = bioframe.assembly_info("mm10").chromsizes
    bins = bioframe.binnify(sizes, 50_000_000)
    pixels = pd.DataFrame({"bin1_id": [0], "bin2_id": [1], "count": [1]})
    cooler.create_cooler(str(tmp_path / "map.cool"), bins, pixels)
    with pytest.raises(InputError, match=r"sizes are those of .*mm10"):
        check_annotation(
            annotation(("chr1", 5, 9)), cooler.Cooler(str(tmp_path / "map.cool")), Genome("mm9", [])
        )


def test_bins_must_be_equal(contacts, tmp_path):
    check_contacts(contacts)
    bins = pd.DataFrame({"chrom": "c", "start": [0, 10, 15], "end": [10, 15, 40]})
    pixels = pd.DataFrame({"bin1_id": [0], "bin2_id": [1], "count": [1]})
    cooler.create_cooler(str(tmp_path / "raw.cool"), bins, pixels)
    with pytest.raises(InputError, match="bins of different sizes"):
        check_contacts(cooler.Cooler(str(tmp_path / "raw.cool")))


def test_coarse_contacts_are_sums_or_means_of_bins(contacts):
    full = contacts.matrix(balance=True).fetch("chr1")
    known = np.isfinite(full)
    sums = np.nan_to_num(full).reshape(60, 2, 60, 2).sum(axis=(1, 3))
    count = known.reshape(60, 2, 60, 2).sum(axis=(1, 3))
    np.testing.assert_allclose(coarse_contacts(contacts, "chr1", 1), np.nan_to_num(full))
    np.testing.assert_allclose(coarse_contacts(contacts, "chr1", 2), sums)
    np.testing.assert_allclose(
        coarse_contacts(contacts, "chr1", 2, mean=True), sums / np.maximum(count, 1)
    )


def test_alternative_contigs_take_no_place_from_a_gene(contacts):
    genome = Genome(assembly="demo", ignored_chromosomes=["*_alt"])
    table = annotation(("chr1", 5, 9), ("chr1_alt", 5, 9), ("chr2_alt", 5, 9))
    table["gene"] = ["a", "a", "b"]
    found = check_annotation(table, contacts, genome)
    assert found[["gene", "chrom"]].to_numpy().tolist() == [["a", "chr1"], ["b", "chr2_alt"]]


def test_a_zebrafish_assembly_has_its_own_sizes():
    """bioframe 0.8 names the table of danRer10 for danRer11 too."""
    assert known_sizes("danRer11")["1"] == 59_578_282
    assert known_sizes("danRer10")["1"] == 58_871_917
    assert known_sizes("mm9")["1"] == 197_195_432
    assert known_sizes("hg38")["1"] == 248_956_422
