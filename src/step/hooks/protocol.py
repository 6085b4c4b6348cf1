"""The named pipelines of a run."""

import click
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines

REGISTRIES = {
    "forecast": "step.pipeline_registry",
    "published": "step.pipelines.published.pipeline",
}


class Protocol:
    """Chooses the named pipelines: those that forecast, or those of the published protocol."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Configure the registry that the environment's `protocol` names."""
        name = context.config_loader["globals"].get("protocol", "forecast")
        if name not in REGISTRIES:
            raise click.ClickException(
                f"globals.yml: `protocol` is {name!r}; it is {' or '.join(REGISTRIES)}."
            )
        pipelines.configure(REGISTRIES[name])
