"""Results that do not fit their manifest end `kedro run --pipelines verify` with an error."""

import click
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

VERIFIED = "verified"
MOST_LISTED = 40


class Verification:
    """Ends a verification with all that does not fit in one message."""

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Raise a command-line error if anything does not fit, or nothing was recorded."""
        if VERIFIED not in pipeline.all_outputs():
            return
        verified = catalog.load(VERIFIED)
        if not verified.manifests:
            raise click.ClickException(
                "The study has no manifest: no run of it has ended. Run it first, as with `kedro "
                "run`."
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
                        "`kedro run --only-missing-outputs` computes again what does not fit.",
                    ]
                )
            )
