import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError
from matplotlib.figure import Figure
from openpyxl import load_workbook

from step.datasets import (
    ArrayDataset,
    ContactMapDataset,
    FigureDataset,
    GeneAnnotationDataset,
    GeneSetsDataset,
    NetworkDataset,
    ParquetDataset,
    TableDataset,
    WorkbookDataset,
)
from step.genome.contacts import ContactMap


def test_tables_keep_every_cell_as_it_is(tmp_path):
    table = pd.DataFrame([["NA", "1", "2.50"], ["SEP7", "", "3"]], columns=["gene", "P1", "P1"])
    for name in ("t.tsv", "t.csv"):
        dataset = TableDataset(filepath=str(tmp_path / name))
        dataset.save(table)
        pd.testing.assert_frame_equal(dataset.load(), table)


def test_spreadsheets_are_read_by_sheet(tmp_path):
    path = tmp_path / "t.xlsx"
    with pd.ExcelWriter(path) as writer:
        pd.DataFrame({"x": [1]}).to_excel(writer, sheet_name="notes", index=False)
        pd.DataFrame({"gene": ["a"], 0.5: [7.0], 1: [2.25]}).to_excel(
            writer, sheet_name="data", index=False
        )
    found = TableDataset(filepath=str(path), sheet="data").load()
    assert found.columns.tolist() == ["gene", "0.5", "1"]
    assert found.iloc[0].tolist() == ["a", "7", "2.25"]
    with pytest.raises(DatasetError, match="no sheet 'other'"):
        TableDataset(filepath=str(path), sheet="other").load()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_are_understood(tmp_path, end):
    path = tmp_path / "t.txt"
    path.write_bytes(end.join(["gene\t1", "a\t2", "b\t3", ""]).encode())
    assert TableDataset(filepath=str(path)).load().to_numpy().tolist() == [["a", "2"], ["b", "3"]]


def test_gzipped_tables_are_unpacked(tmp_path):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"gene,1\na,2\n"))
    assert TableDataset(filepath=str(path)).load().to_numpy().tolist() == [["a", "2"]]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.tsv", b"", "is empty"),
        ("t.tsv", b"gene\t1\na\n", "needs as many cells"),
        ("t.tsv", b"gene\t1\na\t1\t2\n", "needs as many cells"),
        ("t.tsv", b"PK\x03\x04\x00\x00", "binary"),
        ("t.xlsx", b"gene\t1\n", "not an Excel workbook"),
        ("t.csv.gz", b"gene,1\n", "cannot be read"),
    ],
)
def test_unreadable_tables_are_explained(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=message):
        TableDataset(filepath=str(path)).load()


def test_annotation_survives_a_round_trip_through_gtf(tmp_path):
    genes = pd.DataFrame(
        {
            "chrom": ["chr1", "chr2"],
            "start": [0, 99],
            "end": [10, 200],
            "gene": ["a", "b"],
            "strand": ["+", "-"],
        }
    )
    dataset = GeneAnnotationDataset(filepath=str(tmp_path / "g.gtf"))
    dataset.save(genes)
    assert "\t1\t10\t" in (tmp_path / "g.gtf").read_text()  # GTF counts from one, ends included
    pd.testing.assert_frame_equal(dataset.load(), genes, check_dtype=False)


