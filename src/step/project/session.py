"""The session of a run."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import click
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.io import DatasetError
from kedro.runner import AbstractRunner, SequentialRunner

from step.project.faults import explanation
from step.project.interrupt import stoppable
from step.project.lock import alone
from step.project.selection import named_pipelines

LOCKS = "data/.locks"
PRETRAINING = "pretraining"


class StudySession(KedroSession):
    """Kedro's session, which says in one message why nothing can be run."""

    def run(
        self,
        pipeline_name: str | None = None,
        pipeline_names: list[str] | None = None,
        *,
        runner: AbstractRunner | None = None,
        **selection: Any,
    ) -> dict[str, Any]:
        """Run pipelines, or the selection of their nodes that Kedro's other arguments make.

        A study is run by one process at a time.

        Raises:
            click.ClickException: The runner is not sequential, nothing has the names asked for,
                another process runs the study, or a signal stopped the run.
        """
        if runner is not None:
            _require_sequential(runner)
        names = [pipeline_name] if pipeline_name else pipeline_names
        with stoppable(), self._alone(names or []):
            try:
                return super().run(pipeline_name, pipeline_names, runner=runner, **selection)
            except ValueError:
                _require_selection(names, selection)
                raise
            except (OSError, DatasetError) as error:  # before the first node, or after the last
                found = explanation(error, str(getattr(error, "filename", None) or ""))
                if found is None:
                    raise
                raise click.ClickException(found) from error

    @contextmanager
    def _alone(self, names: list[str]) -> Iterator[None]:
        """Hold the study; pretraining, whose results are no study's, holds a name of its own."""
        studies = {self._get_config_loader().study, *({PRETRAINING} & set(names))}
        with ExitStack() as locks:
            for study in sorted(studies):
                locks.enter_context(alone(self._project_path / LOCKS, study))
            yield


def _require_sequential(runner: AbstractRunner) -> None:
    if not isinstance(runner, SequentialRunner) or runner._is_async:
        raise click.ClickException(
            "STEP runs its nodes one after another, and computes in parallel within them: leave "
            "out --runner and --async, and set `backtest.jobs` instead."
        )


def _require_selection(names: list[str] | None, selection: dict[str, Any]) -> None:
    """Raise a ClickException if a pipeline, a node, a dataset or a tag of a run does not exist."""
    for name in names or []:
        if name not in pipelines:
            raise click.ClickException(
                f"There is no pipeline {name!r:.100}; there are {', '.join(sorted(pipelines))}."
            )
    options = ("tags", "from_nodes", "to_nodes", "node_names", "from_inputs", "to_outputs")
    chosen = {option: selection.get(option) for option in options}
    try:
        named_pipelines(names).filter(**chosen, node_namespaces=selection.get("namespaces"))
    except ValueError as error:
        raise click.ClickException(f"{error!s:.500}") from error
