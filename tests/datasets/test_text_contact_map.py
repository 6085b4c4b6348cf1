import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kedro.io import DatasetError

from step.datasets import TextContactMapDataset
from step.datasets.manifest import files_of
from tests.datasets.conftest import explained, place


def text_map(folder, lines: str, **arguments) -> TextContactMapDataset:
    (folder / "map_chr1.txt").write_text(lines)
    settings = {"assembly": "demo", "bin_size": 10} | arguments
    return TextContactMapDataset(filepath=str(folder / "map_{chrom}.txt"), **settings)


def test_text_is_read_by_chromosome(tmp_path):
    (tmp_path / "map_chr10.txt").write_text("0 0 7\n")
    dataset = text_map(tmp_path, "0\t0\t4.5\n20\t0\t1.25\n0\t20\t1.25\n")
    found = dataset.load()
    assert found.chromnames == ["chr1", "chr10"]
    assert found.matrix(balance=True).fetch("chr1")[0].tolist()[::2] == [4.5, 1.25]
    assert np.isnan(found.matrix(balance=True).fetch("chr1")[1]).all()  # never seen
    assert found.matrix(balance=True).fetch("chr10").tolist() == [[7.0]]


def test_labels_are_scaled(tmp_path):
    found = text_map(tmp_path, "0 5 3\n", label_scale=2).load()
    assert found.matrix(balance=False)[0, 1] == 3.0


def test_labels_in_megabases_meet_their_bins(tmp_path):
    lines = "".join(f"{n / 10:.1f} {n / 10:.1f} {n + 1}\n" for n in range(200))
    found = text_map(tmp_path, lines, bin_size=100_000.0, label_scale=1e6, chromosomes=["chr1"])
    diagonal = found.load().matrix(balance=False)[:].diagonal()
    assert diagonal.tolist() == list(range(1, 201))


def test_text_is_read_over_http(tmp_path, served):
    (tmp_path / "chr1.txt").write_text("0 0 7\n")
    settings = {"filepath": f"{served}/{{chrom}}.txt", "assembly": "demo", "bin_size": 10}
    found = TextContactMapDataset(chromosomes=["chr1"], **settings).load()
    assert found.matrix(balance=False)[0, 0] == 7.0
    with pytest.raises(DatasetError, match="Name the map's `chromosomes`"):
        TextContactMapDataset(**settings).load()


@pytest.mark.parametrize(
    ("lines", "arguments", "message"),
    [
        ("bin1 bin2 value\n0 0 1\n", {}, "line 1 is no contact.*no header"),
        ("0 0 1\n0 10\n", {}, "line 2 is no contact"),
        ("0 0 1\n0 10 many\n", {}, "line 2 is no contact"),
        ("", {}, "holds no contacts"),
        ("0 0 1 1\n", {}, "4 columns|line 1"),
        ("0 5 1\n", {}, "label 5 .* no start of a bin of 10 bp"),
        ("0 10 1\n", {"label_scale": 0.7}, "`label_scale` 0.7"),
        ("0 -10 1\n", {}, "label -10"),
        ("0 10 -1\n", {}, "contact 1 is -1"),
        ("0 10 inf\n", {}, "contact 1 is inf"),
        ("0 10 nan\n", {}, "holds no contacts: each of them is nan"),
        ("0 10 0\n10 10 0\n", {}, "holds no contact within a chromosome"),
        ("0 10 0\n", {"balance": "ice"}, "holds no contact within a chromosome"),
        ("0 10 1\n", {"label_scale": 1e12}, r"label 10 .* from 0 to 2147483647 bp"),
        ("0 1e9 1\n", {}, "1000000010 bp have 100000001 bins of 10 bp, more than 20000000"),
        ("0 1e300 1\n", {}, r"label 1e\+300"),
        ("0 10 1\n10 0 2\n", {}, "labels 0 and 10 stands 2 times"),
        ("0 200000000 1\n", {"assembly": "mm9", "bin_size": 1_000_000}, "ends at 197195432 bp"),
        ("0 10 1\n", {"balance": "KR"}, "it is ice or none"),
        ("0 10 1\n", {"label_scale": 0}, "both above 0"),
        ("0 10 1\n", {"bin_size": 2.5}, "a whole number of base pairs"),
        ("0 10 1\n", {"chromosomes": []}, "`chromosomes` names none"),
        ("0 10 1\n", {"chromosomes": ["chr1", "chr7"]}, "chr7"),
    ],
)
def test_wrong_text_maps_are_explained(tmp_path, lines, arguments, message):
    dataset = text_map(tmp_path, lines, **arguments)
    with pytest.raises(DatasetError, match=message):
        dataset.load()


