"""The rows of a sweep, as they are planned before any of them is run."""

from collections.abc import Iterable
from dataclasses import dataclass
from glob import escape, glob
from pathlib import Path
from typing import Any

import step
from step.address import CHROMOSOME
from step.checksums import value_checksum
from step.project.config_loader import StudyConfigLoader
from step.project.selection import named_pipelines

PLAN = "sweep.plan"
TABLE = "sweep.table"
OUTCOME = "sweep.outcome"
ROW = "--"  # between the names of a sweep's study and of a row
NO_RESULT_DEPENDS_ON = ("sweep", "runtime")


@dataclass(frozen=True)
class PlannedRow:
    """A row of a sweep that is ready to be run.

    Attributes:
        name: Of the row.
        env: The environment.
        study: Names the folders of its results.
        settings: What differs from the environment's settings, in words.
        pipelines: To run one after another.
        project: The project's folder.
        runtime_params: As `--params` gives them.
        outcome: The file that says what came of the row.
        fingerprint: Of all that its results depend on.
    """

    name: str
    env: str
    study: str
    settings: str
    pipelines: tuple[str, ...]
    project: str
    runtime_params: dict[str, Any]
    outcome: str
    fingerprint: str


def fingerprint(
    loader: StudyConfigLoader, catalog: dict[str, Any], project: Path, pipelines: Iterable[str]
) -> str:
    """Return a digest that changes if the settings or the sources of a run do, or STEP itself.

    A file counts by its size and the time of its last change; those that the run itself writes do
    not count.

    Args:
        loader: Of the run.
        catalog: As the loader has it.
        project: The project's folder.
        pipelines: Their names.
    """
    parameters = {
        name: values
        for name, values in loader["parameters"].items()
        if name not in NO_RESULT_DEPENDS_ON
    }
    parameters["backtest"] = {k: v for k, v in parameters["backtest"].items() if k != "jobs"}
    outputs = named_pipelines(list(pipelines)).all_outputs()
    written = {catalog[name].get("filepath") for name in outputs if name in catalog}
    sources = {name: catalog[name] for name in sorted(loader.sources())}
    files = {
        entry["filepath"]: _describe_files(project, entry["filepath"])
        for entry in sources.values()
        if entry.get("filepath") and entry["filepath"] not in written
    }
    whole = [step.__version__, list(pipelines), parameters, loader["globals"], sources, files]
    return value_checksum(whole)


def _describe_files(project: Path, filepath: str) -> dict[str, tuple[int, int]]:
    """Size and time of the last change of each file; none behind an address."""
    parts = filepath.partition("::")[0].split(CHROMOSOME)
    files = sorted(glob("*".join(map(escape, parts)), root_dir=project))
    states = {file: (project / file).stat() for file in files if (project / file).exists()}
    return {file: (state.st_size, state.st_mtime_ns) for file, state in states.items()}
