import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from filelock import FileLock

from step.project.session import StudySession
from tests.conftest import copy_project

RECORDS = ("ledger.json", "manifest.json")
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
    with StudySession.create(project_path=project, env=env, runtime_params=params or {}) as session:
        return session.run(pipeline_names=[pipeline], **chosen)


def own_study(project: Path, entries: dict[str, dict]) -> None:
    """Add an environment `own` of a study that names these sources."""
    folder = project / "conf" / "own"
    folder.mkdir()
    (folder / "globals.yml").write_text("study: own\n")
    (folder / "catalog_raw.yml").write_text(yaml.safe_dump(entries))


@pytest.fixture(scope="package")
def finished(tmp_path_factory, worker_id) -> Path:
    """A project after `kedro run` on the demo study, with fewer arms and graphs.

    It is run once, by whichever of the processes that test side by side comes first; each has a
    copy of its own.
    """
    shared = tmp_path_factory.getbasetemp()
    shared = shared if worker_id == "master" else shared.parent
    with FileLock(shared / "finished.lock"):
        if not (shared / "finished").exists():
            project = copy_project(tmp_path_factory.mktemp("running") / "project")
            run(project, "__default__", QUICK)
            project.rename(shared / "finished")
    own = tmp_path_factory.mktemp("finished") / "project"
    return shutil.copytree(shared / "finished", own)


def read(project: Path, layer: str, assay: str, name: str) -> pd.DataFrame:
    """A table of the demo study."""
    return pd.read_parquet(project / "data" / layer / "demo" / assay / name)


def written(project: Path) -> list[Path]:
    """Results that a run wrote, without what it recorded of them."""
    made = project / "data"
    return [
        file
        for file in made.rglob("*")
        if file.is_file() and "01_raw" not in file.parts and file.name not in RECORDS
    ]
