"""What a run shows in the terminal."""

import logging
from dataclasses import replace
from types import SimpleNamespace

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline
from rich import get_console

from step.datasets import TextDataset, WorkbookDataset
from step.hooks.terminal import Terminal, draw_bar, published_verdict, verdict
from step.progress import progress, show_progress
from tests.evaluation.tables import graph_test_of
from tests.reports.examples import METRICS

NODE = Node(repr, "x", "y", name="node", namespace="reporting.mrna")


@pytest.fixture(autouse=True)
def silent():
    yield
    show_progress(None)


def test_the_verdict_stands_beside_the_best_baseline_and_rewired_graphs():
    assert verdict(METRICS) == [
        "MSE 0.16; best baseline, local_level: 0.2 (skill 20.0 %, p = 0.01)",
        "contacts help (MSE on rewired graphs: 0.2, p = 0.05)",
    ]


@pytest.mark.parametrize(
    ("test", "told"),
    [
        (graph_test_of(0.3, 0.18, [0.2] * 19, 7), "no evidence that contacts help (MSE"),
        (graph_test_of(0.16, 0.15, [0.2] * 19, 7), "the graph helps no more than none at all (MSE"),
        (
            graph_test_of(0.16, 0.18, [0.2] * 19, 7, shifted=[0.1, *[0.2] * 18]),
            "contacts help, perhaps by nearness on the chromosome alone (MSE",
        ),
        (graph_test_of(0.16, 0.18, [], 0), "whether contacts help was not tested"),
    ],
)
def test_the_verdict_claims_no_more_of_contacts_than_the_test_says(test, told):
    assert verdict(replace(METRICS, graph_test=test))[1].startswith(told)


def test_the_verdict_of_what_is_not_expression_says_so():
    arms = {"step": 0.9, "ses": 1.2, "last_value": 1.0}
    metrics = SimpleNamespace(
        arms={arm: SimpleNamespace(mse=mse) for arm, mse in arms.items()},
        scored="coordinate 4 of 4, not expression",
    )
    assert published_verdict(metrics) == [
        "MSE 0.9; best baseline, last_value: 1",
        "of coordinate 4 of 4, not expression",
    ]


def test_a_run_ends_with_the_verdict_and_the_paths(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    catalog = DataCatalog(
        {
            "mrna.metrics": MemoryDataset(METRICS),
            "mrna.report": TextDataset(filepath=str(tmp_path / "report.html")),
            "mrna.workbook": WorkbookDataset(filepath=str(tmp_path / "workbook.xlsx")),
        }
    )
    scoring = Pipeline([Node(repr, "x", "metrics", name="score")])
    scoring = Pipeline(scoring, outputs={"metrics": "mrna.metrics"})
    hook = Terminal()
    hook.before_pipeline_run()
    hook.after_pipeline_run(scoring, catalog)
    shown = capsys.readouterr().out
    for words in (
        "mrna",
        "MSE 0.16;",
        "contacts help",
        " report.html",
        " workbook.xlsx",
        "done in",
    ):
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
