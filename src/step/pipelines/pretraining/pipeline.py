"""Networks pretrained on simulated courses."""

from kedro.pipeline import Node, Pipeline

from step.pipelines.pretraining.nodes import pretrain_network


def create_pipeline() -> Pipeline:
    """Both networks; run on request alone."""
    return _of("STEPmr") + _of("STEPmi")


def _of(kind: str) -> Pipeline:
    return Pipeline(
        [
            Node(
                pretrain_network,
                ["params:network", "params:training", "checkpoint"],
                "network",
                name="pretrain_network",
            )
        ],
        namespace=f"pretraining.{kind}",
        parameters={
            "params:network": f"params:pretraining.{kind}",
            "params:training": "params:pretraining.training",
        },
        tags="pretraining",
    )
