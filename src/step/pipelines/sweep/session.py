"""The sessions of a row, in the process that is the row's own."""

from pathlib import Path
from time import perf_counter

import click
from kedro.framework.startup import bootstrap_project

from step.pipelines.sweep.rows import RowOutcome, RowScores, outcome_file, row_scores
from step.project.selection import ASSAYS, named_pipelines
from step.project.session import StudySession
from step.project.sweep import PlannedRow


def run_pipelines(row: PlannedRow) -> None:
    """Run a row's pipelines, and keep what came of it.

    Raises:
        Exception: What no one foresaw, once it is kept; its traceback belongs into the log.
    """
    bootstrap_project(Path(row.project))
    begun = perf_counter()
    try:
        scores = _run(row)
        outcome_file(row).save(RowOutcome(row.fingerprint, _since(begun), scores))
    except click.ClickException as error:
        print(error.message, flush=True)
        outcome_file(row).save(RowOutcome(row.fingerprint, _since(begun), error=error.message))
    except Exception as error:
        told = f"{type(error).__name__}: {error!s:.500}"
        outcome_file(row).save(RowOutcome(row.fingerprint, _since(begun), error=told))
        raise


def _since(begun: float) -> float:
    return round(perf_counter() - begun, 1)


def _run(row: PlannedRow) -> tuple[RowScores, ...]:
    scored: set[str] = set()
    for pipeline in row.pipelines:
        with _session(row) as session:
            session.run(pipeline_names=[pipeline])
        outputs = named_pipelines([pipeline]).all_outputs()
        scored |= {assay for assay in ASSAYS if f"{assay}.metrics" in outputs}
    with _session(row) as session:
        catalog = session.load_context().catalog
        return tuple(
            row_scores(catalog.load(f"{assay}.metrics")) for assay in ASSAYS if assay in scored
        )


def _session(row: PlannedRow) -> StudySession:
    return StudySession.create(
        project_path=row.project, env=row.env, runtime_params=row.runtime_params
    )
