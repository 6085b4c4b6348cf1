"""What the user can mend is said in one message instead of a traceback."""

import click
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from kedro.validation import DataValidationError

from step.project.config_loader import StudyConfigLoader
from step.project.faults import explanation


class Failures:
    """Ends a run whose input is wrong with the explanation and the files that it comes from."""

    _loader: StudyConfigLoader
    _failed: Node | None = None
    _saved = ""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remember which sources the study has."""
        self._loader = context.config_loader
        self._failed, self._saved = None, ""

    @hook_impl
    def before_dataset_saved(self, dataset_name: str) -> None:
        """Remember what is written."""
        self._saved = dataset_name

    @hook_impl
    def after_dataset_saved(self) -> None:
        """Remember that nothing is."""
        self._saved = ""

    @hook_impl
    def on_node_error(self, node: Node) -> None:
        """Remember which node failed."""
        self._failed = node

    @hook_impl
    def on_pipeline_error(self, error: Exception, catalog: DataCatalog) -> None:
        """Raise what the user can mend as a command-line error."""
        found = explanation(error, _place(self._saved, catalog))
        if found is None:
            return
        if isinstance(error, DataValidationError):  # a table that does not fit its schema
            found = f"{error.dataset_name}: {found}"
        used = _sources_of(self._failed, self._loader.sources()) if self._failed else []
        files = list_files(used, catalog)
        raise click.ClickException(f"{found}\nRead from:\n{files}" if files else found) from error


def _place(name: str, catalog: DataCatalog) -> str:
    """The file of a dataset, with its name; nothing where there is neither."""
    file = catalog.get(name)._describe().get("filepath") if name else None
    return f"{file} ({name})" if file else ""


def list_files(names: list[str], catalog: DataCatalog) -> str:
    """Return a line a dataset: its name and its file; without those that have none."""
    files = {name: catalog.get(name)._describe().get("filepath") for name in names}
    return "\n".join(f"  {name}: {file}" for name, file in files.items() if file)


def _sources_of(node: Node, sources: set[str]) -> list[str]:
    """The sources that a node's inputs come from, through all nodes before it."""
    whole = next((each for each in pipelines.values() if node in each.nodes), Pipeline([node]))
    return sorted(whole.to_nodes(node.name).inputs() & sources)
