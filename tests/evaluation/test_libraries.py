import gseapy
import pytest

from step.errors import InputError
from step.evaluation.libraries import fetch_libraries

LIBRARIES = {"KEGG_2019_Mouse": {"Wnt": ["A", "B"]}, "GO": {"Wnt": ["C"]}}


@pytest.fixture
def asked(monkeypatch) -> list[tuple[str, str]]:
    """What Enrichr was asked for, which answers from `LIBRARIES`."""
    asked = []

    def answer(name, organism, **_):
        asked.append((name, organism))
        if name not in LIBRARIES:
            raise ValueError(f"no {name}")
        return LIBRARIES[name]

    monkeypatch.setattr(gseapy, "get_library", answer)
    return asked


def test_nothing_is_asked_where_no_library_is_named(asked):
    assert fetch_libraries([], None) == {}
    assert asked == []


@pytest.mark.parametrize("species", ["mouse", "Mouse", "10090"])
def test_sets_bear_the_name_of_their_library(asked, species):
    sets = fetch_libraries(list(LIBRARIES), species)
    assert sets == {"KEGG_2019_Mouse: Wnt": ["A", "B"], "GO: Wnt": ["C"]}
    assert asked == [("KEGG_2019_Mouse", "Mouse"), ("GO", "Mouse")]


def test_a_library_that_cannot_be_fetched_is_named_and_how_to_go_on(asked):
    message = r"library 'GI' of Human cannot be fetched \(ValueError: .*take it out of `report\.lib"
    with pytest.raises(InputError, match=message):
        fetch_libraries(["GI"], "human")


@pytest.mark.parametrize("species", [None, "axolotl"])
def test_enrichr_needs_a_species_that_it_has(asked, species):
    with pytest.raises(InputError, match=r"needs the `species` in globals\.yml"):
        fetch_libraries(["GO"], species)
    assert asked == []
