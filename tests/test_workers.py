"""No worker outlives a run."""

import signal
import subprocess
import sys
import time

import psutil

PROGRAM = """
import time, joblib, numpy as np
from step.workers import ending_with_this_process

def work(values):
    import os
    with open({place!r}, "a") as file:
        file.write(f"{{os.getpid()}}\\n")
    time.sleep(600)

tasks = [joblib.delayed(work)(np.ones(2_000_000)) for _ in range(2)]  # shared through a file
joblib.Parallel(n_jobs=2, temp_folder={folder!r}, **ending_with_this_process())(tasks)
"""


def until(holds, what: str) -> None:
    """Wait until something holds."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def test_workers_and_what_they_share_end_with_a_killed_run(tmp_path):
    place, folder = tmp_path / "workers", tmp_path / "shared"
    place.touch()
    folder.mkdir()
    program = PROGRAM.format(place=str(place), folder=str(folder))
    run = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE)
    until(lambda: len(place.read_text().split()) == 2, "the workers started")
    assert list(folder.iterdir())
    workers = [int(pid) for pid in place.read_text().split()]
    run.kill()
    assert run.wait() == -signal.SIGKILL
    until(lambda: not any(map(psutil.pid_exists, workers)), "the workers ended")
    until(lambda: not list(folder.iterdir()), "what they shared is gone")
    assert b"Traceback" not in run.stderr.read()
