"""Where a run computes is known, and can be used, before anything is read."""

from contextlib import ExitStack
from typing import Any

import click
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from pydantic import TypeAdapter

from step.errors import InputError


class Runtime:
    """Connects a run to the cluster that its settings name, for as long as it lasts."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._settings: dict[str, Any] = {}

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remember the settings."""
        self._settings = context.config_loader["parameters"]["runtime"]

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self) -> None:
        """Raise a command-line error if the cluster or the GPU asked for is not there."""
        from step.parallel import workers  # with these torch is imported, which takes seconds
        from step.runtime import RuntimeSettings, choose_device

        self._open.close()  # of a run that another hook ended
        runtime = TypeAdapter(RuntimeSettings).validate_python(self._settings)
        try:
            choose_device(runtime.device)
            self._open.enter_context(workers(runtime))
        except InputError as error:
            raise click.ClickException(str(error)) from error

    @hook_impl
    def after_pipeline_run(self) -> None:
        """Let go of the cluster."""
        self._open.close()

    @hook_impl(tryfirst=True)
    def on_pipeline_error(self) -> None:
        """Let go of the cluster."""
        self._open.close()
