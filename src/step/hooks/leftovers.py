"""What a killed run began to write is removed by the next one."""

from pathlib import Path

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from step.datasets.leftovers import sweep_leftovers
from step.datasets.scratch import sweep_scratch

REPORTING = "08_reporting"  # holds the list of all studies


class Leftovers:
    """Removes unfinished files and temporary folders, before anything is read or written."""

    _data: Path
    _study: str

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remember where the study's files lie."""
        self._data = Path(context.project_path) / "data"
        self._study = context.config_loader.study

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Sweep the study's folders, which no other run writes to, and those of the outputs."""
        sweep_scratch()
        for folder in self._data.glob(f"*/{self._study}"):
            sweep_leftovers(folder, is_own=True)
        outputs = [catalog.get(name) for name in pipeline.all_outputs() if name in catalog]
        paths = {Path(str(each._filepath)).parent for each in outputs if hasattr(each, "_filepath")}
        for folder in {*paths, self._data / REPORTING}:
            sweep_leftovers(folder, is_own=False)
