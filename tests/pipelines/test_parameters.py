"""The schema of all parameters refuses every wrong value of every setting."""

import copy
import re

import pytest
from kedro.config import OmegaConfigLoader

from step.pipelines.parameters import Globals, Parameters
from step.project.settings_schema import SettingsSchema
from step.settings import CONFIG_LOADER_ARGS
from tests.conftest import ROOT
from tools.parameters import render

SCHEMA = SettingsSchema(Parameters)
NULLABLE = {
    "insulation_window",
    "class_column",
    "birth_day",
    "background",
    "neighbours",
    "threshold",
}


def loaded(env):
    loader = OmegaConfigLoader(str(ROOT / "conf"), env=env, **CONFIG_LOADER_ARGS)
    named = {name: value for name, value in loader["parameters"].items() if name[0] != "_"}
    return named, loader["globals"]


BASE, _ = loaded("base")  # in an order that differs between processes


def flat(value, name=""):
    """Name and value of each setting and each element of a list."""
    if name.endswith("].params"):
        return  # settings of a sweep's row, which are checked with its environment's
    if isinstance(value, dict):
        inner = ((f"{name}.{key}".lstrip("."), each) for key, each in value.items())
    elif isinstance(value, list):
        inner = ((f"{name}[{index}]", each) for index, each in enumerate(value))
    else:
        inner = ()
        yield name, value
    for inner_name, each in inner:
        yield from flat(each, inner_name)


def changed(name, value):
    """The parameters of conf/base with another value."""
    parameters = copy.deepcopy(BASE)
    section, *path = re.findall(r"[^.\[\]]+", name)
    place, keys = parameters, [section, *path]
    for key in keys[:-1]:
        place = place[int(key)] if isinstance(place, list) else place.setdefault(key, {})
    place[int(keys[-1]) if isinstance(place, list) else keys[-1]] = value
    return parameters


def complaint(name, value):
    found = {each.name: each.complaint for each in SCHEMA.mistakes(changed(name, value))}
    assert name in found, f"{name} may be {value!r}"
    return found[name]


@pytest.mark.parametrize("env", ["base", "local", "lung", "published", "simulated", "template"])
def test_the_settings_of_each_environment_are_right(env):
    parameters, names = loaded(env)
    assert SCHEMA.mistakes(parameters) == []
    assert SettingsSchema(Globals).mistakes(names) == []


NUMBERS = {
    name: value
    for name, value in flat(BASE)
    if isinstance(value, int | float) and not isinstance(value, bool)
}
CHOICES = {
    each.name: each.node
    for each in SCHEMA.leaves(BASE)
    if {"enum", "const"} & each.node.keys() or each.node.get("type") == "boolean"
}
TEXTS = {name for name, value in flat(BASE) if isinstance(value, str)} - CHOICES.keys()


def test_there_is_something_to_test():
    assert len(NUMBERS) > 80
    assert len(CHOICES) > 30
    assert len(TEXTS) > 5


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_a_number_is_held_to_its_range(name):
    whole = isinstance(NUMBERS[name], int) and name != "simulation.reads_per_bin"
    wrong = [
        -(10**15),
        10**15,
        float("nan"),
        float("inf"),
        -float("inf"),
        "text",
        "3",
        True,
        [],
        {},
    ]
    wrong += [NUMBERS[name] + 0.5] if whole else []
    for value in wrong:
        assert "it must be" in complaint(name, value)
    if name.split(".")[-1] not in NULLABLE:
        assert "is null; it must be" in complaint(name, None)


@pytest.mark.parametrize("name", sorted(CHOICES))
def test_a_choice_is_one_of_those_named(name):
    for value in ["nonsense", "", 5, 0, 1, None, []]:
        complaint(name, value)
    if "enum" in CHOICES[name]:
        choice = CHOICES[name]["enum"][0]
        assert f"Did you mean {choice}?" in complaint(name, choice.upper() + "x")


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_text_is_text(name):
    for value in [True, {}, "x" * 1000]:
        complaint(name, value)
    if "_chromosomes" not in name:  # which may be called 5
        complaint(name, 5)
    if name.split(".")[-1] not in NULLABLE:
        complaint(name, None)


def test_a_section_is_a_section():
    names = {name.rpartition(".")[0] for name in (each.name for each in SCHEMA.leaves(BASE))}
    for name in names - {""}:
        for value in ([1], "text", 5) if name.endswith(".favoured") else (None, [1], "text", 5):
            assert "must be a section" in complaint(name, value)


def test_each_number_text_and_list_of_the_schema_is_bounded():
    def bare(node):
        if isinstance(node, list):
            return [each for inner in node for each in bare(inner)]
        if not isinstance(node, dict):
            return []
        number = node.get("type") in ("integer", "number") and "const" not in node
        bounded = {"minimum", "exclusiveMinimum"} & node.keys() and {
            "maximum", "exclusiveMaximum",
        } & node.keys()  # fmt: skip
        endless_list = node.get("type") == "array" and "maxItems" not in node
        endless_text = node.get("type") == "string" and not {
            "maxLength", "enum", "const",
        } & node.keys()  # fmt: skip
        own = [node] if (number and not bounded) or endless_list or endless_text else []
        return own + [each for inner in node.values() for each in bare(inner)]

    assert bare(SCHEMA._root) == []


