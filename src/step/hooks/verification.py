"""Results that do not fit their manifest end `kedro run --pipelines verify` with an error."""

from typing import Any

import click
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

VERIFIED = "verified"
MOST_LISTED = 40


class Verification:
    """Ends a verification with all that does not fit in one message."""

    @hook_impl
    def after_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> None:
        """Raise a command-line error if anything does not fit, or nothing was recorded."""
        if VERIFIED not in pipeline.all_outputs():
            return
        verified = catalog.load(VERIFIED)
        command = "kedro run" + (f" --env {run_params['env']}" if run_params["env"] else "")
        if not verified.manifests:
            raise click.ClickException(
                f"The study has no manifest: no run of it has ended. Run it first: `{command}`."
            )
        if verified.faults:
            many = len(verified.faults)
            listed = [f"  {fault}" for fault in verified.faults[:MOST_LISTED]]
            if many > MOST_LISTED:
                listed.append(f"  and {many - MOST_LISTED} more.")
            raise click.ClickException(
                "\n".join(
                    [
                        f"{many} difference{'s' if many > 1 else ''} from what the runs recorded:",
                        *listed,
                        f"`{command} --only-missing-outputs` computes again what does not fit; "
                        "with `--pipelines`, as ablation, what the default pipeline leaves out.",
                    ]
                )
            )
