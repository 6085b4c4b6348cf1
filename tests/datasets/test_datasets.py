import base64
import gzip
import inspect
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kedro.io import DatasetError
from matplotlib.figure import Figure
from safetensors.numpy import save

from step.datasets import (
    ArrayDataset,
    FigureDataset,
    GeneSetsDataset,
    NetworkDataset,
    ParquetDataset,
)
from step.embeddings.temporal import Embeddings
from step.published.fitted import FittedNetwork, ModelCard
from tests.datasets.conftest import explained, place

EMBEDDINGS = partial(ArrayDataset, record="step.embeddings.temporal.Embeddings")
CARD = ModelCard(
    step_version="1",
    torch_version="2",
    network={"kind": "STEPmr"},
    target="expression",
    genes=("a", "b"),
    times=(0.5, 1.0),
    embedding_dimensions=4,
    held_out_windows=(0, 3),
)


@pytest.mark.parametrize(
    ("dataset", "content"),
    [
        (ParquetDataset, b""),
        (ParquetDataset, b"PAR1"),
        (EMBEDDINGS, b"xx"),
        (EMBEDDINGS, save({"other": np.zeros(2)})),
    ],
)
def test_a_damaged_result_is_told_and_how_to_mend_it(tmp_path, dataset, content):
    path = tmp_path / "result"
    path.write_bytes(content)
    message = "(?s)result is damaged: .*Delete it, and run the stage that writes it again"
    with pytest.raises(DatasetError, match=message):
        dataset(filepath=str(path)).load()


def test_gene_sets(tmp_path):
    dataset = GeneSetsDataset(filepath=str(tmp_path / "s.gmt"))
    dataset.save({"one": ["a", "b"], "two": ["c"]})
    assert dataset.load() == {"one": ["a", "b"], "two": ["c"]}


def test_genes_where_the_description_belongs_are_told(tmp_path, caplog):
    path = tmp_path / "s.gmt"
    path.write_text("a\tg1\tg2\tg3\nb\tg2\tg1\tg4\nc\tof c\tg1\n")
    GeneSetsDataset(filepath=str(path)).load()
    assert "second column, which is the description of a set" in caplog.text
    caplog.clear()
    path.write_text("a\tg1\tg2\tg3\nb\t-\tg1\tg4\n")
    GeneSetsDataset(filepath=str(path)).load()
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "holds no gene set"),
        ("one\tx\n", "line 1 is no gene set"),
        ("a\t-\tx\na\t-\ty\n", "'a' stands twice"),
        ("a\t-\tx\nb\x07\t-\ty\n", r"s\.gmt, line 2: the name .*U\+0007"),
        ("a\t-\tx\ty\x1b\n", r"line 1: the name .*U\+001B"),
        ("a\t-\tx\0\n", "line 1 holds a NUL character"),
        ("a\t-\tx\t#N/A\n", "line 1: a spreadsheet's error #N/A"),
        ("x" * 9_999 + "\t-\ty\n" + "x" * 9_999 + "\t-\ty\n", "stands twice"),
    ],
)
def test_wrong_gene_sets_are_explained(tmp_path, content, message):
    (tmp_path / "s.gmt").write_text(content)
    with pytest.raises(DatasetError, match=message) as raised:
        GeneSetsDataset(filepath=str(tmp_path / "s.gmt")).load()
    assert len(str(raised.value.__cause__)) < 400


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["s.gmt", "s.gmt.gz"])
def test_gene_sets_may_be_gzipped_or_have_a_byte_order_mark(tmp_path, name, encoding):
    content = "one\t\x07\ta\tµ\x0b\r\n\r\ntwo\t-\tc\r\n".encode(encoding)
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    found = GeneSetsDataset(filepath=str(tmp_path / name)).load()
    assert found == {"one": ["a", "µ"], "two": ["c"]}


def test_gene_sets_that_cannot_be_read_are_explained(tmp_path):
    (tmp_path / "s.gmt").write_bytes("one\t-\ta\ntwo\t-\tµ\n".encode("latin-1"))
    with pytest.raises(DatasetError, match=r"s\.gmt, line 2 is not UTF-8 text"):
        GeneSetsDataset(filepath=str(tmp_path / "s.gmt")).load()
    (tmp_path / "s.gmt.gz").write_text("one\t-\ta\n")
    with pytest.raises(DatasetError, match=r"s\.gmt\.gz cannot be read: .*gzip"):
        GeneSetsDataset(filepath=str(tmp_path / "s.gmt.gz")).load()


