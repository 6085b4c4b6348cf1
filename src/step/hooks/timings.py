"""Wall time of the stages."""

import logging
from time import perf_counter

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

logger = logging.getLogger(__name__)


class StageTimes:
    """Measures each stage's wall time, and adds it to the metrics of the run's assays.

    Nodes run one after another; what passes until a node's last output is saved, loading and saving
    included, is counted for it.
    """

    def __init__(self) -> None:
        self._mark = perf_counter()
        self._seconds: dict[tuple[str, str], float] = {}

    @hook_impl
    def before_pipeline_run(self) -> None:
        """Start the clock."""
        self._mark = perf_counter()
        self._seconds = {}

    @hook_impl
    def after_node_run(self, node: Node) -> None:
        """Count the time of computing."""
        self._count(node)

    @hook_impl
    def after_dataset_saved(self, node: Node) -> None:
        """Count the time of saving."""
        self._count(node)

    def _count(self, node: Node) -> None:
        stage, _, assay = (node.namespace or "").partition(".")
        now = perf_counter()
        self._seconds[stage, assay] = self._seconds.get((stage, assay), 0.0) + now - self._mark
        self._mark = now

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Write the times of an assay's stages, with those of the genome, into its metrics."""
        for assay in ("mrna", "mirna"):
            name = f"{assay}.metrics"
            if name not in pipeline.all_outputs():
                continue
            seconds: dict[str, float] = {}
            for (stage, owner), elapsed in self._seconds.items():
                if owner in (assay, "genome"):
                    seconds[stage] = round(seconds.get(stage, 0.0) + elapsed, 2)
            dataset = catalog.get(name)
            dataset.save(dataset.load() | {"seconds": seconds})
            logger.info("%s: seconds by stage: %s", assay, seconds)
