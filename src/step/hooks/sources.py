"""Sources are read before the first node, so that a wrong one ends a run before it begins."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DatasetError
from kedro.pipeline import Pipeline

from step.address import WithoutSecrets, redact
from step.datasets.limits import Limits, SourceLimits
from step.hooks.failures import list_files
from step.hooks.study import absent_assays
from step.project.catalog import Reading, StudyCatalog
from step.project.config_loader import StudyConfigLoader
from step.project.faults import explanation
from step.project.selection import (
    in_memory,
    is_check,
    named_pipelines,
    nodes_to_start_from,
    remaining,
)


class Sources:
    """Reads every source that a run needs before its first node, and keeps it for the nodes.

    What is missing or cannot be read ends the run before anything is computed or written. A check
    of the study goes on: it is to tell all that is wrong at once.
    """

    _loader: StudyConfigLoader

    def __init__(self) -> None:
        self._without_secrets = WithoutSecrets()

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remember which sources the study has, how much is taken from them, and how to log it."""
        for handler in logging.getLogger().handlers:
            handler.addFilter(self._without_secrets)
        self._loader = context.config_loader
        Limits.current = SourceLimits(**self._loader["parameters"].get("sources", {}))

    @hook_impl
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: StudyCatalog
    ) -> None:
        """Load the run's sources; what earlier stages make must be there."""
        needed = remaining(pipeline, catalog, run_params).inputs()
        inputs = sorted(name for name in needed if not name.startswith("params:"))
        _require_on_disk(inputs, run_params, pipeline, catalog)
        declared = self._loader.sources()
        sources = [name for name in inputs if name in declared]
        if any(map(is_check, pipeline.nodes)):
            _require_alone(pipeline)
            for name in sources:
                catalog.keep(name, self._read(name, catalog))
            return
        self._require_named(sources)
        _require_files(inputs, sources, catalog)
        for name in sources:
            with _explained(name):
                catalog.keep(name, catalog.load(name))

    def _read(self, name: str, catalog: StudyCatalog) -> Reading:
        """A source, or what an ordinary run would say of it."""
        if name in self._loader.lacking() and name.partition(".")[0] in absent_assays(self._loader):
            return Reading(name)
        file = None
        try:
            self._require_named([name])
            file = catalog.get(name)._describe().get("filepath")
            if file is not None and "://" not in str(file):
                file = self._loader.shown(Path(file))
            _require_files([name], [name], catalog)
            with _explained(name):
                return Reading(name, file, catalog.load(name))
        except click.ClickException as error:
            return Reading(name, file, fault=error.message)

    def _require_named(self, sources: list[str]) -> None:
        lacking = sorted(set(sources) & self._loader.lacking())
        if lacking:
            raise click.ClickException(
                f"The study {self._loader.study!r} names no files of its own as "
                f"{', '.join(lacking)}. Name them in conf/{self._loader.run_env}/catalog_raw.yml, "
                "or run only the pipelines whose files it has."
            )


def _require_alone(pipeline: Pipeline) -> None:
    """Raise a ClickException if a check is run together with other pipelines."""
    if not all(map(is_check, pipeline.nodes)):
        raise click.ClickException(
            "The pipeline `check` reads the sources in its own way: run it by itself, before the "
            "others."
        )


def _require_on_disk(
    inputs: list[str], run_params: dict[str, Any], pipeline: Pipeline, catalog: StudyCatalog
) -> None:
    """Raise a ClickException if a run starts behind data that no file holds."""
    lost = sorted(in_memory(set(inputs), catalog))
    if lost:
        whole = named_pipelines(run_params["pipeline_names"])
        start = ",".join(nodes_to_start_from(pipeline, whole, catalog))
        raise click.ClickException(
            f"The run needs what is kept in memory only, while a run lasts: {', '.join(lost)}.\n"
            f'Start from the nodes that make it instead: --from-nodes "{start}"'
        )


def _require_files(inputs: list[str], sources: list[str], catalog: StudyCatalog) -> None:
    missing = [name for name in inputs if not _exists(name, catalog)]
    computed = [name for name in missing if name not in sources]
    if computed:
        raise click.ClickException(
            f"{len(computed)} file(s) that earlier stages make do not exist:\n"
            f"{list_files(computed, catalog)}\nRun the whole pipeline, or those stages first."
        )
    if missing:
        raise click.ClickException(
            f"{len(missing)} source file(s) do not exist:\n{list_files(missing, catalog)}\nCorrect "
            "the paths in the environment's catalog_raw.yml, or put the files there."
        )


def _exists(name: str, catalog: StudyCatalog) -> bool:
    with _explained(name):
        return catalog.get(name).exists()


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Turn what is wrong with a dataset into one message."""
    try:
        yield
    except DatasetError as error:
        found = explanation(error) or f"{redact(str(error)):.500}"
        raise click.ClickException(f"{name}: {found}") from error
