"""Tasks that run side by side on this machine."""

import os
import time

import psutil

from step.parallel import end_workers, run_tasks


def own_number(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def test_idle_processes_end_when_told_and_others_begin_for_the_next_tasks():
    first = set(run_tasks(own_number, [(0.2,)] * 4, jobs=2))
    assert os.getpid() not in first
    assert all(map(psutil.pid_exists, first))
    end_workers()
    assert not any(map(psutil.pid_exists, first))
    end_workers()  # none is left
    assert not first & set(run_tasks(own_number, [(0.0,)] * 2, jobs=2))
