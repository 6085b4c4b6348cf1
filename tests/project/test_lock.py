"""One run of a study at a time."""

import json
import os
import subprocess
import sys

import pytest
from click import ClickException

from step.project import lock
from step.project.lock import alone

HOLD = """
import fcntl, sys
held = open(sys.argv[1], "w")
fcntl.flock(held, fcntl.LOCK_EX)
held.write('{"host": "ward", "pid": 12, "since": "today", "command": "kedro run"}')
held.flush()
print(flush=True)
sys.stdin.read()
"""


@pytest.fixture
def another(tmp_path):
    """Another process that holds the study `lung`."""
    (tmp_path / "locks").mkdir()
    command = [sys.executable, "-S", "-c", HOLD, str(tmp_path / "locks" / "lung")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


def hold(place) -> None:
    with alone(place, "lung"):
        pass


def test_a_second_run_is_told_who_holds_the_study(tmp_path, another):
    message = r"'lung' is being run .*`kedro run`, process 12 on ward, since today"
    with pytest.raises(ClickException, match=message), alone(tmp_path / "locks", "lung"):
        pass
    with alone(tmp_path / "locks", "another"):
        pass


def test_a_killed_run_leaves_no_lock_behind(tmp_path, another):
    another.kill()
    another.wait()
    assert (tmp_path / "locks" / "lung").exists()
    with alone(tmp_path / "locks", "lung"):
        holder = json.loads((tmp_path / "locks" / "lung").read_text())
        assert holder["pid"] == os.getpid()
        assert set(holder) == {"host", "pid", "since", "command"}
    assert list(tmp_path.iterdir()) == []  # nothing stays, however the run ends


def test_a_study_is_free_after_an_error_and_held_within_a_process_too(tmp_path):
    with pytest.raises(ClickException, match="is being run"), alone(tmp_path, "lung"):
        hold(tmp_path)
    hold(tmp_path)


def test_a_file_that_was_removed_while_it_was_awaited_is_not_held(tmp_path, monkeypatch):
    first = [tmp_path / "locks" / "lung"]
    flock = lock.fcntl.flock

    def removed_before(held, how):
        if first:
            first.pop().unlink()  # the run before ended between the opening and the locking
        flock(held, how)

    monkeypatch.setattr(lock.fcntl, "flock", removed_before)
    with alone(tmp_path / "locks", "lung"):
        assert (tmp_path / "locks" / "lung").exists()


@pytest.mark.parametrize("code", [28, 30])  # a full disk, a folder that is only read
def test_a_disk_that_takes_no_lock_is_explained(tmp_path, monkeypatch, code):
    def refuse(path, *_):
        raise OSError(code, os.strerror(code), str(path))

    monkeypatch.setattr(lock.os, "open", refuse)
    with pytest.raises(ClickException, match=f"{os.strerror(code)}: .*lung.*below") as raised:
        hold(tmp_path)
    assert len(raised.value.message.splitlines()) == 1


def test_a_disk_without_locks_is_warned_of(tmp_path, monkeypatch, caplog):
    def refuse(held, how):
        raise OSError(lock.errno.ENOLCK, "No locks available")

    monkeypatch.setattr(lock.fcntl, "flock", refuse)
    with alone(tmp_path, "lung"):
        pass
    assert "has no locks" in caplog.text
