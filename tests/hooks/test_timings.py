"""How long each stage took."""

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline

from step.datasets import JSONDataset
from step.hooks import timings
from step.hooks.timings import Timings

RUN = {"pipeline_names": ["whole"], "only_missing_outputs": False}


def stage(namespace: str, *names: str) -> Pipeline:
    """One node a name; each makes a dataset."""
    nodes = [Node(repr, inputs="x", outputs=name, name=name) for name in names]
    return Pipeline(nodes, namespace=namespace, inputs={"x": "x"})


GENOME = stage("ingestion.genome", "bins")
INGESTION = stage("ingestion.mrna", "first", "second")
REPORTING = stage("reporting.mrna", "report")
WHOLE = GENOME + INGESTION + REPORTING


@pytest.fixture
def clock(monkeypatch):
    """A clock that moves by a second with every look at it; the pipeline `whole` is WHOLE."""
    seconds = iter(range(1000))
    monkeypatch.setattr(timings, "perf_counter", lambda: float(next(seconds)))
    monkeypatch.setattr(timings, "named_pipelines", lambda names: WHOLE)


def catalog_in(folder) -> DataCatalog:
    file = JSONDataset(filepath=str(folder / "timings.json"))
    return DataCatalog({"x": MemoryDataset("x"), "mrna.timings": file})


def run(pipeline: Pipeline, catalog: DataCatalog) -> None:
    """Let the hook see a run; each node takes a second to compute and one to save."""
    hook = Timings()
    hook.before_pipeline_run(RUN, pipeline, catalog)
    for node in pipeline.nodes:
        hook.after_node_run(node)
        for name in node.outputs:
            hook.after_dataset_saved(name, node)
    hook.after_pipeline_run(RUN, catalog)


def seconds(catalog: DataCatalog) -> dict[str, float]:
    return catalog.load("mrna.timings")["seconds"]


def test_a_stage_takes_what_its_nodes_take_and_what_the_genome_takes(clock, tmp_path):
    catalog = catalog_in(tmp_path)
    run(WHOLE, catalog)
    assert seconds(catalog) == {"ingestion": 6.0, "reporting": 2.0}


def test_a_stage_run_by_itself_keeps_the_times_of_the_others(clock, tmp_path):
    catalog = catalog_in(tmp_path)
    run(GENOME + INGESTION, catalog)
    run(REPORTING, catalog)
    assert seconds(catalog) == {"ingestion": 6.0, "reporting": 2.0}


@pytest.mark.parametrize(
    "some", [GENOME, INGESTION, GENOME + INGESTION.only_nodes("ingestion.mrna.first")]
)
def test_a_part_of_a_stage_does_not_count_for_the_stage(clock, tmp_path, some):
    catalog = catalog_in(tmp_path)
    run(WHOLE, catalog)
    run(some, catalog)
    assert seconds(catalog)["ingestion"] == 6.0


def test_without_a_whole_stage_nothing_is_kept(clock, tmp_path):
    catalog = catalog_in(tmp_path)
    run(INGESTION.only_nodes("ingestion.mrna.first"), catalog)
    assert not catalog.exists("mrna.timings")


def test_each_stage_is_said_once_when_it_is_done(clock, tmp_path, caplog):
    with caplog.at_level("INFO", logger="step"):
        run(WHOLE, catalog_in(tmp_path))
    told = [record.getMessage() for record in caplog.records]
    assert sorted(told) == [
        "ingestion done in 2.0 s",
        "ingestion done in 4.0 s",
        "reporting done in 2.0 s",
    ]
