"""Protection of raw files from the simulation."""

import click
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline


class RawFiles:
    """Keeps measured raw files: the simulation overwrites only those of a simulated study."""

    def __init__(self) -> None:
        self._study = ""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remember which study is run."""
        self._study = context.config_loader["globals"]["study"]

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Refuse to simulate where raw files lie that may have been measured."""
        if self._study == "demo" or self._study.startswith("simulated"):
            return
        for name in sorted(pipeline.all_outputs()):
            if name.startswith("simulated.") and catalog.get(name).exists():
                raise click.ClickException(
                    f"{catalog.get(name)._describe()['filepath']} exists, and the simulation would "
                    f"overwrite it. Run it with `--env simulated`; the study {self._study!r} may "
                    "have been measured, as its name is not demo and does not start with simulated."
                )
