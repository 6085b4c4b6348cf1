"""Rows run in processes of their own; those that are done do not run again."""

import io
import os
import sys
from dataclasses import replace

import pandas as pd
import pytest

from step.pipelines.sweep import nodes
from step.pipelines.sweep.process import end_with_input
from step.pipelines.sweep.rows import (
    RowOutcome,
    RowScores,
    is_done,
    kept_outcome,
    outcome_file,
    run_row,
)
from step.pipelines.sweep.settings import SweepSettings
from step.project.sweep import PlannedRow
from step.reports.sweep import sweep_page
from step.schemas import Sweep

SCORES = RowScores(
    assay="mrna",
    n_genes=150,
    n_times=26,
    mse=0.1,
    best_baseline="local_level",
    best_baseline_mse=0.2,
    skill=0.5,
    coverage=0.9,
)


@pytest.fixture
def row(tmp_path) -> PlannedRow:
    """A row whose results are to lie in a folder of the test."""
    outcome = tmp_path / "sweep_row.json"
    return PlannedRow(
        "near", "base", "demo--near", "a.b = 1", ("mrna",), str(tmp_path), {}, str(outcome), "print"
    )


def test_a_row_is_done_if_it_succeeded_as_it_is_planned(row):
    assert not is_done(row)
    outcome_file(row).save(RowOutcome("print", 3.0, (SCORES,)))
    assert is_done(row)
    assert kept_outcome(row) == RowOutcome("print", 3.0, (SCORES,))
    assert not is_done(replace(row, fingerprint="other"))
    outcome_file(row).save(RowOutcome("print", 3.0, error="why"))
    assert not is_done(row)


def test_a_damaged_outcome_counts_as_none(row):
    outcome_file(row).save(RowOutcome("print", 3.0))
    with open(row.outcome, "w") as file:
        file.write("{")
    assert not is_done(row)


def test_only_rows_that_are_not_done_are_run_and_a_failure_stops_no_other(row, monkeypatch):
    outcome_file(row).save(RowOutcome("print", 3.0, (SCORES,)))
    left = [replace(row, name=name, outcome=f"{row.outcome}.{name}") for name in ("bad", "good")]
    ran = []

    def run(one: PlannedRow) -> RowOutcome:
        ran.append(one.name)
        if one.name == "bad":
            return RowOutcome("print", 1.0, error="<script>")
        return RowOutcome("print", 1.0, (SCORES, replace(SCORES, assay="mirna", mse=0.3)))

    monkeypatch.setattr(nodes, "run_row", run)
    table, same = nodes.run_sweep([row, *left], SweepSettings(jobs=1, rows=()))
    assert ran == ["bad", "good"]
    Sweep.validate(table)
    assert table is same
    assert table["name"].tolist() == ["near", "bad", "good", "good"]
    assert table["status"].tolist() == ["done", "failed", "done", "done"]
    assert table["assay"].fillna("").tolist() == ["mrna", "", "mrna", "mirna"]
    assert table.loc[3, "mse"] == 0.3
    assert pd.isna(table.loc[1, "n_genes"])

    page = sweep_page(table, "demo")
    assert page.count('href="../../demo--near/') == 3
    assert 'class="sortable"' in page
    assert "&lt;script&gt;" in page
    assert "3 scored assays · 1 failed row<" in page
    assert "http" not in page.replace("http://www.w3.org", "")


def test_a_row_that_fails_says_why_in_a_process_of_its_own(project, tmp_path):
    """The normalisation is one for counts, and the demo's table holds logarithms."""
    folder = project / "data" / "08_reporting" / "demo--cpm"
    row = PlannedRow(
        name="cpm",
        env="base",
        study="demo--cpm",
        settings="",
        pipelines=("ingestion",),
        project=str(project),
        runtime_params={"study": "demo--cpm", "mrna": {"normalisation": {"method": "cpm"}}},
        outcome=str(folder / "sweep_row.json"),
        fingerprint="print",
    )
    outcome = run_row(row)
    assert "expects counts" in outcome.error
    assert outcome == kept_outcome(row)
    assert "expects counts" in (folder / "sweep_row.log").read_text()
    assert not (project / "data" / "03_primary" / "demo").exists()


def test_a_process_that_is_killed_is_a_failed_row(row, monkeypatch):
    monkeypatch.setattr("step.pipelines.sweep.rows.PROCESS", "step.errors")  # which writes nothing
    assert "its process ended with code 0" in run_row(row).error
    gone = replace(row, project=f"{row.project}/none")
    assert run_row(gone).error.startswith("No such file or directory")


def test_a_process_ends_when_its_parent_does(monkeypatch):
    codes = []
    monkeypatch.setattr(os, "_exit", codes.append)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    end_with_input()
    assert codes == [1]
