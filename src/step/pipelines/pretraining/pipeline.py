"""Networks pretrained on simulated courses."""

from kedro.pipeline import Node, Pipeline

from step.pipelines.pretraining.nodes import draw_learning_curves, pretrain_network

KINDS = ("STEPmr", "STEPmi")


def create_pipeline() -> Pipeline:
    """Both networks; run on request alone."""
    nodes = [
        Node(
            pretrain_network,
            [f"params:{kind}", "params:training", f"{kind}_checkpoint", "params:device"],
            f"{kind}_network",
            name=f"pretrain_{kind}",
        )
        for kind in KINDS
    ]
    nodes.append(
        Node(
            draw_learning_curves,
            [f"{kind}_network" for kind in KINDS],
            "figure_learning_curves",
            name="draw_learning_curves",
        )
    )
    return Pipeline(
        nodes,
        namespace="pretraining",
        parameters={
            "params:device": "params:runtime.device",
            **{f"params:{name}": f"params:pretraining.{name}" for name in (*KINDS, "training")},
        },
        tags="pretraining",
    )
