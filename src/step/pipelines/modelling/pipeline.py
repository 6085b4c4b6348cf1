"""Backtest and forecast of one assay."""

from kedro.pipeline import Node, Pipeline

from step.pipelines.modelling.nodes import run_backtest

OUTPUTS = ("backtest", "graph_test", "forecast", "weights", "model")


def create_pipeline(assay: str) -> Pipeline:
    """Backtest and forecast of `mrna` or `mirna`."""
    return Pipeline(
        [
            Node(
                run_backtest,
                ["expression", "edges", "genes"]
                + [f"params:{name}" for name in ("network", "backtest", "device")],
                {name: name for name in OUTPUTS},
                name="run_backtest",
            )
        ],
        namespace=f"modelling.{assay}",
        inputs={name: f"{assay}.{name}" for name in ("expression", "edges", "genes")},
        outputs={name: f"{assay}.{name}" for name in OUTPUTS},
        parameters={
            "params:network": f"params:{assay}.network",
            "params:backtest": "params:backtest",
            "params:device": "params:runtime.device",
        },
        tags="modelling",
    )
