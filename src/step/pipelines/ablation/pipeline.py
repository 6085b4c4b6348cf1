"""What each ingredient of the networks is worth."""

from kedro.pipeline import Node, Pipeline

from step.figures.accuracy import ablations
from step.pipelines.ablation.nodes import ablate


def create_pipeline(assay: str) -> Pipeline:
    """One assay's network without each of its ingredients; run on request alone."""
    return Pipeline(
        [
            Node(
                ablate,
                ["expression", "edges", "embeddings"]
                + [f"params:{name}" for name in ("network", "backtest", "embedding", "device")],
                "ablations",
                name="ablate",
            ),
            Node(ablations, "ablations", "figure_ablations", name="draw_ablations"),
        ],
        namespace=f"ablation.{assay}",
        inputs={name: f"{assay}.{name}" for name in ("expression", "edges", "embeddings")},
        outputs={name: f"{assay}.{name}" for name in ("ablations", "figure_ablations")},
        parameters={
            "params:network": f"params:{assay}.network",
            "params:embedding": f"params:{assay}.embedding",
            "params:backtest": "params:backtest",
            "params:device": "params:runtime.device",
        },
        tags="ablation",
    )
