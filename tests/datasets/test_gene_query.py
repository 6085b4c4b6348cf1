import sys

import mygene
import pytest
from kedro.io import DatasetError

from step.datasets import GeneQueryDataset
from step.genome.placement import read_gene_names

ANSWERS = {
    "Aqp5": [{"symbol": "Aqp5"}],
    "SPC": [{"symbol": "Sftpc"}, {"symbol": "Other"}],
    "RAGE": [{"symbol": "Ager"}],
    "nkg7": [{"symbol": "Nkg7"}, {"symbol": "Xyz"}],
    "NA": [{"notfound": True}],
}


@pytest.fixture
def asked(monkeypatch) -> list[list[str]]:
    """What mygene.info was asked; it answers as `ANSWERS` says."""
    asked = []

    def querymany(_, names, **settings):
        assert settings["species"] == "mouse"
        asked.append(list(names))
        return [{"query": name} | hit for name in names for hit in ANSWERS[name]]

    monkeypatch.setattr(mygene.MyGeneInfo, "querymany", querymany)
    return asked


def query(tmp_path, species: str | None = "mouse") -> GeneQueryDataset:
    return GeneQueryDataset(filepath=str(tmp_path / "names.tsv"), species=species)


def test_names_are_looked_up_once_and_kept(tmp_path, asked):
    dataset = query(tmp_path)
    assert dataset.load().empty
    dataset.save(["SPC", "RAGE", "NA"])
    dataset.save(["RAGE", "nkg7"])
    assert asked == [["NA", "RAGE", "SPC"], ["nkg7"]]
    found = dataset.load().set_index("assay_name")
    assert found["symbol"].to_dict() == {"NA": "", "RAGE": "Ager", "SPC": "", "nkg7": "Nkg7"}
    assert found["note"]["SPC"] == "several: Other, Sftpc"
    assert found["note"]["NA"] == "not found"
    assert read_gene_names(dataset.load(), "t").to_dict() == {"RAGE": "Ager", "nkg7": "Nkg7"}


def test_offline_it_says_so_and_keeps_what_is_known(tmp_path, asked, monkeypatch):
    query(tmp_path).save(["RAGE"])

    def offline(*_, **__):
        raise ConnectionError("no route to host")

    monkeypatch.setattr(mygene.MyGeneInfo, "querymany", offline)
    with pytest.raises(DatasetError, match=r"cannot be reached.*no route.*needs the network"):
        query(tmp_path).save(["Aqp5"])
    assert query(tmp_path).load()["assay_name"].tolist() == ["RAGE"]
    query(tmp_path).save(["RAGE"])  # nothing to ask


def test_what_was_edited_badly_is_explained(tmp_path):
    for content, message in (
        ("", "is empty"),
        ("a\tb\tc\n1\t2\n", "line 2"),
        ("a\tb\n", "no column"),
    ):
        (tmp_path / "names.tsv").write_text(content)
        with pytest.raises(DatasetError, match=message):
            query(tmp_path).load()


def test_the_species_must_be_named(tmp_path, asked):
    with pytest.raises(DatasetError, match=r"`species` in globals\.yml"):
        query(tmp_path, species=None).save(["RAGE"])


def test_without_mygene_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mygene", None)
    with pytest.raises(DatasetError, match="make setup EXTRAS=names"):
        query(tmp_path).save(["RAGE"])
