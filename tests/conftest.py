"""What the tests share: a small simulated study, a copy of the project, and the real study."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from joblib.externals.loky import get_reusable_executor
from kedro.framework.startup import bootstrap_project

from step.forecasting.panel import Panel, panel_from_samples
from step.graphs.gene_graph import GeneGraph
from step.simulation.expression import (
    Followed,
    choose_leading,
    neighbour_weights,
    replicate_log2,
    simulate_latent,
)
from step.simulation.genome import simulate_annotation, simulate_bins
from step.simulation.study import sample_times

ROOT = Path(__file__).parents[1]

# How long an example takes says more of the machine than of the code.
settings.register_profile("step", deadline=None)
settings.load_profile("step")


def simulated_study(coupling: float, seed: int, n_genes: int = 80) -> tuple[Panel, GeneGraph]:
    """A small course whose genes follow their neighbours, and the graph of these neighbours."""
    bins = simulate_bins([40, 40, 40], 500_000, seed)
    genes = simulate_annotation(bins, n_genes, seed)
    neighbours = neighbour_weights(bins, genes)
    leading = choose_leading(neighbours, seed)
    times = sample_times(26)
    latent = simulate_latent([Followed(neighbours, coupling)], leading, times, seed)
    samples = replicate_log2(latent, np.full(len(times), 3), 0.2, seed)
    both = (neighbours + neighbours.T).tocoo()
    upper = both.row < both.col
    panel = panel_from_samples(times, samples, np.repeat(np.arange(len(times)), 3))
    named = replace(panel, genes=genes["gene"].to_numpy())
    return named, GeneGraph(both.row[upper], both.col[upper], both.data[upper], n_genes)


@pytest.fixture(scope="session")
def study() -> tuple[Panel, GeneGraph]:
    """A small coupled course and its graph."""
    return simulated_study(coupling=1.0, seed=2)


@pytest.fixture(scope="session", autouse=True)
def bootstrapped() -> None:
    """Configure Kedro once: its settings are the same for all copies of the project."""
    bootstrap_project(ROOT)


@pytest.fixture(scope="session", autouse=True)
def workers() -> Iterator[None]:
    """End joblib's processes with the tests, so that coverage counts what they ran."""
    yield
    get_reusable_executor().shutdown(wait=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project, whose data folders a test may write to."""
    return copy_project(tmp_path / "project")


def copy_project(place: Path) -> Path:
    place.mkdir(parents=True)
    shutil.copytree(ROOT / "conf", place / "conf")
    shutil.copytree(ROOT / "data" / "01_raw" / "demo", place / "data" / "01_raw" / "demo")
    shutil.copy(ROOT / "pyproject.toml", place)
    shutil.copy(ROOT / ".telemetry", place)
    (place / "src").mkdir()  # the package itself is installed
    return place


@pytest.fixture(scope="session")
def lung() -> Path:
    """The root of the real lung study; tests that need it are skipped where it is absent."""
    root = Path(os.environ.get("STEP_LUNG_ROOT", ROOT.parent / "shared" / "lung"))
    if not root.exists():
        pytest.skip("the lung study is not here; name its root in STEP_LUNG_ROOT")
    return root