FINDINGS = [
    ("backtest.jobs", 0, "it must be -1 or a whole number from 1 to 1024"),
    ("backtest.seed", -1, "a whole number from 0"),
    ("published.mrna.network.training.window", 0, "a whole number from 1 to 1000"),
    ("published.mrna.network.training.learning_rate", 1e9, "a number above 0 and at most 10"),
    ("published.mrna.network.training.learning_rate", -0.1, "a number above 0 and at most 10"),
    ("published.mrna.network.model.channels", [], "a list of 2 to 17 values"),
    ("published.mrna.network.loss.error_weight", float("nan"), "a number from 0 to 1000"),
    ("published.mrna.network.loss.trend_weight", -1.0, "a number from 0 to 1000"),
    ("published.mrna.network.loss.error", "MSE", "one of mse, l1. Did you mean mse?"),
    ("published.mrna.network.loss.error", "rmse", "one of mse, l1. Did you mean mse?"),
    ("pretraining.training.n_courses", -3, "a whole number from 1"),
    ("pretraining.training.averaging", 1, "a number at least 0 and below 1"),
    ("pretraining.STEPmr.dropout", -1, "a number at least 0 and below 1"),
    ("pretraining.STEPmr.chebyshev_order", 0, "a whole number from 1 to 16"),
    ("pretraining.STEPmr.channels[1]", 0, "a whole number from 1 to 4096"),
    ("pretraining.STEPmi.attention_heads", 5, "is 5, which does not divide state_channels, 48"),
    ("mrna.pairs.contact_weight", float("nan"), "a number from 0 to 1000"),
    ("mrna.pairs.tad_weight", -0.1, "a number from 0 to 1000"),
    ("mrna.pairs.same_bin", "neighbours", "one of ranked, connected, excluded"),
    ("mrna.embedding.p", 0, "a number from 1e-06"),
    ("mrna.embedding.q", 0, "a number from 1e-06"),
    ("mrna.embedding.walk_length", 1, "a whole number from 2"),
    ("mrna.embedding.walks_per_node", 0, "a whole number from 1"),
    ("mrna.embedding.context", -1, "a whole number from 1"),
    ("mrna.layout.scale", "log", "one of log2, ln, linear"),
    ("mirna.normalisation.content", "best", "one of housekeeping, top"),
    ("mirna.nodes", "genes", "one of targets, mirnas"),
    ("report.extreme_share", 2, "a number above 0 and at most 0.5"),
    ("report.smallest_set", 501, "is 501, more than largest_set, 500"),
    ("report.permutations", 0, "a whole number from 100"),
    ("report.libraries", "KEGG_2019_Mouse", "a list"),
    ("simulation.chromosomes_mb", [], "a list of 1 to 100 values"),
    ("simulation.coupling", 2, "a number from 0 to 1"),
    ("simulation.replicates", 0, "a whole number from 1 to 100"),
    ("simulation.n_genes", 0, "a whole number from 10"),
    ("simulation.bin_size", 10_000, "which cuts the chromosomes into 23000 bins"),
    ("backtest.history_share", 0.5, "is 0.5 and scored_share 0.5; together they must be below 1"),
    ("bactest.rewirings", 5, "there is no such setting. Did you mean backtest.rewirings?"),
    ("mrna.nonsense", 5, "there is no such setting. `mrna` has layout, normalisation"),
    ("mrna.network.kind", "STEPmii", "one of STEPmr, STEPmi. Did you mean STEPmi?"),
]


@pytest.mark.parametrize(("name", "value", "expected"), FINDINGS)
def test_what_was_once_let_through_is_refused(name, value, expected):
    assert expected in complaint(name, value)


@pytest.mark.parametrize(
    ("section", "weights"),
    [
        ("mrna.pairs", ["contact", "compartment", "tad", "insulation"]),
        ("published.mrna.network.loss", ["error", "direction", "trend", "consistency"]),
    ],
)
def test_one_weight_is_above_zero(section, weights):
    parameters = copy.deepcopy(BASE)
    place = parameters
    for key in section.split("."):
        place = place[key]
    place |= {f"{weight}_weight": 0.0 for weight in weights}
    (mistake,) = SCHEMA.mistakes(parameters)
    assert mistake.name == f"{section}.{weights[0]}_weight"
    assert "one must be above 0" in mistake.complaint


def test_the_committed_page_of_parameters_is_that_of_the_classes():
    page = ROOT / "docs" / "parameters.md"
    assert page.read_text() == render(), "write it again: make docs"
