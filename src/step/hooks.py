"""What happens around a run: sources are read first, errors are readable, stages are timed."""

import logging
from time import perf_counter
from typing import Any

import click
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog, DatasetError, MemoryDataset
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from step.errors import InputError

DEMO = "demo"
DEMO_FILES = "data/01_raw/demo/"

logger = logging.getLogger(__name__)


class Sources:
    """Reads every raw file before the first node runs, and explains what is wrong with one.

    A missing or unreadable file so ends the run before anything is computed or written; what a node
    finds wrong ends it with a message, and the files concerned, instead of a traceback.
    """

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._failed: Node | None = None
        self._raw: list[str] = []
        self._study = DEMO

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remember which study is run."""
        self._study = context.config_loader["globals"].get("study", DEMO)

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Load the pipeline's raw inputs, and keep them in memory for its nodes.

        Inputs of a stage that an earlier stage makes must be there.
        """
        # A source whose entry names no layer is one of the user's.
        inputs = sorted(name for name in pipeline.inputs() if not name.startswith("params:"))
        raw = [name for name in inputs if _layer(catalog, name) in ("raw", None)]
        self._raw, self._files = raw, {name: _file(catalog, name) for name in inputs}
        borrowed = [name for name in raw if self._study != DEMO and DEMO_FILES in self._files[name]]
        if borrowed:
            raise click.ClickException(
                f"The study {self._study!r} names no files of its own as:\n{self._list(borrowed)}\n"
                "(those are the demo study's). Name them in the environment's catalog_raw.yml, or "
                "run only the pipelines whose files you have. What a study does not have, as a "
                "table of names, is a `kedro.io.MemoryDataset` with `data: null`."
            )
        missing = [name for name in inputs if not catalog.get(name).exists()]
        if set(missing) - set(raw):
            raise click.ClickException(
                f"{len(missing)} file(s) that earlier stages make do not exist:\n"
                f"{self._list(missing)}\nRun the whole pipeline, or those stages first."
            )
        if missing:
            raise click.ClickException(
                f"{len(missing)} source file(s) do not exist:\n{self._list(missing)}\nCorrect the "
                "paths in the environment's catalog_raw.yml, or put the files there."
            )
        for name in raw:
            try:
                data = catalog.get(name).load()
            except DatasetError as error:
                found = _input_error(error)
                raise click.ClickException(f"{name}: {found or error}") from error
            catalog[name] = MemoryDataset(data, copy_mode="assign")

    @hook_impl
    def on_node_error(self, node: Node) -> None:
        """Remember which node failed."""
        self._failed = node

    @hook_impl
    def on_pipeline_error(self, error: Exception) -> None:
        """Raise what the user can mend as a command-line error."""
        found = _input_error(error)
        if found is None:
            return
        used = [name for name in self._failed.inputs if name in self._raw] if self._failed else []
        read = f"\nRead from:\n{self._list(used)}" if used else ""
        raise click.ClickException(f"{found}{read}") from error

    def _list(self, names: list[str]) -> str:
        return "\n".join(f"  {name}: {self._files[name]}" for name in names)


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


def _file(catalog: DataCatalog, name: str) -> str:
    return str(catalog.get(name)._describe().get("filepath", "(no file)"))


def _layer(catalog: DataCatalog, name: str) -> str | None:
    dataset = catalog.get(name)
    metadata: dict[str, Any] = getattr(dataset, "metadata", None) or {}
    return metadata.get("kedro-viz", {}).get("layer")


def _input_error(error: BaseException) -> InputError | None:
    """The explanation written for the user, if one lies behind an error."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, InputError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None
