"""What the user can mend is said in one message instead of a traceback."""

import click
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.io import DataCatalog, DatasetError
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from kedro.validation import DataValidationError

from step.errors import InputError
from step.project.config_loader import StudyConfigLoader


class Failures:
    """Ends a run whose input is wrong with the explanation and the files that it comes from."""

    _loader: StudyConfigLoader
    _failed: Node | None = None

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remember which sources the study has."""
        self._loader = context.config_loader
        self._failed = None

    @hook_impl
    def on_node_error(self, node: Node) -> None:
        """Remember which node failed."""
        self._failed = node

    @hook_impl
    def on_pipeline_error(self, error: Exception, catalog: DataCatalog) -> None:
        """Raise what the user can mend as a command-line error."""
        found = explanation(error)
        if found is None:
            return
        if isinstance(error, DataValidationError):  # a table that does not fit its schema
            found = f"{error.dataset_name}: {found}"
        used = _sources_of(self._failed, self._loader.sources()) if self._failed else []
        files = list_files(used, catalog)
        raise click.ClickException(f"{found}\nRead from:\n{files}" if files else found) from error


def explanation(error: BaseException) -> str | None:
    """Return what was written for the user, or what the disk refused, if it lies behind an error.

    An error of the disk counts where a dataset met it.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, InputError):
            return str(cause)
        if isinstance(cause, OSError) and isinstance(error, DatasetError):
            return f"{cause.strerror or cause!s:.200}: {cause.filename!s:.100}"
        cause = cause.__cause__ or cause.__context__
    return None


def list_files(names: list[str], catalog: DataCatalog) -> str:
    """Return a line a dataset: its name and its file; without those that have none."""
    files = {name: catalog.get(name)._describe().get("filepath") for name in names}
    return "\n".join(f"  {name}: {file}" for name, file in files.items() if file)


def _sources_of(node: Node, sources: set[str]) -> list[str]:
    """The sources that a node's inputs come from, through all nodes before it."""
    whole = next((each for each in pipelines.values() if node in each.nodes), Pipeline([node]))
    return sorted(whole.to_nodes(node.name).inputs() & sources)
