"""The tutorials run from top to bottom on a finished demo study, and show what they found."""

import json
import shutil
from collections.abc import Iterator

import nbformat
import pytest
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient import NotebookClient

from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# What each prints, some of it from the metrics of mRNA.
SHOWN = {
    "which_genes_can_be_forecast": lambda metrics: [
        f"noise floor: {round(metrics['noise_floor_mse'], 4)}",
        f"real graph: {round(metrics['graph_test']['real_mse'], 5)}",
        f"p = {metrics['graph_test']['p']}",
    ],
    "does_the_genome_help": lambda metrics: [
        f"p: {metrics['graph_test']['p']} smallest possible: 0.3333",
        f"contact: {metrics['graph_test']['kinds']['contact']['n_edges']} edges",
    ],
    "your_own_study": lambda _: [
        "3 problems to mend:",
        "problems: [] doubts: []",
        "'workbook.xlsx'",
        "genes: 30  without a place: 1",
    ],
    "what_the_published_figures_measure": lambda _: [
        "last value of the scored coordinate: pooled Pearson 0.",
        "mean of the other times: pooled Pearson 0.9",
        "edge weights: the times before the change move by 0.0",
        "genes whose rows contradict one another: ['B']",
    ],
}


@pytest.fixture(scope="module")
def kernel() -> Iterator[AsyncKernelManager]:
    """One for all notebooks: what they import, which takes seconds, is imported once."""
    manager = AsyncKernelManager(kernel_name="python3")
    yield manager
    run_sync(manager.shutdown_kernel)(now=True)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_what_the_study_found(finished, path, kernel):
    place = finished / "notebooks"
    place.mkdir(exist_ok=True)
    copy = shutil.copy(path, place)
    notebook = nbformat.read(copy, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell("%reset -f"))
    where = {"metadata": {"path": str(place)}}
    client = NotebookClient(notebook, kernel, timeout=300, resources=where)
    client.execute(cleanup_kc=False)
    client.kc.stop_channels()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    printed = "".join(output.get("text", "") for output in outputs)
    reports = finished / "data" / "08_reporting" / "demo" / "mrna"
    for text in SHOWN[path.stem](json.loads((reports / "metrics.json").read_text())):
        assert text in printed


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_committed_without_outputs(path):
    cells = nbformat.read(path, as_version=4).cells
    assert not any(cell.get("outputs") for cell in cells)
