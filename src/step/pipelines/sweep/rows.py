"""A row of a sweep: a session in a process of its own, and what came of it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from kedro.io import DatasetError

from step.datasets import RecordDataset
from step.evaluation.metrics import Metrics
from step.project.sweep import PlannedRow

DONE, FAILED = "done", "failed"
PROCESS = "step.pipelines.sweep.process"


@dataclass(frozen=True, kw_only=True)
class RowScores:
    """The scores of an assay that a table of rows shows; see `Metrics`.

    Attributes:
        assay: `mrna` or `mirna`.
        n_genes: Number of genes.
        n_times: Number of times.
        mse: Mean squared error of `step`, log2².
        best_baseline: The simple arm of lowest mean squared error.
        best_baseline_mse: Its mean squared error, log2².
        skill: 1 − mse / best_baseline_mse; None where undefined.
        skill_p: Of the skill; None where undefined.
        graph_effect: Of the graph test; None where the graph was not tested.
        graph_p: Of the graph test; None where the graph was not tested.
        coverage: Share of the observations inside the intervals of `step`.
    """

    assay: str
    n_genes: int
    n_times: int
    mse: float
    best_baseline: str
    best_baseline_mse: float
    skill: float | None = None
    skill_p: float | None = None
    graph_effect: float | None = None
    graph_p: float | None = None
    coverage: float


@dataclass(frozen=True)
class RowOutcome:
    """What came of a row.

    Attributes:
        fingerprint: Of all that the row depended on.
        seconds: Wall time.
        scores: Of each assay; none where the row failed.
        error: Why it failed; None where it did not.
    """

    fingerprint: str
    seconds: float
    scores: tuple[RowScores, ...] = ()
    error: str | None = None


def row_scores(metrics: Metrics) -> RowScores:
    """Pick what the table of rows shows."""
    return RowScores(
        assay=metrics.assay,
        n_genes=metrics.n_genes,
        n_times=metrics.n_times,
        mse=metrics.arms["step"].mse,
        best_baseline=metrics.best_baseline,
        best_baseline_mse=metrics.arms[metrics.best_baseline].mse,
        skill=metrics.skill,
        skill_p=metrics.skill_p,
        graph_effect=metrics.graph_test.effect,
        graph_p=metrics.graph_test.p,
        coverage=metrics.intervals.coverage,
    )


def kept_outcome(row: PlannedRow) -> RowOutcome | None:
    """Return what came of a row when it was run last; None where nothing is known."""
    file = outcome_file(row)
    try:
        return file.load() if file.exists() else None
    except DatasetError:  # it is damaged
        return None


def outcome_file(row: PlannedRow) -> RecordDataset:
    """Return the file that says what came of a row."""
    return RecordDataset(filepath=row.outcome, record=f"{__name__}.{RowOutcome.__name__}")


def is_done(row: PlannedRow) -> bool:
    """Tell whether a row was run as it is planned, and succeeded."""
    outcome = kept_outcome(row)
    return outcome is not None and outcome.error is None and outcome.fingerprint == row.fingerprint


def run_row(row: PlannedRow) -> RowOutcome:
    """Run a row in a process of its own, which ends with this one; its messages go to a log."""
    log = Path(row.outcome).with_suffix(".log")
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        Path(row.outcome).unlink(missing_ok=True)
        with log.open("wb") as messages, _process(row, messages) as process:
            code = process.wait()
    except OSError as error:
        return RowOutcome(row.fingerprint, 0.0, error=f"{error.strerror}: {error.filename}")
    outcome = kept_outcome(row)
    if outcome is None:
        return RowOutcome(
            row.fingerprint, 0.0, error=f"its process ended with code {code}; {log} says more"
        )
    return outcome


@contextmanager
def _process(row: PlannedRow, messages: IO[bytes]) -> Iterator[subprocess.Popen]:
    """Start a process, tell it the row, and end it in any case.

    Its standard input stays open for as long as this process lives, by which it knows that it does.
    """
    command = [sys.executable, "-m", PROCESS]
    process = subprocess.Popen(
        command, cwd=row.project, stdin=subprocess.PIPE, stdout=messages, stderr=messages
    )
    try:
        process.stdin.write(json.dumps(asdict(row)).encode() + b"\n")
        process.stdin.flush()
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
