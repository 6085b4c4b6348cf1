"""Catalog, parameters and rooms keep their promises."""

import ast
import re
from pathlib import Path

import pytest
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro_viz.data_access.managers import DataAccessManager
from kedro_viz.integrations.kedro.data_loader import load_data

from tests.conftest import ROOT

ENVIRONMENTS = ["base", "simulated", "lung", "published", "template"]
IN_MEMORY = {
    "check.gene_sets_found",
    "check.genome_found",
    "check.mirna_course",
    "check.mirna_named",
    "check.mirna_placed",
    "check.mirna_places_found",
    "check.mirna_table_found",
    "check.mirna_targets_found",
    "check.mrna_course",
    "check.mrna_named",
    "check.mrna_placed",
    "check.mrna_places_found",
    "check.mrna_table_found",
    "check.start_sites",
    "ingestion.genome.checked_annotation",
    "ingestion.mrna.names",
    "ingestion.mrna.names_without_place",
    "ingestion.mrna.normalised",
    "ingestion.mrna.samples_read",
    "ingestion.mrna.values",
    "ingestion.mirna.chosen",
    "ingestion.mirna.names",
    "ingestion.mirna.names_without_place",
    "ingestion.mirna.normalised",
    "ingestion.mirna.samples_read",
    "ingestion.mirna.measured_targets",
    "ingestion.mirna.values",
    "reporting.mirna.browser",
    "reporting.mrna.browser",
    "simulation.annotated",
    "simulation.bins",
    "simulation.mirna_truth",
    "simulation.mrna_truth",
    "sweep.plan",  # made when a run begins
    "verified",
    "verify.mirna_verified",
    "verify.mrna_verified",
}
LAYERS = ["raw", "primary", "feature", "models", "model_output", "reporting"]


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def context(request):
    with KedroSession.create(project_path=ROOT, env=request.param) as session:
        yield session.load_context()


def test_named_pipelines():
    assert {
        "__default__", "mrna", "mirna", "ingestion", "graph_engineering", "embedding", "reporting",
        "simulation", "sweep", "pretraining", "gene_names", "check", "verify", "published_mrna",
        "published_mirna",
    } <= set(pipelines)  # fmt: skip


def test_every_dataset_is_declared_and_has_a_layer(context):
    catalog = context.catalog
    for pipeline in pipelines.values():
        for name in pipeline.datasets():
            if name.startswith("params:") or name in IN_MEMORY:
                continue
            assert name in catalog, name
            metadata = getattr(catalog.get(name), "metadata", None) or {}
            assert metadata.get("kedro-viz", {}).get("layer") in LAYERS, name


def test_what_stays_in_memory_is_in_no_catalog_pattern(context):
    used = set().union(*(pipeline.datasets() for pipeline in pipelines.values()))
    assert used >= IN_MEMORY
    resolver = context.catalog.config_resolver
    for name in IN_MEMORY:
        assert not resolver.match_dataset_pattern(name), name


def flows(pipeline: Pipeline, catalog: DataCatalog) -> set[tuple[str, str]]:
    """Pairs of datasets on disk: the second is made of the first, through what is in memory."""
    origins: dict[str, set[str]] = {}
    found = set()
    for node in pipeline.nodes:
        before = {name for name in node.inputs if not name.startswith("params:")}
        on_disk = {name for name in before if name in catalog}
        on_disk |= {name for each in before for name in origins.get(each, ())}
        for name in node.outputs:
            if name in catalog:
                found |= {(each, name) for each in on_disk}
            else:
                origins[name] = on_disk
    return found


def test_no_dataset_flows_to_an_earlier_layer(context):
    catalog = context.catalog
    for name, pipeline in pipelines.items():
        for pair in flows(pipeline, catalog):
            first, second = (
                LAYERS.index(catalog.get(each).metadata["kedro-viz"]["layer"]) for each in pair
            )
            assert first <= second, f"{name}: {pair}"


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_kedro_viz_draws_the_layers_in_order(env):
    catalog, named, extras = load_data(ROOT, env=env)
    shown = DataAccessManager()
    shown.add_catalog(catalog, named)
    shown.add_node_extras(extras)
    shown.add_pipelines(named)
    layers = {name: shown.get_sorted_layers_for_registered_pipeline(name) for name in named}
    assert all(layers.values())  # none where they form a circle
    # One node may make a model and its output: neither of their layers depends on the other.
    for free in ("models", "model_output"):
        for name in ("__default__", "mrna", "mirna"):
            drawn = [layer for layer in layers[name] if layer != free]
            assert drawn == [layer for layer in LAYERS if layer != free], name