def test_bed_annotation(tmp_path):
    path = tmp_path / "g.bed"
    path.write_text("chr1\t5\t9\ta\t0\t-\nchr1\t5\t5\t\t0\t+\n")
    found = GeneAnnotationDataset(filepath=str(path)).load()
    assert found.to_dict("records") == [
        {"chrom": "chr1", "start": 5, "end": 9, "gene": "a", "strand": "-"}
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("g.bed", "chr1\t5\t9\ta\n", "4 columns"),
        ("g.bed", "chr1\tx\t9\ta\t0\t+\n", "record 1"),
        ("g.bed", "chr1\t9\t5\ta\t0\t+\n", "record 1"),
        ("g.bed", "chr1\t5\t9\ta\t0\t?\n", "strand"),
        ("g.bed", "", "not a BED file"),
        ("g.gtf", 'chr1\tx\texon\t1\t5\t.\t+\t.\tgene_id "a";\n', "no `gene`"),
    ],
)
def test_wrong_annotations_are_explained(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(DatasetError, match=message):
        GeneAnnotationDataset(filepath=str(path)).load()


def test_gene_sets(tmp_path):
    dataset = GeneSetsDataset(filepath=str(tmp_path / "s.gmt"))
    dataset.save({"one": ["a", "b"], "two": ["c"]})
    assert dataset.load() == {"one": ["a", "b"], "two": ["c"]}


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "holds no gene set"), ("one\tx\n", "line 1"), ("a\t-\tx\na\t-\ty\n", "stands twice")],
)
def test_wrong_gene_sets_are_explained(tmp_path, content, message):
    (tmp_path / "s.gmt").write_text(content)
    with pytest.raises(DatasetError, match=message):
        GeneSetsDataset(filepath=str(tmp_path / "s.gmt")).load()


def test_contact_map_is_saved_balanced(tmp_path):
    bins = pd.DataFrame(
        {"chrom": "chr1", "start": np.arange(30) * 10, "end": np.arange(1, 31) * 10}
    )
    first, second = np.triu_indices(30)
    pixels = pd.DataFrame({"bin1_id": first, "bin2_id": second, "count": 100 - (second - first)})
    dataset = ContactMapDataset(filepath=str(tmp_path / "m.cool"))
    dataset.save(ContactMap(bins, pixels, "demo"))
    loaded = dataset.load()
    assert loaded.info["genome-assembly"] == "demo"
    assert "weight" in loaded.bins().columns
    assert loaded.matrix(balance=False)[0, 1] == 99


def test_a_file_that_is_no_contact_map_is_explained(tmp_path):
    (tmp_path / "m.cool").write_text("text")
    with pytest.raises(DatasetError, match=r"not a \.cool contact map"):
        ContactMapDataset(filepath=str(tmp_path / "m.cool")).load()


def test_networks_keep_weights_and_card(tmp_path):
    dataset = NetworkDataset(filepath=str(tmp_path / "model.safetensors"))
    dataset.save(({"w": np.arange(3.0)}, {"genes": ["a"]}))
    weights, card = dataset.load()
    assert weights["w"].tolist() == [0.0, 1.0, 2.0]
    assert card == {"genes": ["a"]}
    assert (tmp_path / "model.json").exists()


def test_arrays_survive_a_round_trip(tmp_path):
    dataset = ArrayDataset(filepath=str(tmp_path / "a.safetensors"))
    dataset.save({"x": np.ones((2, 3)).T})
    assert dataset.load()["x"].shape == (3, 2)


def test_text_in_a_workbook_is_never_a_formula(tmp_path):
    path = tmp_path / "w.xlsx"
    evil = '=HYPERLINK("http://x","y")'
    WorkbookDataset(filepath=str(path)).save({"genes": pd.DataFrame({"gene": [evil], "x": [1]})})
    cell = load_workbook(path)["genes"]["A2"]
    assert (cell.value, cell.data_type) == (evil, "s")


def test_figures_are_loaded_as_png(tmp_path):
    single = FigureDataset(filepath=str(tmp_path / "f.png"))
    single.save(Figure())
    assert single.load().startswith(b"\x89PNG")
    folder = FigureDataset(filepath=str(tmp_path / "pages"))
    folder.save({"1.png": Figure(), "2.png": Figure()})
    folder.save({"3.png": Figure()})
    assert list(folder.load()) == ["3.png"]


class Unwritable:
    def to_parquet(self, *args, **kwargs):
        raise OSError("disk full")


def test_a_failed_save_leaves_the_old_file_and_nothing_else(tmp_path):
    dataset = ParquetDataset(filepath=(tmp_path / "t.parquet").as_posix())
    dataset.save(pd.DataFrame({"x": [1]}))
    with pytest.raises(DatasetError):
        dataset.save(Unwritable())
    assert dataset.load()["x"].tolist() == [1]
    assert [file.name for file in Path(tmp_path).iterdir()] == ["t.parquet"]
