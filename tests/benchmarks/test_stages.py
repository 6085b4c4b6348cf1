"""Wall time and memory of the stages; times are printed as ratios to one named reference.

What a machine takes says nothing of the code, so no time is asserted; memory is. Run with
`make benchmark`. Each stage runs in a process of its own. The reference is a fixed piece of array
work (the sorting of ten million numbers), so that figures of different machines can be compared.
The bars that the project holds itself to are printed beside what was measured.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import copy_project

KEDRO = str(Path(sys.executable).parent / "kedro")
STAGES = ["ingestion", "graph_engineering", "embedding", "modelling", "reporting"]
MAX_GIGABYTES = 4


def reference_seconds() -> float:
    values = np.random.default_rng(0).random(10_000_000)
    started = time.perf_counter()
    np.sort(values)
    return time.perf_counter() - started


def measure(project: Path, *arguments: str) -> tuple[float, float]:
    """Wall seconds, and the peak memory of the largest process in gigabytes."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [KEDRO, "run", *arguments],
        cwd=project,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return time.perf_counter() - started, usage.ru_maxrss / 1e6


def show(name: str, seconds: float, gigabytes: float, reference: float, bar: str = "") -> None:
    ratio = seconds / reference
    print(f"{name:<28}{seconds:8.1f} s {ratio:8.0f} x reference {gigabytes:6.2f} GB   {bar}")


def test_demo_stage_by_stage_and_whole(tmp_path):
    reference = reference_seconds()
    project = copy_project(tmp_path / "project")
    print(f"\nreference: sorting ten million numbers, {reference:.2f} s")
    for stage in STAGES:
        show(f"demo, {stage}", *measure(project, "--pipelines", stage), reference)
    seconds, gigabytes = measure(project)
    show("demo, all", seconds, gigabytes, reference, f"bar: 240 s, {MAX_GIGABYTES} GB")
    assert gigabytes < MAX_GIGABYTES


@pytest.mark.parametrize("assay", ["mrna", "mirna"])
def test_lung(tmp_path, lung, assay):
    project = copy_project(tmp_path / "project")
    arguments = ["--pipelines", assay, "--env", "lung", "--params", f"lung_root={lung}"]
    seconds, gigabytes = measure(project, *arguments)
    print()
    bar = f"bar: 360 s, {MAX_GIGABYTES} GB"
    show(f"lung, {assay}", seconds, gigabytes, reference_seconds(), bar)
    assert gigabytes < MAX_GIGABYTES
