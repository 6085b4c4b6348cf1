"""Catalog, parameters and rooms keep their promises."""

import ast
import re
from pathlib import Path

import pytest
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from tests.conftest import ROOT

ENVIRONMENTS = ["base", "lung", "published"]
IN_MEMORY = {
    "ingestion.genome.checked_annotation",
    "ingestion.mrna.measurements",
    "ingestion.mrna.names",
    "ingestion.mrna.normalised",
    "ingestion.mirna.measurements",
    "ingestion.mirna.names",
    "ingestion.mirna.chosen",
    "ingestion.mirna.normalised",
    "ingestion.mirna.understood_targets",
    "modelling.mrna.baseline_backtest",
    "modelling.mrna.network_backtest",
    "modelling.mirna.baseline_backtest",
    "modelling.mirna.network_backtest",
    "simulation.annotated",
    "simulation.bins",
    "simulation.mirna_truth",
    "simulation.mrna_truth",
}
LAYERS = {"raw", "intermediate", "primary", "feature", "models", "model_output", "reporting"}


@pytest.fixture(params=ENVIRONMENTS)
def context(request):
    bootstrap_project(ROOT)
    with KedroSession.create(project_path=ROOT, env=request.param) as session:
        yield session.load_context()


def test_named_pipelines():
    bootstrap_project(ROOT)
    assert {
        "__default__", "mrna", "mirna", "ingestion", "graph_engineering", "embedding", "reporting",
        "simulation", "gene_names", "published_mrna", "published_mirna",
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
    for name in IN_MEMORY:
        assert not context.catalog.config_resolver.match_dataset_pattern(name), name


def test_every_parameter_exists(context):
    known = context.catalog
    for pipeline in pipelines.values():
        for name in pipeline.datasets():
            if name.startswith("params:"):
                assert name in known, name


def test_two_studies_never_share_a_file(context):
    study = context.config_loader["globals"]["study"]
    for name in pipelines["__default__"].all_outputs() - IN_MEMORY:
        assert study in Path(str(context.catalog.get(name)._filepath)).parts, name


def test_each_assay_runs_from_raw_files_alone():
    bootstrap_project(ROOT)
    for assay in ("mrna", "mirna"):
        inputs = {name for name in pipelines[assay].inputs() if not name.startswith("params:")}
        shared = {"hic_contacts", "gene_annotation", "gene_sets"}
        own = {f"{assay}.{name}" for name in ("raw_expression", "sample_sheet", "gene_names")}
        own |= {"mirna.targets"} if assay == "mirna" else set()
        kept = {f"{assay}.looked_up_names"}  # empty, where nothing was looked up
        assert inputs == shared | own | kept


ALLOWED = {
    "models": {"models"},
    "expression": {"expression", "errors", "typed"},
    "genome": {"genome", "errors", "typed"},
    "embeddings": {"embeddings", "genome", "typed"},
    "forecasting": {
        "forecasting", "embeddings", "genome", "models", "errors", "typed", "expression",
    },
    "evaluation": {"evaluation", "expression"},
    "figures": {"figures", "evaluation"},
    "datasets": {"datasets", "genome", "errors"},
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
                if root == "step":
                    assert rest.split(".")[0] in ALLOWED[room], f"{path}: {name}"
                if room != "datasets":
                    assert root not in ("kedro", "kedro_datasets"), f"{path}: {name}"
                if room == "models":
                    stdlib = {"dataclasses", "itertools", "warnings"}
                    assert root in {"step", "torch", "torch_geometric"} | stdlib, f"{path}: {name}"


def test_no_pickle_and_no_absolute_path():
    for path in (ROOT / "src").rglob("*.py"):
        text = path.read_text()
        assert "pickle" not in text, path
        assert "torch.load" not in text, path
        assert not re.search(r"""["']/\w+/""", text), path
