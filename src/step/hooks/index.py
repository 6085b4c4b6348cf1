"""The list of all studies, made anew by each run that writes a report."""

from pathlib import Path

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from step.datasets.whole_file import whole_file
from step.reports.index import list_studies

REPORT = ".report"


class StudyIndex:
    """Writes `index.html` above the studies' folders."""

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """List all studies that lie beside the one that was run."""
        written = [name for name in pipeline.all_outputs() if name.endswith(REPORT)]
        folders = {Path(str(catalog.get(name)._filepath)).parents[2] for name in written}
        for folder in folders:
            with whole_file(folder / "index.html") as beside:
                beside.write_text(list_studies(folder), encoding="utf-8")
