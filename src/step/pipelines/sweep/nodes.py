"""All rows of a sweep in one table."""

import logging
from dataclasses import asdict

import pandas as pd

from step.parallel import run_tasks
from step.pipelines.sweep.rows import DONE, FAILED, RowOutcome, is_done, kept_outcome, run_row
from step.pipelines.sweep.settings import SweepSettings
from step.progress import progress
from step.project.sweep import PlannedRow

logger = logging.getLogger(__name__)
COUNTS = ("n_genes", "n_times")
COLUMNS = (
    "name", "env", "study", "settings", "assay", *COUNTS, "mse", "best_baseline",
    "best_baseline_mse", "skill", "skill_p", "graph_effect", "graph_p", "coverage", "seconds",
    "status", "error",
)  # fmt: skip


def run_sweep(plan: list[PlannedRow], sweep: SweepSettings) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run the rows that are not done, and tabulate all.

    Args:
        plan: The rows, whose settings are valid.
        sweep: How many rows run side by side.

    Returns:
        See `step.schemas.Sweep`; once as it is, and once for programs that read no parquet.
    """
    outcomes = {row.name: kept_outcome(row) for row in plan if is_done(row)}
    left = [row for row in plan if row.name not in outcomes]
    if outcomes:
        logger.info("%d rows are done, and not run again", len(outcomes))
    found = run_tasks(run_row, [(row,) for row in left], sweep.jobs)
    for row, outcome in zip(left, progress(found, len(left), "rows of the sweep"), strict=True):
        outcomes[row.name] = outcome
        logger.info("%s: %s", row.name, _describe(outcome))
    table = tabulate(plan, outcomes)
    return table, table


def tabulate(plan: list[PlannedRow], outcomes: dict[str, RowOutcome]) -> pd.DataFrame:
    """Tabulate rows, one line for each assay that was scored; a row that failed has one.

    Args:
        plan: The rows.
        outcomes: What came of each, by its name.
    """
    lines = []
    for row in plan:
        outcome = outcomes[row.name]
        line = {name: getattr(row, name) for name in ("name", "env", "study", "settings")} | {
            "seconds": outcome.seconds,
            "status": DONE if outcome.error is None else FAILED,
            "error": outcome.error,
        }
        lines += [line | asdict(scores) for scores in outcome.scores] or [line]
    table = pd.DataFrame(lines, columns=list(COLUMNS))
    numbers = table.columns[COLUMNS.index("mse") : COLUMNS.index("seconds") + 1]
    numbers = numbers.difference(["best_baseline"])
    return table.astype(dict.fromkeys(COUNTS, "Int64") | dict.fromkeys(numbers, float))


def _describe(outcome: RowOutcome) -> str:
    if outcome.error is not None:
        return f"failed: {outcome.error.splitlines()[0]}"
    scores = "; ".join(
        f"{each.assay} MSE {each.mse:.4g}, best baseline {each.best_baseline_mse:.4g}"
        for each in outcome.scores
    )
    return f"{scores}; {outcome.seconds:.0f} s"
