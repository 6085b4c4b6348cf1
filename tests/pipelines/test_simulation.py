"""The simulation writes the demo's files as committed, and those of other studies elsewhere."""

import time
from pathlib import Path

import pandas as pd
import pytest
from click import ClickException

from tests.conftest import ROOT, copy_project
from tests.pipelines.conftest import run

FILES = {
    "contacts.cool", "gene_sets.gmt", "genes.gtf", "mirna_counts.tsv", "mirna_targets.tsv",
    "mrna.xlsx", "mrna_names.tsv", "regulatory_edges.tsv",
}  # fmt: skip
SMALL = {"simulation": {"n_genes": 20, "n_mirnas": 16, "coupling": 0.0}}


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def test_the_demo_files_are_simulated_byte_for_byte_as_committed(project):
    raw = project / "data" / "01_raw" / "demo"
    for file in raw.iterdir():
        file.unlink()
    run(project, "simulation")
    committed = contents(ROOT / "data" / "01_raw" / "demo")
    assert set(committed) == FILES
    assert not differing(contents(raw), committed)
    assert sum(map(len, committed.values())) < 2_000_000


def test_a_seed_gives_the_same_bytes_at_another_time_and_place(tmp_path):
    written = []
    for name in ("one", "two"):
        project = copy_project(tmp_path / name)
        run(project, "simulation", SMALL, env="simulated")
        written.append(contents(project / "data" / "01_raw" / "simulated"))
        time.sleep(2)  # a zip archive keeps times to two seconds
    assert set(written[0]) == FILES
    assert not differing(*written)


def test_a_course_of_another_size_leaves_the_demo_as_it_is(project):
    demo = project / "data" / "01_raw" / "demo"
    before = contents(demo)
    run(project, "simulation", SMALL, env="simulated")
    assert not differing(contents(demo), before)
    table = pd.read_excel(project / "data" / "01_raw" / "simulated" / "mrna.xlsx")
    assert len(table) == 20
    run(project, "simulation", SMALL, env="simulated")  # overwrites what it wrote


def test_raw_files_that_may_have_been_measured_are_never_overwritten(project):
    (project / "conf" / "mine").mkdir()
    (project / "conf" / "mine" / "globals.yml").write_text("study: mine\n")
    raw = project / "data" / "01_raw" / "mine"
    raw.mkdir()
    (raw / "mrna.xlsx").write_text("measured")
    with pytest.raises(ClickException, match=r"(?s)mine/mrna\.xlsx.*--env simulated"):
        run(project, "simulation", SMALL, env="mine")
    assert contents(raw) == {"mrna.xlsx": b"measured"}
