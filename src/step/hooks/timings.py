"""Wall time and memory of the stages."""

import logging
from collections import defaultdict
from time import perf_counter
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from step.hooks.memory import MemoryWatch
from step.project.selection import GENOME, named_pipelines, remaining, stage_and_assay

logger = logging.getLogger(__name__)


class Timings:
    """Measures each stage's wall time and memory, says the time, and keeps both as `timings`.

    What both assays share counts for each of them.

    Nodes run one after another; what passes until a node's last output is saved, loading and saving
    included, is counted for it.
    """

    def __init__(self) -> None:
        self._mark = perf_counter()
        self._seconds: dict[tuple[str, str], float] = defaultdict(float)
        self._peak: dict[tuple[str, str], float] = defaultdict(float)
        self._memory = MemoryWatch()
        self._unsaved: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._run: set[str] = set()  # names of the nodes that ran

    @hook_impl(trylast=True)  # the sources are read first
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> None:
        """Start the clock."""
        self._seconds.clear()
        self._peak.clear()
        self._memory.start()
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
        now, stage = perf_counter(), stage_and_assay(node)
        self._seconds[stage] += now - self._mark
        self._peak[stage] = max(self._peak[stage], self._memory.peak_mib())
        self._mark = now

    def so_far(self, assay: str) -> dict[str, dict[str, float]]:
        """Return the seconds, and the peaks of memory in MiB, of an assay's stages in this run."""
        return {"seconds": self._sums(assay), "peak_mib": self._peaks(assay)}

    @hook_impl
    def on_pipeline_error(self) -> None:
        """Look no more at the memory."""
        self._memory.end()

    @hook_impl
    def after_pipeline_run(self, run_params: dict[str, Any], catalog: DataCatalog) -> None:
        """Add what the stages took that ran whole to what the assay's other stages took."""
        self._memory.end()
        whole = named_pipelines(run_params["pipeline_names"]).nodes
        partial = {stage_and_assay(node) for node in whole if node.name not in self._run}
        for assay in {assay for _, assay in self._seconds} - {GENOME, ""}:
            cut = {stage for stage, owner in partial if owner in (assay, GENOME)}
            new = {
                name: {stage: round(taken, 2) for stage, taken in of.items() if stage not in cut}
                for name, of in self.so_far(assay).items()
            }
            if new["seconds"]:
                _add(catalog, f"{assay}.timings", new)

    def _sums(self, assay: str) -> dict[str, float]:
        summed: dict[str, float] = defaultdict(float)
        for (stage, owner), seconds in self._seconds.items():
            if owner in (assay, GENOME):
                summed[stage] += seconds
        return dict(summed)

    def _peaks(self, assay: str) -> dict[str, float]:
        peaks: dict[str, float] = defaultdict(float)
        for (stage, owner), peak in self._peak.items():
            if owner in (assay, GENOME):
                peaks[stage] = max(peaks[stage], peak)
        return dict(peaks)


def _add(catalog: DataCatalog, name: str, new: dict[str, dict[str, float]]) -> None:
    timings = catalog.get(name)
    known = timings.load() if timings.exists() else {}
    timings.save({of: known.get(of, {}) | values for of, values in new.items()})
