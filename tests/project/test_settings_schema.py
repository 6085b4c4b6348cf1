"""Mistakes are told in the terms of who wrote the settings."""

from typing import Annotated, Literal

import pytest
from pydantic import Field, RootModel, StrictBool

from step.project.settings_schema import Mistake, SettingsSchema, describe, nearest, shown
from step.typed import Name, Names, Seed, Share, between, settings


@settings
class Inner:
    """A section.

    Attributes:
        widths: Of the layers, each
            one.
        seed: Of everything.
        error: What is minimised.
        jobs: Processes.
    """

    widths: Annotated[tuple[Annotated[int, between(1, 64)], ...], Field(min_length=2, max_length=3)]
    seed: Seed = 1
    error: Literal["mse", "L1"] = "mse"
    jobs: Literal[-1] | Annotated[int, between(1, 8)] = 1
    window: Annotated[int, between(1, 10)] | None = None

    def __post_init__(self) -> None:
        if self.seed == 13:
            raise ValueError("seed is 13, which is unlucky")


@settings
class First:
    """The first network."""

    kind: Literal["First"]
    model: Inner


@settings
class Second:
    """The second network."""

    kind: Literal["Second"]
    model: Inner
    layers: Annotated[int, between(0, 4)] = 1


class Network(RootModel[Annotated[First | Second, Field(discriminator="kind")]]):
    """Either network."""


@settings
class Root:
    """All of it."""

    network: Network
    share: Share = 0.5
    other: Inner | None = None


SCHEMA = SettingsSchema(Root)
MODEL = {"widths": [1, 2]}


def network(kind="First", **model):
    return {"network": {"kind": kind, "model": MODEL | model}}


def mistakes(values):
    return [f"{each.name} {each.complaint}" for each in SCHEMA.mistakes(values)]


def test_right_settings_have_no_mistakes():
    assert mistakes(network() | {"share": 0.1, "other": MODEL}) == []
    assert mistakes(network(jobs=-1, window=None, error="L1")) == []


WIDTHS = "it must be a list of 2 to 3 values, each a whole number from 1 to 64."
KIND = "it must be one of First, Second."
ERROR = "it must be one of mse, L1."
NONE = "but there is no such setting."
CASES = [
    (network(seed=-1), "network.model.seed is -1; it must be a whole number from 0 to 2_147"),
    (network(widths=[1, 65]), "network.model.widths[1] is 65; it must be a whole number from 1"),
    (network(widths=3), f"network.model.widths is 3; {WIDTHS}"),
    (network(widths=[]), f"network.model.widths is []; {WIDTHS}"),
    (network(jobs=0), "network.model.jobs is 0; it must be -1 or a whole number from 1 to 8."),
    (network(window=0), "network.model.window is 0; it must be a whole number from 1 to 10 or"),
    (network(error="MSE"), f"network.model.error is 'MSE'; {ERROR} Did you mean mse?"),
    (network(error="l1"), f"network.model.error is 'l1'; {ERROR} Did you mean L1?"),
    (network(error=None), f"network.model.error is null; {ERROR}"),
    (network(seed=13), "network.model.seed is 13, which is unlucky."),
    (network(sed=1), f"network.model.sed is 1, {NONE} Did you mean network.model.seed?"),
    (network("first"), f"network.kind is 'first'; {KIND} Did you mean First?"),
    ({"network": {"model": MODEL}}, f"network.kind is missing; {KIND}"),
    ({"network": [1]}, "network is [1]; it must be a section whose kind is First or Second."),
    (network() | {"share": 1}, "share is 1; it must be a number above 0 and below 1."),
    (network() | {"other": {"widths": [1]}}, f"other.widths is [1]; {WIDTHS}"),
    (network() | {"other": {}}, f"other.widths is missing; {WIDTHS}"),
    (network() | {"other": 1}, "other is 1; it must be a section with widths, seed, error, jobs"),
    (network() | {"layers": 3}, f"layers is 3, {NONE} There are network, share, other."),
    (
        network() | {"network.model.seed": 3},
        "network.model.seed is written in one name. In YAML it is network: {model: {seed: …}}.",
    ),
    (network() | {"model": {1: 2}}, f"model.1 is 2, {NONE}"),
    (
        network() | {"netwrk": {"model": {"seed": 3}}},
        f"netwrk.model.seed is 3, {NONE} Did you mean network.model.seed?",
    ),
    (
        {"network": {"kind": "First", "First": 1, "model": MODEL}},
        f"network.First is 1, {NONE} `network` has kind, model.",
    ),
]


