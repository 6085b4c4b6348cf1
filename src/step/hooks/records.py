"""What was computed from what: written down after each output, and at the end of a run."""

import logging
import os
import platform
from datetime import datetime
from pathlib import Path
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from step.address import redact_all, shown_command
from step.datasets.manifest import Manifest, RunRecord, StageCost
from step.hooks.timings import Timings
from step.project.catalog import StudyCatalog
from step.project.ledger import Books
from step.project.selection import GENOME, only_looks, stage_and_assay
from step.reports.run import RunFacts
from step.versions import git_state, package_versions

logger = logging.getLogger(__name__)

LEDGER = "ledger.json"
FACTS = ".run"  # what a report says of the run that writes it


class Records:
    """Keeps a study's ledger and each assay's manifest, and tells a report about its run."""

    def __init__(self, timings: Timings) -> None:
        self._timings = timings
        self._books: Books | None = None
        self._run = ""
        self._outdated: set[str] = set()

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remember the project and its settings."""
        self._root = Path(context.project_path)
        self._loader = context.config_loader
        self._books = None

    @hook_impl(tryfirst=True)  # what is outdated decides what is read
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: StudyCatalog
    ) -> None:
        """Open the ledger; a run of missing outputs alone also makes those that no longer fit."""
        if only_looks(pipeline):
            return
        self._catalog, self._run = catalog, run_params["run_id"]
        self._versions, self._git = package_versions(), git_state(self._root)
        file = self._root / "data" / "08_reporting" / self._loader.study / LEDGER
        parameters = self._loader["parameters"]
        entries = {name: self._loader["catalog"][name] for name in self._loader.sources()}
        self._books = Books(file, self._root, catalog, pipeline, parameters, entries)
        self._record = RunRecord(
            command=shown_command(),
            environment=self._loader.run_env,
            host=platform.node(),
            started=f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z}",
            python=platform.python_version(),
            packages=self._versions,
            parameters=redact_all(
                {name: of for name, of in parameters.items() if not name.startswith("_")}
            ),
            git=self._git,
        )
        self._outdated = set()
        self._books.remember({name for name in pipeline.inputs() if name in catalog})
        if run_params["only_missing_outputs"]:
            catalog.outdate(self._books.outdated(self._versions))
            return
        begun_with = pipeline.inputs() & self._books.ledger.outputs.keys()
        if begun_with:
            default = pipelines["__default__"]
            whole = Books(file, self._root, catalog, default, parameters, entries)
            self._outdated = begun_with & whole.outdated(self._versions)
        if self._outdated:
            logger.warning(
                "This run begins with results of other settings, files or packages than there are "
                "now, and describes them by those of now: %s. Run the earlier stages too, or leave "
                "the settings as they were.",
                ", ".join(sorted(self._outdated)),
            )

    @hook_impl
    def before_dataset_loaded(self, dataset_name: str, node: Node) -> None:
        """Let a report know what is known of the run by now."""
        if self._books is None or not dataset_name.endswith(FACTS):
            return
        assay = stage_and_assay(node)[1]
        sources = {
            name: (Path(file).name, checksum)
            for name, files in self._books.sources_of(assay).items()
            for file, checksum in files.items()
        }
        own = (name for name in self._outdated if name.startswith(f"{assay}.") or "." not in name)
        outdated = tuple(sorted(own))
        facts = RunFacts(sources, self._git, self._taken(assay), outdated)
        self._catalog.keep(dataset_name, facts)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, node: Node) -> None:
        """Write down what was saved."""
        if self._books is None:
            return
        self._books.ledger.runs[self._run] = self._record
        if self._books.record(dataset_name, node, self._run, self._versions):
            self._books.keep()

    @hook_impl(trylast=True)  # the timings are kept first
    def after_pipeline_run(self, pipeline: Pipeline) -> None:
        """Write the manifest of each assay whose outputs, or whose genome's, were written."""
        if self._books is None:
            return
        assays = {stage_and_assay(node)[1] for node in pipeline.nodes} - {"", GENOME}
        for assay in sorted(assays):
            self._write_manifest(self._books, assay)

    def _write_manifest(self, books: Books, assay: str) -> None:
        outputs = books.outputs_of(assay)
        if not any(each.run == self._run for each in outputs.values()):
            return
        dataset = self._catalog.get(f"{assay}.manifest")
        folder = Path(str(dataset._filepath)).parent
        used = {each.run for each in outputs.values()}
        dataset.save(
            Manifest(
                study=self._loader.study,
                assay=assay,
                root=os.path.relpath(self._root, folder),
                runs={run: of for run, of in books.ledger.runs.items() if run in used},
                outputs=outputs,
                stages=self._taken(assay),
                inputs=books.sources_of(assay),
            )
        )

    def _taken(self, assay: str) -> dict[str, StageCost]:
        """What each stage took: in this run, or when it last ran whole."""
        kept = self._catalog.get(f"{assay}.timings")
        known = kept.load() if kept.exists() else {}
        new = self._timings.so_far(assay)
        seconds, peaks = ({**known.get(of, {}), **new[of]} for of in ("seconds", "peak_mib"))
        return {
            stage: StageCost(round(taken, 2), round(peaks[stage], 1) if stage in peaks else None)
            for stage, taken in seconds.items()
        }
