"""Wrong settings end a run in one message, and nothing is written."""

import re

import click
import pytest
import yaml

from tests.pipelines.conftest import run, written


def refused(project, params=None, env="base"):
    with pytest.raises(click.ClickException) as raised:
        run(project, "mrna", params, env=env)
    assert written(project) == []
    return raised.value.message


def test_a_mistake_is_told_with_its_place(project):
    own = project / "conf" / "own"
    own.mkdir()
    (own / "globals.yml").write_text("study: own\n")
    (own / "parameters.yml").write_text(
        "backtets:\n  rewirings: 5\nmrna:\n  embedding:\n    p: 0\nfeatures:\n"
    )
    message = refused(project, {"backtest": {"jobs": 0}}, env="own")
    assert message.split("\n") == [
        "Wrong settings:",
        "  features (conf/own/parameters.yml) is null; it must be a section with "
        "excluded_chromosomes, insulation_window.",
        "  mrna.embedding.p (conf/own/parameters.yml) is 0; it must be a number from 1e-06 to "
        "1e+06.",
        "  backtest.jobs (--params) is 0; it must be -1 or a whole number from 1 to 1024.",
        "  backtets.rewirings (conf/own/parameters.yml) is 5, but there is no such setting. "
        "Did you mean backtest.rewirings?",
        "docs/parameters.md lists all settings.",
    ]


def test_a_long_list_of_mistakes_is_cut(project):
    message = refused(project, {"mrna": None, "backtest": {f"a{n}": 1 for n in range(20)}})
    assert "  and 11 more." in message
    assert len(message.split("\n")) == 13


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("mrna: [1]\n", r"mrna is a list in .*own.parameters\.yml or .*base.*, and a section in"),
        ("- mrna\n", r"conf/own/parameters\.yml is a list"),
        ("mrna:\n  a: 1\n b: 2\n", r"conf/own/parameters\.yml is not valid YAML: line \d"),
        ("backtest:\n  jobs: 1\n  jobs: 2\n", "not valid YAML: line 3: found duplicate key jobs"),
        ("backtest:\n  jobs: ${globals:job}\n", "Globals key 'job' not found"),
        ("report:\n  study: h\xf6lle\n", r"conf/own/parameters\.yml is not text in UTF-8"),
        ("report:\n  study: \x07\n", "parameters.yml is not valid YAML: .*control characters"),
    ],
)
def test_files_that_cannot_be_read_are_explained(project, content, expected):
    (project / "conf" / "own").mkdir()
    (project / "conf" / "own" / "parameters.yml").write_text(content, encoding="latin-1")
    assert re.search(expected, refused(project, env="own"))


def test_a_list_is_not_changed_element_by_element(project):
    params = {"pretraining": {"STEPmr": {"channels": {"0": 8}}}}
    assert re.search(
        "pretraining.STEPmr.channels is a list .* A list can only be given whole",
        refused(project, params),
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("time_unit: dya", "time_unit (conf/own/globals.yml) is 'dya'; it must be one of second"),
        ("time_units: day", "time_units (conf/own/globals.yml) is 'day', but there is no such"),
        ("species: 10090", "species (conf/own/globals.yml) is 10090; it must be text"),
    ],
)
def test_globals_are_checked_as_well(project, content, expected):
    (project / "conf" / "own").mkdir()
    (project / "conf" / "own" / "globals.yml").write_text(f"study: own\n{content}\n")
    message = refused(project, env="own")
    assert expected in message
    assert message.count("\n") == 2


def test_what_the_catalog_takes_from_the_command_line_is_no_mistake(project):
    own = project / "conf" / "own"
    own.mkdir()
    entry = {"type": "kedro.io.MemoryDataset", "data": "${runtime_params:own_root,null}"}
    (own / "catalog_raw.yml").write_text(yaml.safe_dump({"gene_sets": entry}))
    assert "own_root" not in refused(project, {"own_root": "x", "a": 1}, env="own")
    assert "own_root (--params) is 'x', but there" in refused(project, {"own_root": "x"})
    assert "Did you mean own_root?" in refused(project, {"own_rot": "x"}, env="own")