@given(
    st.one_of(
        st.binary(max_size=60),
        st.text(st.sampled_from("ab\t\n -é"), max_size=40).map(str.encode),
    )
)
def test_any_bytes_are_gene_sets_or_explained(content):
    with place() as folder:
        (folder / "s.gmt").write_bytes(content)
        found = explained(GeneSetsDataset(filepath=str(folder / "s.gmt")))
    if found is not None:
        assert found
        assert all(name and genes and all(genes) for name, genes in found.items())


def test_networks_keep_weights_and_card(tmp_path):
    path = str(tmp_path / "model.safetensors")
    dataset = NetworkDataset(filepath=path, record="step.published.fitted.FittedNetwork")
    dataset.save(FittedNetwork({"w": np.arange(3.0)}, CARD))
    loaded = dataset.load()
    assert loaded.weights["w"].tolist() == [0.0, 1.0, 2.0]
    assert loaded.card == CARD
    assert (tmp_path / "model.json").exists()


def test_arrays_survive_a_round_trip(tmp_path):
    path = str(tmp_path / "a.safetensors")
    dataset = ArrayDataset(filepath=path, record="step.embeddings.temporal.Embeddings")
    dataset.save(Embeddings(np.arange(2.0), np.arange(6.0).reshape(3, 2).T))
    assert dataset.load().embeddings.tolist() == [[0.0, 2.0, 4.0], [1.0, 3.0, 5.0]]


def test_figures_are_loaded_as_png(tmp_path):
    single = FigureDataset(filepath=str(tmp_path / "f.png"))
    single.save(Figure())
    assert single.load().startswith(b"\x89PNG")
    folder = FigureDataset(filepath=str(tmp_path / "pages"))
    folder.save({"1.png": Figure(), "2.png": Figure()})
    folder.save({"3.png": Figure()})
    assert list(folder.load()) == ["3.png"]
    folder.save({})
    assert (folder.load(), folder.preview(), folder.exists()) == ({}, "", True)


def test_a_figure_is_saved_as_svg_beside_the_png(tmp_path):
    dataset = FigureDataset(
        filepath=str(tmp_path / "f.png"), save_args={"format": "png", "dpi": 50}
    )
    figure = Figure(figsize=(2, 1))
    figure.text(0.5, 0.5, "gene <a> & −1")
    dataset.save(figure)
    drawing = (tmp_path / "f.svg").read_text()
    assert "gene &lt;a&gt; &amp; −1" in drawing  # words, no outlines
    assert ElementTree.fromstring(drawing).tag.endswith("svg")
    assert dataset.load().startswith(b"\x89PNG")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["f.png", "f.svg"]
    dataset.save(figure)
    assert (tmp_path / "f.svg").read_text() == drawing


def test_pages_of_figures_are_png_alone(tmp_path):
    FigureDataset(filepath=str(tmp_path / "pages")).save({"1.png": Figure(), "2.png": Figure()})
    assert sorted(file.name for file in tmp_path.rglob("*.*")) == ["1.png", "2.png"]


@pytest.mark.parametrize("failing", ["png", "svg"])
def test_a_figure_that_fails_leaves_the_old_files(tmp_path, failing):
    class Unfinished(Figure):
        def savefig(self, target, *, format, **others):
            if format == failing:
                raise OSError("disk full")
            super().savefig(target, format=format, **others)

    dataset = FigureDataset(filepath=str(tmp_path / "f.png"), save_args={"format": "png"})
    dataset.save(Figure(figsize=(1, 1)))
    old = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(DatasetError, match="disk full"):
        dataset.save(Unfinished(figsize=(3, 3)))
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == old


def test_a_preview_is_the_figure_or_the_first_of_a_folder(tmp_path):
    single = FigureDataset(filepath=str(tmp_path / "f.png"))
    single.save(Figure())
    folder = FigureDataset(filepath=str(tmp_path / "pages"))
    folder.save({"2.png": Figure(figsize=(1, 1)), "1.png": Figure()})
    shown = {"f": base64.b64decode(single.preview()), "pages": base64.b64decode(folder.preview())}
    assert shown == {"f": single.load(), "pages": folder.load()["1.png"]}
    # kedro-viz chooses how to show a preview by the name of its type.
    assert inspect.signature(folder.preview).return_annotation.__name__ == "ImagePreview"


def test_a_result_replaces_no_folder_that_holds_more(tmp_path):
    (tmp_path / "results" / "other").mkdir(parents=True)
    with pytest.raises(DatasetError, match="holds more than is written here"):
        FigureDataset(filepath=str(tmp_path / "results")).save({"1.png": Figure()})
    with pytest.raises(DatasetError, match="holds more than is written here"):
        ParquetDataset(filepath=str(tmp_path / "results")).save(pd.DataFrame({"x": [1]}))
    assert [found.name for found in tmp_path.rglob("*")] == ["results", "other"]


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
