"""Temporary folders end with their process, or at the next start after a kill."""

import os
import signal
import subprocess
import sys
import tempfile

import pytest

from step.datasets import scratch
from step.datasets.scratch import scratch_folder, sweep_scratch

HOLD = """
import importlib.util, sys, time
spec = importlib.util.spec_from_file_location("scratch", sys.argv[1])
scratch = importlib.util.module_from_spec(spec)
spec.loader.exec_module(scratch)
(scratch.scratch_folder() / "map").write_text("large")
print(flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """A temporary folder of the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(scratch, "_own", {})
    return tmp_path


@pytest.fixture
def another(tmp_path):
    """Another process that holds a folder."""
    command = [sys.executable, "-S", "-c", HOLD, scratch.__file__]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


def test_a_folder_is_private_and_of_this_process(temporary):
    first, second = scratch_folder(), scratch_folder()
    assert first != second
    assert first.parent == second.parent
    assert first.parent.stat().st_mode & 0o777 == 0o700
    assert f"-{os.getpid()}-" in first.parent.name
    sweep_scratch()
    assert first.exists()


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_holds_is_not(temporary, another):
    sweep_scratch()
    assert len(list(temporary.rglob("map"))) == 1
    another.send_signal(signal.SIGKILL)
    another.wait()
    assert len(list(temporary.rglob("map"))) == 1
    sweep_scratch()
    assert list(temporary.iterdir()) == []


def test_nothing_is_left_where_a_process_ends_by_itself(temporary, another):
    another.communicate()
    assert list(temporary.iterdir()) == []


def test_what_is_no_folder_of_step_is_left_alone(temporary):
    others = [temporary / "step-scratch-1-x", temporary / ".hidden", temporary / "step-scratch-own"]
    for folder in others[1:]:
        folder.mkdir()
        (folder / scratch.HELD).touch()
    others[0].write_text("a file")
    sweep_scratch()
    assert all(other.exists() for other in others)