def test_the_catalog_can_be_described(context):
    described = context.catalog.describe_datasets(["__default__"])["__default__"]
    tables = described["datasets"]["step.datasets.table.TableDataset"]
    assert {"mrna.raw_expression", "mrna.raw_pairs"} & set(tables)
    assert "mrna.report" in described["factories"]["step.datasets.whole_file.TextDataset"]
    assert "{assay}.report" in context.catalog.list_patterns()


def test_timings_are_a_report(context):
    timings = context.catalog.get("mrna.timings")
    assert timings.metadata["kedro-viz"]["layer"] == "reporting"
    assert str(timings._filepath).endswith("/mrna/timings.json")


def test_every_parameter_exists(context):
    known = context.catalog
    for pipeline in pipelines.values():
        for name in pipeline.datasets():
            if name.startswith("params:"):
                assert name in known, name


def test_two_studies_never_share_a_file(context):
    study, catalog = context.config_loader["globals"]["study"], context.catalog
    for name in pipelines["__default__"].all_outputs() - IN_MEMORY:
        assert study in Path(str(catalog.get(name)._filepath)).parts, name


def test_each_assay_runs_from_raw_files_alone():
    for assay in ("mrna", "mirna"):
        inputs = {name for name in pipelines[assay].inputs() if not name.startswith("params:")}
        shared = {"hic_contacts", "gene_annotation", "gene_sets", "regulatory_edges"}
        own = {f"{assay}.{name}" for name in ("raw_expression", "sample_sheet", "gene_names")}
        own |= {"mirna.targets"} if assay == "mirna" else set()
        kept = {f"{assay}.looked_up_names"}  # empty, where nothing was looked up
        told = {f"{assay}.run"}  # by a hook
        assert inputs == shared | own | kept | told


ALLOWED = {
    "models": {"models", "typed"},
    "expression": {"expression", "errors", "names", "typed"},
    "genome": {"genome", "errors", "names", "typed"},
    "graphs": {"graphs", "errors", "names", "typed"},
    "embeddings": {"embeddings", "graphs", "errors", "typed"},
    "forecasting": {
        "forecasting", "simulation", "models", "graphs", "expression", "checksums", "errors",
        "parallel", "progress", "runtime", "task", "typed",
    },
    "evaluation": {"evaluation", "forecasting", "expression", "errors"},
    "figures": {"figures", "evaluation", "forecasting", "expression", "errors"},
    "simulation": {"simulation", "graphs", "genome", "typed"},
    "published": {
        "published", "reports", "forecasting", "evaluation", "figures", "embeddings", "models",
        "graphs", "errors", "names", "parallel", "runtime", "typed",
    },
    "reports": {
        "reports", "schemas", "evaluation", "figures", "forecasting", "expression", "errors",
        "typed",
    },
    "datasets": {"datasets", "genome", "address", "checksums", "errors", "names", "typed"},
}  # fmt: skip


@pytest.mark.parametrize("room", ALLOWED)
def test_imports_run_one_way(room):
    for path in (ROOT / "src" / "step" / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                root, _, rest = name.partition(".")
                if root == "step" and rest:  # else the package's version alone
                    assert rest.split(".")[0] in ALLOWED[room], f"{path}: {name}"
                if room != "datasets":
                    assert root not in ("kedro", "kedro_datasets"), f"{path}: {name}"
                if room == "models":
                    stdlib = {
                        "collections",
                        "dataclasses",
                        "functools",
                        "itertools",
                        "math",
                        "typing",
                        "warnings",
                    }
                    # pydantic for the types of settings alone.
                    known = {"step", "torch", "torch_geometric", "pydantic"} | stdlib
                    assert root in known, f"{path}: {name}"


def test_no_pickle_and_no_absolute_path():
    for path in (ROOT / "src").rglob("*.py"):
        text = path.read_text()
        assert "pickle" not in text, path
        assert "torch.load" not in text, path
        assert not re.search(r"""["']/\w+/""", text), path
