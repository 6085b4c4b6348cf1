"""A run that is stopped loses nothing, and goes on; what does not fit is told."""

import errno
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from click import ClickException

from step.datasets.leftovers import unfinished
from step.datasets.whole_file import ParquetDataset
from step.project import interrupt
from step.project.interrupt import Stopped
from step.project.lock import alone
from tests.pipelines.conftest import run, written
from tests.pipelines.test_command_line import KEDRO

LOCKS = "data/.locks"


def hidden(project: Path) -> list[str]:
    return [path.name for path in (project / "data").rglob(".*")]


def refuse_the_third(monkeypatch, error: BaseException) -> None:
    """Let the third table that is written meet an error."""
    write, calls = ParquetDataset._write, []

    def refusing(self, path, data):
        calls.append(path)
        if len(calls) == 3:
            path.write_bytes(b"half")
            raise error
        write(self, path, data)

    monkeypatch.setattr(ParquetDataset, "_write", refusing)


def test_a_killed_run_goes_on_and_its_results_are_verified(project):
    killed = subprocess.Popen(
        [KEDRO, "run", "--pipelines", "ingestion"],
        cwd=project,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    first = project / "data" / "03_primary" / "demo" / "annotation.parquet"
    end = time.monotonic() + 120
    while not first.exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    killed.kill()
    assert killed.wait() == -signal.SIGKILL
    (project / "data" / "03_primary" / "demo" / "mrna").mkdir(exist_ok=True)
    left = unfinished(project / "data" / "03_primary" / "demo" / "mrna" / "genes.parquet")
    left.with_name(left.name.replace(f"-{os.getpid()}-", f"-{killed.pid}-")).write_text("half")
    run(project, "ingestion", only_missing_outputs=True)
    assert hidden(project) == []
    run(project, "verify")


def test_a_second_run_of_a_study_ends_at_once(project):
    with alone(project / LOCKS, "demo"), pytest.raises(ClickException, match="'demo' is being run"):
        run(project, "ingestion")
    assert written(project) == []
    with alone(project / LOCKS, "another"):
        run(project, "ingestion", to_outputs=["genome.annotation"])


def test_a_full_disk_is_one_sentence_and_leaves_whole_files(project, monkeypatch):
    refuse_the_third(monkeypatch, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    message = r"^No space left on device: .*\.parquet \(.*\)\. Make room on the disk\. What was"
    with pytest.raises(ClickException, match=message) as raised:
        run(project, "ingestion")
    assert len(raised.value.message.splitlines()) == 1
    assert len(list((project / "data").rglob("*.parquet"))) == 2
    assert hidden(project) == []


def test_a_signal_is_one_sentence_and_leaves_whole_files(project, monkeypatch):
    monkeypatch.setattr(interrupt, "_came", signal.SIGTERM)
    refuse_the_third(monkeypatch, Stopped())
    with pytest.raises(ClickException, match=r"^Stopped by SIGTERM\. What was") as raised:
        run(project, "ingestion")
    assert raised.value.exit_code == 143
    assert len(list((project / "data").rglob("*.parquet"))) == 2
    assert hidden(project) == []


def test_results_that_do_not_fit_end_a_verification(project):
    with pytest.raises(ClickException, match="The study has no manifest"):
        run(project, "verify")
    run(project, "ingestion")
    run(project, "verify")
    (project / "data" / "03_primary" / "demo" / "annotation.parquet").unlink()
    with pytest.raises(
        ClickException, match=r"^1 difference from .*\n  data/03_primary/demo/annot"
    ):
        run(project, "verify")
