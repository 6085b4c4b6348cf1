"""What a run shows in the terminal."""

import json
import logging

import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline
from rich import get_console

from step.datasets import JSONDataset, TextDataset, WorkbookDataset
from step.hooks.terminal import Terminal, draw_bar, verdict
from step.progress import progress, show_progress

METRICS = {
    "arms": {"step": {"mse": 0.9}, "ses": {"mse": 1.2}, "last_value": {"mse": 1.0}},
    "best_baseline": "last_value",
    "skill": 0.1,
    "skill_p": 0.0312,
    "graph_test": {"real_mse": 0.9, "no_graph_mse": 1.0, "rewired_mse": [0.95, 1.05], "p": 0.05},
}
NODE = Node(repr, "x", "y", name="node", namespace="reporting.mrna")


@pytest.fixture(autouse=True)
def silent():
    yield
    show_progress(None)


def test_the_verdict_stands_beside_the_best_baseline_and_rewired_graphs():
    assert verdict(METRICS) == [
        "MSE 0.9; best baseline, last_value: 1 (skill 10.0 %, p = 0.031)",
        "contacts help (MSE on rewired graphs: 1, p = 0.05)",
    ]


def test_the_verdict_claims_no_help_of_contacts_beyond_chance():
    test = METRICS["graph_test"] | {"p": 0.1}
    assert verdict(METRICS | {"graph_test": test})[1].startswith("no evidence that contacts help")
    del test["p"]
    assert verdict(METRICS | {"graph_test": test})[1] == "whether contacts help was not tested"


def test_the_verdict_of_what_is_not_expression_says_so():
    scores = {"arms": METRICS["arms"], "scored": "coordinate 4 of 4, not expression"}
    assert verdict(scores) == [
        "MSE 0.9; best baseline, last_value: 1",
        "of coordinate 4 of 4, not expression",
    ]


@pytest.mark.parametrize("scored", ["mrna", "published.mrna"])
def test_a_run_ends_with_the_verdict_and_the_paths(tmp_path, capsys, monkeypatch, scored):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "metrics.json").write_text(json.dumps(METRICS))
    catalog = DataCatalog(
        {
            f"{scored}.metrics": JSONDataset(filepath=str(tmp_path / "metrics.json")),
            f"{scored}.report": TextDataset(filepath=str(tmp_path / "report.html")),
            f"{scored}.workbook": WorkbookDataset(filepath=str(tmp_path / "workbook.xlsx")),
        }
    )
    scoring = Pipeline([Node(repr, "x", "metrics", name="score")])
    scoring = Pipeline(scoring, outputs={"metrics": f"{scored}.metrics"})
    hook = Terminal()
    hook.before_pipeline_run()
    hook.after_pipeline_run(scoring, catalog)
    shown = capsys.readouterr().out
    for words in (scored, "MSE 0.9;", "contacts help", " report.html", " workbook.xlsx", "done in"):
        assert words in shown
    assert "\x1b" not in shown  # no control characters where there is no terminal


def test_what_a_node_says_is_preceded_by_its_assay(caplog):
    hook = Terminal()
    hook.before_pipeline_run()
    hook.before_node_run(NODE)
    logging.getLogger("step.genome").warning("%d genes are lost", 3)
    logging.getLogger("another").warning("something")
    hook.on_pipeline_error()
    logging.getLogger("step.genome").warning("the end")
    told = [record.getMessage() for record in caplog.records]
    assert told == ["mrna: 3 genes are lost", "something", "the end"]


def test_progress_is_silent_and_lazy_unless_it_is_shown(capsys):
    assert list(progress((n for n in range(3)), 3, "counting")) == [0, 1, 2]
    assert capsys.readouterr().out == ""


def test_progress_is_drawn_in_a_terminal_alone(monkeypatch):
    drawn = []
    monkeypatch.setattr("step.hooks.terminal.draw_bar", lambda *asked: drawn.append(asked))
    for terminal in (False, True):
        monkeypatch.setattr(get_console(), "is_interactive", terminal)
        Terminal().before_pipeline_run()
        progress([1, 2], 2, "counting")
    assert drawn == [([1, 2], 2, "counting")]


def test_a_bar_is_drawn_of_the_outer_loop_and_changes_nothing(monkeypatch, capsys):
    monkeypatch.setattr(get_console(), "_force_terminal", True)
    monkeypatch.setattr(get_console(), "is_interactive", True)
    monkeypatch.setattr("step.hooks.terminal.PATIENCE", -1.0)
    show_progress(draw_bar)
    outer = progress([1, 2], 2, "outer loop")
    assert [(a, b) for a in outer for b in progress("ab", 2, "inner loop")] == [
        (1, "a"), (1, "b"), (2, "a"), (2, "b"),
    ]  # fmt: skip
    shown = capsys.readouterr().out
    assert "outer loop" in shown
    assert "inner loop" not in shown
