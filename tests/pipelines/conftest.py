from pathlib import Path
from typing import Any

import pytest
import yaml
from kedro.framework.startup import bootstrap_project

from step.project.session import StudySession
from tests.conftest import copy_project

QUICK = {
    "backtest": {
        "rewirings": 2,
        "graph_ridge_rewirings": 2,
        "jobs": 1,
        "simple_arms": ["last_value", "gene_mean", "ses", "local_level"],
    },
}


def run(
    project: Path,
    pipeline: str,
    params: dict[str, Any] | None = None,
    env: str = "base",
    **chosen: list[str],
):
    """Run a pipeline of a copy of the project, as the command line does."""
    bootstrap_project(project)
    with StudySession.create(project_path=project, env=env, runtime_params=params or {}) as session:
        return session.run(pipeline_names=[pipeline], **chosen)


def own_study(project: Path, entries: dict[str, dict]) -> None:
    """Add an environment `own` of a study that names these sources."""
    folder = project / "conf" / "own"
    folder.mkdir()
    (folder / "globals.yml").write_text("study: own\n")
    (folder / "catalog_raw.yml").write_text(yaml.safe_dump(entries))


@pytest.fixture(scope="package")
def finished(tmp_path_factory) -> Path:
    """A project after `kedro run` on the demo study, with fewer arms and graphs."""
    project = copy_project(tmp_path_factory.mktemp("finished") / "project")
    run(project, "__default__", QUICK)
    return project


def written(project: Path) -> list[Path]:
    """Files that a run wrote."""
    made = project / "data"
    return [file for file in made.rglob("*") if file.is_file() and "01_raw" not in file.parts]
