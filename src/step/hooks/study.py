"""The study that a run is about."""

import logging
from typing import Any

import click
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.pipeline import Pipeline

from step.project.config_loader import StudyConfigLoader
from step.project.selection import ASSAYS, stage_and_assay

SHARED_ENVIRONMENTS = ("base", "local")

logger = logging.getLogger(__name__)


class Study:
    """Fits the pipelines to the assays that the study has."""

    def __init__(self) -> None:
        self._absent: dict[str, list[str]] = {}

    @hook_impl(trylast=True)  # once the named pipelines are known
    def after_context_created(self, context: KedroContext) -> None:
        """Leave the assays of which the study names no file out of the pipelines of both."""
        loader = context.config_loader
        _require_name_of_its_own(loader)
        absent = absent_assays(loader)
        pipelines.configure(pipelines._pipelines_module)  # of another study, some may be changed
        self._absent = {}
        for name, pipeline in pipelines.items():
            left = Pipeline([n for n in pipeline.nodes if stage_and_assay(n)[1] not in absent])
            present = {stage_and_assay(node)[1] for node in left.nodes} & set(ASSAYS)
            if present and len(left.nodes) < len(pipeline.nodes):
                pipelines[name] = left
                self._absent[name] = absent

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any]) -> None:
        """Say which assays are left out."""
        names = run_params["pipeline_names"] or ["__default__"]
        for assay in sorted({assay for name in names for assay in self._absent.get(name, [])}):
            logger.info(
                "%s is left out: the study names no file as %s.raw_expression.", assay, assay
            )


def _require_name_of_its_own(loader: StudyConfigLoader) -> None:
    """Raise a ClickException if files of one's own stand under the name of the demo study."""
    if loader.run_env in SHARED_ENVIRONMENTS or loader.has_study_of_its_own:
        return
    own = sorted(loader.own_files())
    if own:
        raise click.ClickException(
            f"The environment {loader.run_env} names files of its own ({', '.join(own)}), but "
            f"`study` is {loader.study!r}, as in conf/base: their results would overwrite one "
            f"another. Name the study in conf/{loader.run_env}/globals.yml."
        )


def absent_assays(loader: StudyConfigLoader) -> list[str]:
    """Return the assays of which the study names no file, if it names any of another assay."""
    if not loader.has_study_of_its_own:
        return []
    named = {name.partition(".")[0] for name in loader.own_files()} & set(ASSAYS)
    return [assay for assay in ASSAYS if assay not in named] if named else []
