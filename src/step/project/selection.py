"""Which nodes a run has been asked for, and which of them it runs."""

from typing import Any

from kedro.framework.project import pipelines
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from kedro.runner import SequentialRunner

ASSAYS = ("mrna", "mirna")
CHECK = "check"  # a stage, and its result
VERIFY = "verify"  # a stage
GENOME = "genome"  # in the place of an assay: what both share


def named_pipelines(names: list[str] | None) -> Pipeline:
    """Return the registered pipelines of these names as one; the default one without names."""
    return sum((pipelines[name] for name in names or ["__default__"]), Pipeline([]))


def remaining(pipeline: Pipeline, catalog: DataCatalog, run_params: dict[str, Any]) -> Pipeline:
    """Return the part of a pipeline that a run computes: with `--only-missing-outputs`, not all."""
    if not run_params["only_missing_outputs"]:
        return pipeline
    return SequentialRunner()._filter_pipeline_for_missing_outputs(pipeline, catalog)


def in_memory(names: set[str], catalog: DataCatalog) -> set[str]:
    """Return the datasets that no file holds: of these names, those that no catalog entry has."""
    return {name for name in names if name not in catalog}


def nodes_to_start_from(selected: Pipeline, whole: Pipeline, catalog: DataCatalog) -> list[str]:
    """Return the nodes from which a run makes all that its later nodes find in memory alone.

    Args:
        selected: The nodes that were asked for.
        whole: The pipelines that they were chosen from.
        catalog: Holds all that is not in memory.
    """
    makers = {output: node.name for node in whole.nodes for output in node.outputs}
    chosen = selected
    while True:
        chosen = whole.from_nodes(*(node.name for node in chosen.nodes))
        lacking = in_memory(chosen.inputs(), catalog) & set(makers)
        if not lacking:
            return sorted(node.name for node in chosen.grouped_nodes[0])
        chosen += whole.only_nodes(*{makers[name] for name in lacking})


def is_check(node: Node) -> bool:
    """Tell whether a node checks the study: it gets each source as a `Reading`."""
    return stage_and_assay(node)[0] == CHECK


def stage_and_assay(node: Node) -> tuple[str, str]:
    """Return what a node's namespace names: `reporting.mrna` is a stage and an assay."""
    stage, _, assay = (node.namespace or "").partition(".")
    return stage, assay


def only_looks(pipeline: Pipeline) -> bool:
    """Tell whether all nodes of a run look at files, and compute no results."""
    return all(stage_and_assay(node)[0] in (CHECK, VERIFY) for node in pipeline.nodes)
