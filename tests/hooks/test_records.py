"""A run goes on after a kill at any output, and results are held against what was recorded."""

import json
from types import SimpleNamespace

import pytest
from kedro.framework.hooks import hook_impl
from kedro.framework.hooks.manager import _create_hook_manager
from kedro.io import MemoryDataset
from kedro.pipeline import Node, Pipeline
from kedro.runner import SequentialRunner

from step.datasets import JSONDataset
from step.datasets.manifest import ManifestDataset
from step.hooks import records
from step.hooks.records import Records
from step.hooks.timings import Timings
from step.pipelines.verify.nodes import verify_assay
from step.project.catalog import StudyCatalog

OUTPUTS = ("first", "second", "third", "fourth")


def add(values, number):
    return [value + number for value in values]


def split(values):
    return values[:1], values[1:]


def join(values, later, number):
    return [*values, *later, number]


PIPELINE = Pipeline(
    [
        Node(list, "raw", "kept", name="keep"),  # in memory alone
        Node(add, ["kept", "params:a"], "first", name="add"),
        Node(split, "first", ["second", "third"], name="split"),
        Node(join, ["kept", "third", "params:b"], "fourth", name="join"),
    ],
    namespace="ingestion.mrna",
    inputs={"raw": "mrna.raw"},
    outputs={name: f"mrna.{name}" for name in OUTPUTS},
    parameters={"params:a": "params:a", "params:b": "params:b"},
)


class Killed(BaseException):
    """The process is gone."""


class Watch:
    """Notes which nodes run, and kills the process when an output is saved."""

    def __init__(self, kill_at: str | None):
        self.ran, self._kill_at = [], kill_at

    @hook_impl
    def before_node_run(self, node):
        self.ran.append(node.name.rpartition(".")[2])

    @hook_impl
    def after_dataset_saved(self, dataset_name):
        if dataset_name == f"mrna.{self._kill_at}":
            raise Killed


class Loader(dict):
    """The configuration of a study."""

    study, run_env = "toy", "base"

    def sources(self):
        return {"mrna.raw"}


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """A project of one raw file, which is under no version control."""
    monkeypatch.setattr(records, "git_state", lambda root: None)
    (tmp_path / "raw.json").write_text("[1, 2, 3]")
    return tmp_path


def catalog_of(folder, parameters) -> StudyCatalog:
    results = folder / "data" / "08_reporting" / "toy" / "mrna"
    files = {f"mrna.{name}": results / f"{name}.json" for name in OUTPUTS}
    files |= {"mrna.raw": folder / "raw.json", "mrna.timings": results / "timings.json"}
    return StudyCatalog(
        {name: JSONDataset(filepath=file.as_posix()) for name, file in files.items()}
        | {f"params:{name}": MemoryDataset(value) for name, value in parameters.items()}
        | {"mrna.manifest": ManifestDataset(filepath=str(results / "manifest.json"))}
    )


def run(
    folder, parameters, kill_at=None, recorded=True, go_on=False, pipeline=PIPELINE, entry=None
):
    """Run the pipeline as a session does; the nodes that ran."""
    timings = Timings()
    hooks, watch = [Records(timings), timings], Watch(kill_at)
    loader = Loader(parameters=parameters, catalog={"mrna.raw": entry or {}})
    hooks[0].after_context_created(SimpleNamespace(project_path=folder, config_loader=loader))
    catalog = catalog_of(folder, parameters)
    params = {"run_id": str(parameters), "only_missing_outputs": go_on, "pipeline_names": None}
    hooks[0].before_pipeline_run(params, pipeline, catalog)
    timings.before_pipeline_run(params, pipeline, catalog)
    manager = _create_hook_manager()
    for hook in [*hooks, watch] if not recorded else [watch, *hooks]:  # the last comes first
        manager.register(hook)
    try:
        SequentialRunner().run(pipeline, catalog, manager, only_missing_outputs=go_on)
        hooks[0].after_pipeline_run(pipeline)
    finally:
        timings.on_pipeline_error()
    return watch.ran


def results(folder) -> dict:
    place = folder / "data" / "08_reporting" / "toy" / "mrna"
    return {name: json.loads((place / f"{name}.json").read_text()) for name in OUTPUTS}


