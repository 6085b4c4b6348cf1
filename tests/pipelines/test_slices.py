"""Parts of a pipeline run, or say in one message why not."""

import re
import shutil
from pathlib import Path

import pytest
from click import ClickException
from kedro.runner import SequentialRunner, ThreadRunner

from step.datasets import TableDataset
from tests.conftest import copy_project
from tests.pipelines.conftest import QUICK, run, written

BEHIND = ["ingestion.mrna.keep_detected"]  # what it needs is kept in memory


@pytest.fixture(scope="module")
def ingested(tmp_path_factory) -> Path:
    """A project after ingestion; copied by the tests."""
    project = copy_project(tmp_path_factory.mktemp("ingested") / "project")
    run(project, "ingestion")
    return project


@pytest.fixture
def project(ingested, tmp_path) -> Path:
    return shutil.copytree(ingested, tmp_path / "project")


def ages(project: Path) -> dict[str, int]:
    """When each result was written."""
    root = project / "data"
    return {str(file.relative_to(root)): file.stat().st_mtime_ns for file in written(project)}


def rewritten(project: Path, before: dict[str, int]) -> set[str]:
    return {name for name, age in ages(project).items() if age != before.get(name)}


def sources(project: Path) -> Path:
    return project / "data" / "01_raw" / "demo"


@pytest.mark.parametrize(
    "selection",
    [
        {"from_nodes": BEHIND},
        {"from_inputs": ["mrna.raw_expression"]},
        {"node_names": BEHIND},
        {"to_nodes": ["ingestion.mrna.find_places"], "from_nodes": BEHIND},
    ],
)
def test_a_start_behind_what_is_in_memory_names_the_nodes_to_start_from(project, selection):
    before = ages(project)
    with pytest.raises(ClickException, match="kept in memory only") as raised:
        run(project, "ingestion", **selection)
    assert rewritten(project, before) == set()
    start = re.search('--from-nodes "(.*)"', raised.value.message).group(1).split(",")
    run(project, "ingestion", from_nodes=start, to_nodes=selection.get("to_nodes"))
    changed = rewritten(project, before)
    assert "03_primary/demo/mrna/expression.parquet" in changed
    assert not [name for name in changed if "mirna" in name]


def test_a_start_at_what_is_on_disk_runs(project):
    before = ages(project)
    start = {"from_nodes": ["ingestion.mrna.summarise_replicates"], "tags": ["ingestion"]}
    run(project, "ingestion", **start, to_outputs=["mrna.expression"])
    assert rewritten(project, before) == {"03_primary/demo/mrna/expression.parquet"}


def test_what_is_not_run_needs_no_source(project):
    for name in ("gene_sets.gmt", "mirna_counts.tsv", "genes.gtf", "contacts.cool"):
        (sources(project) / name).unlink()
    before = ages(project)
    run(project, "__default__", QUICK, to_outputs=["mrna.expression"])
    assert "03_primary/demo/mrna/expression.parquet" in rewritten(project, before)


def test_where_no_output_is_missing_nothing_runs_and_no_source_is_needed(project):
    shutil.rmtree(sources(project))
    before = ages(project)
    run(project, "ingestion", only_missing_outputs=True)
    assert rewritten(project, before) == set()


def test_a_missing_output_needs_the_sources_that_it_comes_from_alone(project):
    (project / "data" / "03_primary" / "demo" / "mrna" / "expression.parquet").unlink()
    shutil.rmtree(sources(project))
    run(project, "ingestion", only_missing_outputs=True)
    (project / "data" / "03_primary" / "demo" / "mrna" / "samples.parquet").unlink()
    with pytest.raises(ClickException, match="source file") as raised:
        run(project, "ingestion", only_missing_outputs=True)
    assert re.findall(r"^  (\S+):", raised.value.message, re.MULTILINE) == ["mrna.raw_expression"]


@pytest.mark.parametrize(
    ("pipeline", "selection", "message"),
    [
        ("ingestoin", {}, r"no pipeline 'ingestoin'; there are __default__, ablation, "),
        ("x" * 999, {}, r"no pipeline 'x{90,100}; there are"),
        ("ingestion", {"from_nodes": ["nothing"]}, r"does not contain nodes named \['nothing'\]"),
        ("ingestion", {"to_outputs": ["nothing"]}, r"does not contain datasets? named \['nothing'"),
        ("ingestion", {"tags": ["nothing"]}, "contains no nodes"),
        ("ingestion", {"namespaces": ["nothing"]}, "nothing"),
    ],
)
def test_a_name_that_does_not_exist_is_one_message(project, pipeline, selection, message):
    with pytest.raises(ClickException, match=message):
        run(project, pipeline, **selection)


@pytest.mark.parametrize("runner", [ThreadRunner(), SequentialRunner(is_async=True)])
def test_nodes_run_one_after_another(project, runner):
    before = ages(project)
    with pytest.raises(ClickException, match=r"one after another.*leave out --runner and --async"):
        run(project, "ingestion", runner=runner)
    assert rewritten(project, before) == set()


def test_sources_are_read_once_and_nothing_is_replaced(project, caplog, monkeypatch):
    read = []
    load = TableDataset._text
    monkeypatch.setattr(
        TableDataset, "_text", lambda self, content: (read.append(self), load(self, content))[1]
    )
    with caplog.at_level("WARNING"):
        run(project, "ingestion", to_nodes=["ingestion.mirna.choose_nodes"])
    assert len(read) == 2  # the counts, which two nodes need, and the targets
    assert not [record for record in caplog.records if "Replacing" in record.getMessage()]
