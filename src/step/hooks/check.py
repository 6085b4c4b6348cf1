"""A check that found something to mend ends with an error, once its result is kept."""

import click
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from step.project.selection import CHECK


class CheckVerdict:
    """Ends a check of the study with all its problems in one message."""

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Raise a command-line error that lists what is to mend, if anything is."""
        if CHECK not in pipeline.all_outputs():
            return
        from step.pipelines.check.findings import list_problems  # imported by its pipeline

        check = catalog.load(CHECK)
        if check.problems:
            many = "" if len(check.problems) == 1 else "s"
            raise click.ClickException(
                f"{len(check.problems)} problem{many} to mend:\n{list_problems(check)}"
            )
