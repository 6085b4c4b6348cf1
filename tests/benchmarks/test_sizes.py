"""Time and memory of a run by number of genes, stage by stage; times are printed, memory asserted.

Simulated studies of 40 times and 3 replicates with a map of 50 kb, all settings as they come, the
graph tests, report and gene browser included. Run with `make benchmark`; all sizes together take
about three quarters of an hour on two cores. The reference is that of the other benchmarks.
"""

import json

import pytest

from tests.benchmarks.test_stages import STAGES, measure, reference_seconds, show
from tests.conftest import copy_project

SIZES = (1_000, 2_000, 5_000, 10_000, 20_000)
BARS = {20_000: "bar: 1200 s, 6 GB"}
MAX_GIGABYTES = 6


@pytest.mark.parametrize("n_genes", SIZES)
def test_size(tmp_path, n_genes):
    project = copy_project(tmp_path / "project")
    simulation = {"n_genes": n_genes, "n_times": 40, "bin_size": 50_000}
    values = ",".join(f"simulation.{name}={value}" for name, value in simulation.items())
    measure(project, "--pipelines", "simulation", "--env", "simulated", "--params", values)
    seconds, gigabytes = measure(project, "--pipelines", "mrna", "--env", "simulated")
    reference = reference_seconds()
    results = project / "data" / "08_reporting" / "simulated" / "mrna"
    timings = json.loads((results / "timings.json").read_text())
    print()
    for stage in STAGES:
        peak = timings["peak_mib"][stage] * 2**20 / 1e9
        show(f"{n_genes} genes, {stage}", timings["seconds"][stage], peak, reference)
    show(f"{n_genes} genes, all", seconds, gigabytes, reference, BARS.get(n_genes, ""))
    assert gigabytes < MAX_GIGABYTES
