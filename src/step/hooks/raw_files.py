"""Raw files that may have been measured are never overwritten."""

import click
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from step.hooks.failures import list_files
from step.project.config_loader import StudyConfigLoader
from step.project.sweep import ROW

DEMO = "demo"
SIMULATED = "simulated"


class RawFiles:
    """Lets the simulation overwrite files of the demo study and of simulated ones alone."""

    _loader: StudyConfigLoader

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remember which study is run."""
        self._loader = context.config_loader

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Refuse to simulate where raw files lie that may have been measured."""
        study = self._loader.study
        if study == DEMO or study.startswith(SIMULATED):
            return
        if ROW in study and (self._loader.named_study or "").startswith(SIMULATED):
            return  # a row of a sweep, whose folder no one else writes to
        simulated = [name for name in pipeline.all_outputs() if name.startswith("simulated.")]
        existing = sorted(name for name in simulated if catalog.get(name).exists())
        if existing:
            raise click.ClickException(
                f"The simulation would overwrite:\n{list_files(existing, catalog)}\nRun it with "
                f"`--env simulated`; the study {study!r} may have been measured, as its name is "
                "not demo and does not start with simulated."
            )
