"""Rows of a sweep are planned, or refused all at once, before any of them runs."""

from dataclasses import replace
from types import SimpleNamespace

import click
import pytest
import yaml
from kedro.io import DataCatalog

from step.hooks.sweep import Sweep, plan_rows
from step.pipelines.sweep.nodes import tabulate
from step.pipelines.sweep.pipeline import create_pipeline
from step.pipelines.sweep.rows import RowOutcome
from step.project.config_loader import StudyConfigLoader
from step.project.sweep import PlannedRow
from step.settings import CONFIG_LOADER_ARGS

NEAR = {"name": "near", "params": {"mrna.pairs.max_distance": 1_000_000}, "pipelines": ["mrna"]}
SIMULATED = {
    "name": "coupled",
    "env": "simulated",
    "params": {"simulation": {"coupling": 0.5}},
    "pipelines": ["simulation", "mirna"],
}


def plan(project, *rows, params=None) -> list[PlannedRow]:
    folder = project / "conf" / "tried"
    folder.mkdir(exist_ok=True)
    (folder / "parameters.yml").write_text(yaml.safe_dump({"sweep": {"rows": list(rows)}}))
    loader = StudyConfigLoader(
        str(project / "conf"), env="tried", runtime_params=params or {}, **CONFIG_LOADER_ARGS
    )
    context = SimpleNamespace(
        config_loader=loader, params=loader["parameters"], project_path=project
    )
    return plan_rows(context)


def test_each_row_is_a_study_of_its_own_with_its_settings(project):
    near, coupled = plan(project, NEAR, SIMULATED, params={"backtest": {"rewirings": 9}})
    assert (near.study, coupled.study) == ("demo--near", "demo--coupled")
    assert near.settings == "mrna.pairs.max_distance = 1000000"
    assert near.runtime_params == {
        "backtest": {"rewirings": 9},  # of the whole sweep
        "mrna": {"pairs": {"max_distance": 1_000_000}},
        "study": "demo--near",
        "runtime": {"engine": "local", "scheduler": None, "device": "auto"},
    }
    assert near.outcome.endswith("data/08_reporting/demo--near/sweep_row.json")


def test_a_row_counts_as_another_where_settings_or_inputs_changed(project):
    first, simulated = plan(project, NEAR, SIMULATED)
    assert plan(project, NEAR, SIMULATED) == [first, simulated]
    assert plan(project, NEAR, params={"backtest": {"jobs": 1}})[0].fingerprint == first.fingerprint
    far = NEAR | {"params": {"mrna.pairs.max_distance": 2_000_000}}
    assert plan(project, far)[0].fingerprint != first.fingerprint
    sheet = project / "data" / "01_raw" / "demo" / "mrna.xlsx"
    sheet.write_bytes(sheet.read_bytes() + b" ")
    assert plan(project, NEAR)[0].fingerprint != first.fingerprint
    made = project / "data" / "01_raw" / "demo--coupled" / "mrna.xlsx"  # by the row itself
    made.parent.mkdir()
    made.touch()
    assert plan(project, SIMULATED) == [simulated]


def test_all_wrong_rows_are_told_at_once(project):
    rows = [
        {"name": "misspelled", "params": {"mrna.pairs.max_distence": 1, "backtest.coverage": 3}},
        {"name": "nowhere", "env": "lungs"},
        {"name": "unknown", "pipelines": ["mrma"]},
        {"name": "unscored", "pipelines": ["ingestion"]},
        {"name": "itself", "pipelines": ["mrna", "sweep"]},
        {"name": "unread", "pipelines": ["simulation", "mrna"]},
        {"name": "foreign", "params": {"runtime.engine": "dask"}},
        {"name": "twice"},
        {"name": "twice"},
        {"name": "a b"},
    ]
    with pytest.raises(click.ClickException) as raised:
        plan(project, *rows, NEAR)
    lines = raised.value.message.splitlines()
    assert lines[0] == "Wrong rows of the sweep:"
    expected = {
        "misspelled: backtest.coverage (the row) is 3; it must be a number above 0 and below 1.",
        "misspelled: mrna.pairs.max_distence (the row) is 1, but there is no such setting. Did you "
        "mean mrna.pairs.max_distance?",
        "unknown: there is no pipeline 'mrma'. Did you mean mrna?",
        "unscored: no assay is scored by ingestion. Add __default__, mrna or mirna.",
        "itself: a row cannot be a sweep itself.",
        "unread: the environment base does not read what simulation writes; simulated does.",
        "foreign: runtime cannot differ from row to row.",
        "twice: the name stands twice.",
    }
    assert expected <= {line.strip() for line in lines}
    assert any(line.startswith("  nowhere: There is no environment 'lungs'") for line in lines)
    assert any(line.startswith("  a b: ") and "names the folders" in line for line in lines)
    assert len(lines) == 1 + len(expected) + 2


def test_a_sweep_needs_rows(project):
    with pytest.raises(click.ClickException, match="The sweep has no rows"):
        plan(project)


def test_rows_that_failed_end_the_run_in_one_message_once_all_is_kept(tmp_path):
    good = PlannedRow("good", "base", "s--good", "", ("mrna",), "", {}, "", "1")
    bad = replace(good, name="bad", study="s--bad")
    table = tabulate(
        [good, bad], {"good": RowOutcome("1", 1.0), "bad": RowOutcome("1", 2.0, error="why\nmore")}
    )
    catalog = DataCatalog.from_config(
        {
            "sweep.table": {
                "type": "step.datasets.ParquetDataset",
                "filepath": str(tmp_path / "table.parquet"),
            }
        }
    )
    catalog.save("sweep.table", table)
    with pytest.raises(click.ClickException) as raised:
        Sweep().after_pipeline_run(create_pipeline(), catalog)
    assert raised.value.message.startswith("1 of 2 rows of the sweep failed:\n  bad: why\n")
    catalog.save("sweep.table", table[table["name"] == "good"])
    Sweep().after_pipeline_run(create_pipeline(), catalog)