@pytest.mark.parametrize(("values", "message"), CASES, ids=[message for _, message in CASES])
def test_a_mistake_is_told_by_its_dotted_name(values, message):
    (told,) = mistakes(values)
    assert told.startswith(message)


def test_all_mistakes_are_told_once_each():
    values = network(jobs=99, seed="3") | {"share": True}
    assert [each.name for each in SCHEMA.mistakes(values)] == [
        "network.model.seed", "network.model.jobs", "share",
    ]  # fmt: skip


def test_what_a_user_wrote_is_shortened():
    (mistake,) = SCHEMA.mistakes(network() | {"x" * 1000: "y" * 1000})
    assert isinstance(mistake, Mistake)
    assert len(mistake.name) == 60
    assert len(mistake.complaint) < 160
    (mistake,) = SCHEMA.mistakes(network() | {"line\nbreak": 1})
    assert "\n" not in mistake.name
    assert shown(None) == "null"
    assert shown("a" * 100) == "'" + "a" * 58 + "…"


def test_names_are_found_part_by_part_and_in_other_sections():
    known = ["backtest.seed", "mrna.embedding.seed", "mrna.network.training.window", "report"]
    assert nearest("bactest.sede", known) == "backtest.seed"
    assert nearest("mrna.window", known) == "mrna.network.training.window"
    assert nearest("mrna.netwok.trainng.windw", known) == "mrna.network.training.window"
    # Long sections in common do not make a name alike.
    assert nearest("mrna.network.training.colour", known) is None
    assert nearest("anything", []) is None


def test_ranges_of_each_kind_are_described():
    @settings
    class Kinds:
        half: Annotated[float, between(0, 0.5, inclusive="right")]
        dropout: Annotated[float, between(0, 1, inclusive="left")]
        large: Annotated[float, between(-1e12, 1e12)]
        size: Annotated[int, between(0, 50_000)]
        on: StrictBool
        name: Name
        names: Names

    found = {each.name: describe(each.node) for each in SettingsSchema(Kinds).leaves({})}
    assert found == {
        "half": "a number above 0 and at most 0.5",
        "dropout": "a number at least 0 and below 1",
        "large": "a number from -1e+12 to 1e+12",
        "size": "a whole number from 0 to 50_000",
        "on": "true or false",
        "name": "text of 1 to 200 characters",
        "names": "a list of at most 1000 values, each text of 1 to 200 characters",
    }


def test_meanings_come_from_the_class_or_the_one_it_inherits_from():
    @settings
    class Later(Inner):
        """Attributes:
        error: Not what it was.
        """

        error: Literal["mae"] = "mae"

    found = {each.name: each.node.get("description") for each in SettingsSchema(Later).leaves({})}
    assert found["widths"] == "Of the layers, each one."
    assert found["window"] is None


@pytest.mark.parametrize("wrong", ["3", True, 2.0, 2.5, float("nan"), float("inf"), None, [3]])
def test_only_whole_numbers_are_whole_numbers(wrong):
    assert SCHEMA.mistakes(network(seed=wrong))


@pytest.mark.parametrize("wrong", ["0.5", True, float("nan"), float("inf"), None, [0.5]])
def test_only_numbers_are_numbers(wrong):
    assert SCHEMA.mistakes(network() | {"share": wrong})
