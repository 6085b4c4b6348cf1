"""Wall time of the stages."""

import logging
from collections import defaultdict
from time import perf_counter
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from step.project.selection import named_pipelines, remaining, stage_and_assay

GENOME = "genome"  # what both assays share counts for each of them

logger = logging.getLogger(__name__)


class Timings:
    """Measures each stage's wall time, says it, and keeps it as the assay's `timings`.

    Nodes run one after another; what passes until a node's last output is saved, loading and saving
    included, is counted for it.
    """

    def __init__(self) -> None:
        self._mark = perf_counter()
        self._seconds: dict[tuple[str, str], float] = defaultdict(float)
        self._unsaved: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._run: set[str] = set()  # names of the nodes that ran

    @hook_impl(trylast=True)  # the sources are read first
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> None:
        """Start the clock."""
        self._seconds.clear()
        self._unsaved.clear()
        self._run.clear()
        for node in remaining(pipeline, catalog, run_params).nodes:
            self._unsaved[stage_and_assay(node)] |= set(node.outputs)
        self._mark = perf_counter()

    @hook_impl
    def after_node_run(self, node: Node) -> None:
        """Count the time of computing."""
        self._count(node)
        self._run.add(node.name)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, node: Node) -> None:
        """Count the time of saving; say a stage's time once its last output is saved."""
        self._count(node)
        stage, assay = stage_and_assay(node)
        self._unsaved[stage, assay].discard(dataset_name)
        if not self._unsaved[stage, assay]:
            logger.info("%s done in %.1f s", stage, self._seconds[stage, assay])

    def _count(self, node: Node) -> None:
        now = perf_counter()
        self._seconds[stage_and_assay(node)] += now - self._mark
        self._mark = now

    @hook_impl
    def after_pipeline_run(self, run_params: dict[str, Any], catalog: DataCatalog) -> None:
        """Add the times of the stages that ran whole to those of the assay's other stages."""
        whole = named_pipelines(run_params["pipeline_names"]).nodes
        partial = {stage_and_assay(node) for node in whole if node.name not in self._run}
        for assay in {assay for _, assay in self._seconds} - {GENOME, ""}:
            seconds: dict[str, float] = defaultdict(float)
            for (stage, owner), elapsed in self._seconds.items():
                if owner in (assay, GENOME) and not {(stage, assay), (stage, GENOME)} & partial:
                    seconds[stage] += elapsed
            if seconds:
                _add(catalog, f"{assay}.timings", seconds)


def _add(catalog: DataCatalog, name: str, seconds: dict[str, float]) -> None:
    timings = catalog.get(name)
    known = timings.load()["seconds"] if timings.exists() else {}
    new = {stage: round(elapsed, 2) for stage, elapsed in seconds.items()}
    timings.save({"seconds": known | new})