def faults(folder) -> list[str]:
    return verify_assay(catalog_of(folder, {}).load("mrna.manifest")).faults


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize("kill_at", OUTPUTS)
@pytest.mark.parametrize("before", [None, {"a": 10, "b": 20}])
def test_a_run_killed_at_any_output_goes_on_to_the_same_results(project, kill_at, recorded, before):
    """Where an earlier run left results of other settings, too."""
    if before is not None:
        run(project, before)
    with pytest.raises(Killed):
        run(project, {"a": 1, "b": 2}, kill_at, recorded)
    ran = run(project, {"a": 1, "b": 2}, go_on=True)
    assert results(project) == {
        "first": [2, 3, 4], "second": [2], "third": [3, 4], "fourth": [1, 2, 3, 3, 4, 2],
    }  # fmt: skip
    assert faults(project) == []
    if recorded and kill_at == "third":
        assert ran == ["keep", "join"]  # what was finished is not computed again
    assert run(project, {"a": 1, "b": 2}, go_on=True) == []


def test_what_depends_on_a_changed_setting_or_file_is_computed_again(project):
    run(project, {"a": 1, "b": 2})
    assert run(project, {"a": 1, "b": 3}, go_on=True) == ["keep", "join"]
    (project / "raw.json").write_text("[1, 2, 4]")
    assert run(project, {"a": 1, "b": 3}, go_on=True) == ["keep", "add", "split", "join"]
    (project / "data" / "08_reporting" / "toy" / "mrna" / "third.json").write_text("[0]")
    assert run(project, {"a": 1, "b": 3}, go_on=True) == ["split"]
    (project / "data" / "08_reporting" / "toy" / "ledger.json").write_text("{")
    assert run(project, {"a": 1, "b": 3}, go_on=True) == ["keep", "add", "split", "join"]
    assert faults(project) == []


def test_what_depends_on_how_a_source_is_read_is_computed_again(project):
    """As of another sheet of a workbook, or another map in a file."""
    settings = {"a": 1, "b": 2}
    run(project, settings)
    for entry in ({"sheet": "A"}, {"sheet": "B"}, {"filepath": "raw.json::/maps/1"}):
        assert run(project, settings, go_on=True, entry=entry) == ["keep", "add", "split", "join"]
    moved = {"filepath": "link.json::/maps/1", "metadata": {"note": "another"}}
    assert run(project, settings, go_on=True, entry=moved) == []


def test_a_stage_that_begins_with_results_of_other_settings_says_so(project, monkeypatch, caplog):
    monkeypatch.setattr(records, "pipelines", {"__default__": PIPELINE})
    split_alone = PIPELINE.filter(node_names=["ingestion.mrna.split"])
    run(project, {"a": 1, "b": 2})
    run(project, {"a": 1, "b": 3}, pipeline=split_alone)
    assert "begins with results" not in caplog.text
    run(project, {"a": 5, "b": 2}, pipeline=split_alone)
    assert "than there are now, and describes them by those of now: mrna.first." in caplog.text


def test_how_many_processes_work_is_no_setting_of_a_result(project):
    run(project, {"a": 1, "b": {"jobs": 1}})
    assert run(project, {"a": 1, "b": {"jobs": 2}}, go_on=True) == []


def test_what_changed_after_a_run_is_told(project):
    run(project, {"a": 1, "b": 2})
    place = project / "data" / "08_reporting" / "toy" / "mrna"
    (place / "second.json").unlink()
    (place / "fourth.json").write_text("[9]")
    (project / "raw.json").write_text("[1, 2, 4]")
    assert faults(project) == [
        "raw.json (mrna.raw) changed since the results were computed from it.",
        "data/08_reporting/toy/mrna/fourth.json (mrna.fourth) changed since it was written, or is "
        "of another run.",
        "data/08_reporting/toy/mrna/second.json (mrna.second) is missing.",
    ]


def test_results_of_a_stage_that_was_run_alone_are_of_another_run(project):
    run(project, {"a": 1, "b": 2})
    run(project, {"a": 5, "b": 2}, pipeline=PIPELINE.to_outputs("mrna.third"))
    (found,) = faults(project)
    assert found.startswith("mrna.fourth, of the run of ")
    assert found.endswith("was computed from another mrna.third than the one that is there.")


def test_the_manifest_says_what_the_results_came_from(project):
    run(project, {"a": 1, "b": 2})
    manifest = catalog_of(project, {}).load("mrna.manifest").manifest
    (record,) = manifest.runs.values()
    assert record.parameters == {"a": 1, "b": 2}
    assert {"step", "numpy"} <= record.packages.keys()
    assert record.git is None
    assert list(manifest.inputs) == ["mrna.raw"]
    assert manifest.outputs["mrna.fourth"].inputs.keys() == {"mrna.raw", "mrna.third"}
    assert manifest.stages["ingestion"].peak_mib > 10