def test_of_a_wide_file_one_line_is_read(tmp_path, monkeypatch):
    """Of thousands of columns even few contacts would fill the memory."""
    monkeypatch.setattr(pd, "read_csv", None)
    lines = "# a comment\n" + ("0 " * 500 + "\n") * 3
    with pytest.raises(DatasetError, match="has 500 columns; three are expected"):
        text_map(tmp_path, lines).load()


def test_a_matrix_with_a_row_a_bin_is_refused_as_such(tmp_path):
    matrix = ("1.5 " * 2000 + "\n") * 2000
    with pytest.raises(DatasetError, match=r"has 2000 columns; .* a matrix with a row a bin"):
        text_map(tmp_path, matrix).load()


def test_the_place_of_the_chromosome_is_needed(tmp_path):
    dataset = TextContactMapDataset(filepath=str(tmp_path / "m.txt"), assembly="demo", bin_size=10)
    with pytest.raises(DatasetError, match=r"needs \{chrom\} once"):
        dataset.load()


def test_without_files_there_is_no_map(tmp_path):
    dataset = text_map(tmp_path, "0 0 1\n")
    assert dataset.exists()
    (tmp_path / "map_chr1.txt").unlink()
    assert not dataset.exists()


token = st.sampled_from(["0", "10", "20", "-10", "5", "1.5", "nan", "inf", "x", "1e9", "#", ""])
lines = st.lists(st.lists(token, min_size=1, max_size=4).map(" ".join), max_size=5).map("\n".join)


@settings(max_examples=150)
@given(st.one_of(lines, st.text(max_size=40)))
def test_any_text_is_a_map_or_explained(content):
    with place() as folder:
        found = explained(text_map(folder, content))
        if found is not None:
            counts = found.pixels()["count"][:]
            assert (counts >= 0).all()
            assert np.isfinite(counts).all()


def test_the_lung_text_maps_name_the_contacts_of_the_published_tables(lung):
    folder = lung / "raw_data_conversion" / "mESC_1mb_converted"
    theirs = TextContactMapDataset(
        filepath=str(folder / "HindIII_mESC.nor.{chrom}_1mb_contact_map.txt"),
        assembly="mm9",
        bin_size=1_000_000,  # the authors' reading; the bins are of 2 Mb
        label_scale=1,
    ).load()
    right = {}
    for assay in ("mrna", "mirna"):
        table = pd.read_csv(lung / "dataset" / assay / f"interaction_{assay}.csv")
        near = table[table["Gene1_Chromosome"].astype(str) == table["Gene2_Chromosome"].astype(str)]
        offset = ("chr" + near["Gene1_Chromosome"].astype(str)).map(theirs.offset)
        bins = near[["Gene1_Bin", "Gene2_Bin"]].to_numpy() // 1_000_000 + offset.to_numpy()[:, None]
        matrix = theirs.matrix(balance=False, sparse=True)[:].tocsr()
        found = np.asarray(matrix[bins[:, 0].astype(int), bins[:, 1].astype(int)]).ravel()
        right[assay] = int(np.isclose(found, near["HiC_Interaction"], atol=1e-4).sum())
        assert len(table) == {"mrna": 102, "mirna": 967}[assay]
    assert right["mirna"] == 967
    assert right["mrna"] >= 90


def test_bins_smaller_than_those_of_the_labels_are_refused(tmp_path):
    lines = "".join(f"{20 * n}\t{20 * n + 40}\t1\n" for n in range(12))
    assert text_map(tmp_path, lines, bin_size=20).load().binsize == 20
    message = r"multiples of 20 bp.* only one in 2 is in use\. Set `bin_size` to 20 in"
    with pytest.raises(DatasetError, match=message):
        text_map(tmp_path, lines, bin_size=10).load()


def test_a_map_consists_of_a_file_a_chromosome(tmp_path):
    """So that a change of any of them is seen."""
    (tmp_path / "map_chr10.txt").write_text("0 0 7\n")
    dataset = text_map(tmp_path, "0\t0\t4.5\n")
    assert [file.name for file in files_of(dataset)] == ["map_chr1.txt", "map_chr10.txt"]
    listed = text_map(tmp_path, "0\t0\t4.5\n", chromosomes=["chr10", "chr3"])
    assert [file.name for file in files_of(listed)] == ["map_chr10.txt"]
