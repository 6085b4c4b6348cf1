import sys

import mygene
import pytest

from step.errors import InputError
from step.genome.gene_query import look_up_symbols
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


def test_each_name_has_one_symbol_or_a_note(asked):
    found = look_up_symbols(["SPC", "RAGE", "NA", "nkg7", "RAGE"], "mouse")
    assert asked == [["NA", "RAGE", "SPC", "nkg7"]]
    by_name = found.set_index("assay_name")
    assert by_name["symbol"].to_dict() == {"NA": "", "RAGE": "Ager", "SPC": "", "nkg7": "Nkg7"}
    assert by_name["note"].to_dict() == {
        "NA": "not found", "RAGE": "", "SPC": "several: Other, Sftpc", "nkg7": "",
    }  # fmt: skip
    assert read_gene_names(found, "t").to_dict() == {"RAGE": "Ager", "nkg7": "Nkg7"}


def test_without_a_name_nobody_is_asked(asked):
    found = look_up_symbols([], None)
    assert found.columns.tolist() == ["assay_name", "symbol", "note"]
    assert asked == []
    assert found.empty


def test_the_absence_of_the_network_is_said(monkeypatch):
    def offline(*_, **__):
        raise ConnectionError("no route to host" + "." * 9_999)

    monkeypatch.setattr(mygene.MyGeneInfo, "querymany", offline)
    with pytest.raises(
        InputError, match=r"cannot be reached.*no route.*needs the network"
    ) as raised:
        look_up_symbols(["Aqp5"], "mouse")
    assert len(str(raised.value)) < 400


def test_the_species_must_be_named(asked):
    with pytest.raises(InputError, match=r"`species` in globals\.yml"):
        look_up_symbols(["RAGE"], None)
    assert asked == []


def test_without_mygene_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "mygene", None)
    with pytest.raises(InputError, match="make setup EXTRAS=names"):
        look_up_symbols(["RAGE"], "mouse")
