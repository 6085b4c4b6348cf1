"""`versioned: true` in the catalog: each run's result stays, and the latest is loaded."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog, DatasetError
from kedro.io.core import Version
from matplotlib.figure import Figure

import step.datasets
from step.datasets import (
    ArrayDataset,
    ContactMapDataset,
    FigureDataset,
    GeneAnnotationDataset,
    GeneSetsDataset,
    JSONDataset,
    LookedUpNamesDataset,
    ManifestDataset,
    NetworkDataset,
    ParquetDataset,
    RecordDataset,
    TableDataset,
    TextDataset,
    WorkbookDataset,
)
from step.datasets.manifest import Manifest
from step.embeddings.temporal import Embeddings
from step.errors import InputError
from step.genome.contacts import ContactMap
from step.published.fitted import FittedNetwork
from tests.datasets.test_datasets import CARD

LOADED_AS_NOTHING = (LookedUpNamesDataset, ManifestDataset)  # where there is no file
ONLY_READ = {"CheckpointDataset", "H5adDataset", "TextContactMapDataset"}


def annotation(name: str) -> pd.DataFrame:
    genes = {"chrom": "1", "start": [3], "end": 9, "gene": name, "strand": "+", "gene_id": name}
    return pd.DataFrame(genes)


def contacts_of(name: str) -> ContactMap:
    """Bins whose contacts differ with the first letter of a name."""
    starts = np.arange(30) * 10
    bins = pd.DataFrame({"chrom": "chr1", "start": starts, "end": starts + 10})
    first, second = np.triu_indices(30)
    count = ord(name[0]) + np.minimum(first, 3) * 3
    return ContactMap(
        bins, pd.DataFrame({"bin1_id": first, "bin2_id": second, "count": count}), "demo"
    )


def table(name: str) -> pd.DataFrame:
    return pd.DataFrame({"gene": [name], "1": ["2"]})


CASES = {  # a file's name, a result named so, and how to see its name in what is loaded
    ArrayDataset: (
        "a.safetensors",
        lambda name: Embeddings(np.array([float(ord(letter)) for letter in name]), np.ones(1)),
        lambda loaded: ["".join(chr(int(code)) for code in loaded.times)],
    ),
    ContactMapDataset: (
        "c.cool",
        contacts_of,
        lambda loaded: ["one" if loaded.pixels()[:]["count"].max() == ord("o") + 9 else "two"],
    ),
    FigureDataset: ("f.png", lambda name: labelled(name), lambda loaded: loaded),
    GeneAnnotationDataset: ("g.gtf", annotation, lambda loaded: loaded["gene"].tolist()),
    GeneSetsDataset: ("s.gmt", lambda name: {name: ["x"]}, list),
    JSONDataset: ("j.json", lambda name: [name], list),
    LookedUpNamesDataset: (
        "n.tsv",
        lambda name: pd.DataFrame({"assay_name": [name], "symbol": "x", "note": ""}),
        lambda loaded: loaded["assay_name"].tolist()[-1:],
    ),
    ManifestDataset: (
        "manifest.json",
        lambda name: Manifest(name, "mrna", "."),
        lambda loaded: [loaded.manifest.study],
    ),
    NetworkDataset: (
        "m.safetensors",
        lambda name: FittedNetwork({"w": np.ones(2)}, replace(CARD, target=name)),
        lambda loaded: [loaded.card.target],
    ),
    ParquetDataset: ("t.parquet", table, lambda loaded: loaded["gene"].tolist()),
    RecordDataset: (
        "r.json",
        lambda name: replace(CARD, target=name),
        lambda loaded: [loaded.target],
    ),
    TableDataset: ("t.tsv", table, lambda loaded: loaded["gene"].tolist()),
    TextDataset: ("t.html", str, lambda loaded: [loaded]),
    WorkbookDataset: ("w.xlsx", lambda name: {name: table(name)}, list),
}


def labelled(name: str) -> Figure:
    figure = Figure()
    figure.text(0.5, 0.5, name)
    return figure


RECORDS = {
    ArrayDataset: {"record": "step.embeddings.temporal.Embeddings"},
    NetworkDataset: {"record": "step.published.fitted.FittedNetwork"},
    RecordDataset: {"record": "step.published.fitted.ModelCard"},
}


def versioned(kind: type, path: str, save: str | None, load: str | None = None):
    return kind(filepath=path, version=Version(load, save), **RECORDS.get(kind, {}))


def test_each_dataset_is_tried():
    tried = {kind.__name__ for kind in CASES}
    assert tried | ONLY_READ == set(step.datasets.__all__)


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.__name__)
def test_every_version_stays_and_the_latest_is_loaded(tmp_path, kind):
    file, result, names = CASES[kind]
    path = (tmp_path / file).as_posix()
    assert not versioned(kind, path, None).exists() or kind in LOADED_AS_NOTHING
    versioned(kind, path, "v1").save(result("one"))
    dataset = versioned(kind, path, "v2")
    dataset.save(result("two"))
    latest = names(dataset.load())
    assert dataset.exists()
    assert names(versioned(kind, path, None).load()) == latest
    earlier = names(versioned(kind, path, None, "v1").load())
    assert earlier != latest
    if kind is not FigureDataset:
        assert (earlier, latest) == (["one"], ["two"])
    with pytest.raises(DatasetError, match="must not exist"):
        versioned(kind, path, "v2").save(result("three"))
    assert names(versioned(kind, path, None).load()) == latest
    assert {found.name for found in (tmp_path / file).iterdir()} == {"v1", "v2"}


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.__name__)
def test_without_versions_nothing_replaces_those_that_are_there(tmp_path, kind):
    file, result, names = CASES[kind]
    path = (tmp_path / file).as_posix()
    versioned(kind, path, "v1").save(result("one"))
    before = names(versioned(kind, path, None).load())
    with pytest.raises((DatasetError, InputError)):
        kind(filepath=path, **RECORDS.get(kind, {})).save(result("two"))
    assert names(versioned(kind, path, None).load()) == before


def test_folders_of_figures_have_versions(tmp_path):
    path = (tmp_path / "pages").as_posix()
    versioned(FigureDataset, path, "v1").save({"1.png": Figure()})
    versioned(FigureDataset, path, "v2").save({"2.png": Figure(), "3.png": Figure()})
    assert list(versioned(FigureDataset, path, None).load()) == ["2.png", "3.png"]
    assert list(versioned(FigureDataset, path, None, "v1").load()) == ["1.png"]
    with pytest.raises(DatasetError, match=r"versions of earlier runs.*versioned: true"):
        FigureDataset(filepath=path).save({"4.png": Figure()})
    assert list(versioned(FigureDataset, path, None, "v1").load()) == ["1.png"]


def test_the_catalog_gives_every_dataset_its_version(tmp_path):
    entry = {"type": "step.datasets.TableDataset", "versioned": True}
    entry["filepath"] = (tmp_path / "t.tsv").as_posix()
    for version in ("v1", "v2"):
        catalog = DataCatalog.from_config({"t": entry.copy()}, save_version=version)
        catalog.save("t", table(version))
    assert catalog.load("t")["gene"].tolist() == ["v2"]
    assert catalog.load("t", version="v1")["gene"].tolist() == ["v1"]


@pytest.mark.parametrize("kind", [ParquetDataset, ArrayDataset, WorkbookDataset])
def test_a_failed_save_is_no_version(tmp_path, kind):
    file, result, _ = CASES[kind]
    path = (tmp_path / file).as_posix()
    with pytest.raises(DatasetError):
        versioned(kind, path, "v1").save({"x": object()})
    assert not list(tmp_path.iterdir())
    versioned(kind, path, "v1").save(result("one"))
    with pytest.raises(DatasetError):
        versioned(kind, path, "v2").save({"x": object()})
    assert [found.name for found in (tmp_path / file).iterdir()] == ["v1"]
    assert versioned(kind, path, None).resolve_load_version() == "v1"


def test_addresses_have_no_versions():
    with pytest.raises(DatasetError, match="Versioning is not supported for HTTP"):
        TableDataset(filepath="http://localhost:9/t.tsv", version=Version(None, None))
