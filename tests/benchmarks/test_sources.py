"""Time and memory of reading and placing large sources, beside their bars; memory is asserted.

Run with `make benchmark`. Every task runs in a process of its own, after numba has compiled what it
needs; the reference is that of the other benchmarks.
"""

import os
import subprocess
import sys

import pytest

from tests.benchmarks.test_stages import reference_seconds, show
from tests.conftest import ROOT

BARS = {
    "genes": ("20,000 genes, 1 Mb, 2 M pairs", 15, 2),
    "table": ("20,000 genes x 200 samples", 10, 2),
    "fine": ("50 kb map, 20,000 genes", 180, 6),
}


@pytest.mark.parametrize("task", BARS)
def test_sources(tmp_path, task):
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.sources"]
    subprocess.run([*command, "make", task, str(tmp_path)], cwd=ROOT, check=True)
    process = subprocess.Popen(
        [*command, "run", task, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with process.stdout:
        seconds = float(process.stdout.read())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    name, max_seconds, max_gigabytes = BARS[task]
    gigabytes = usage.ru_maxrss / 1e6
    print()
    bar = f"bar: {max_seconds} s, {max_gigabytes} GB"
    show(name, seconds, gigabytes, reference_seconds(), bar)
    assert gigabytes < max_gigabytes
