"""The published protocol of one assay."""

from kedro.pipeline import Node, Pipeline

from step.pipelines.published.nodes import (
    draw,
    draw_graph,
    embed,
    fill_workbook,
    fit_networks,
    read_pairs,
    score,
    weigh,
    write_report,
)
from step.published.scores import tabulate_published

SCORES = (
    "forecast_scatter",
    "changes",
    "accuracy_by_time",
    "coordinates",
    "loss_by_epoch",
    "gene_scores",
    "gene_courses",
)
FITTED = ("backtest", "trained_windows", "loss_curves", "model")
GRAPH = ("graph", "embedding_paths")


def create_pipeline(assay: str) -> Pipeline:
    """From the authors' table of pairs to the report; all datasets are `published.{assay}.…`."""
    return Pipeline(
        _nodes(),
        namespace=f"published.{assay}",
        inputs={"raw_pairs": f"{assay}.raw_pairs"},
        parameters={
            "params:settings": f"params:published.{assay}",
            "params:device": "params:runtime.device",
        },
        tags="published",
    )


def _nodes() -> list[Node]:
    scores, graph = ({name: f"figure_{name}" for name in names} for names in (SCORES, GRAPH))
    return [
        Node(
            read_pairs,
            ["raw_pairs", "params:settings"],
            ["pairs", "expression"],
            name="read_pairs",
        ),
        Node(weigh, ["pairs", "expression", "params:settings"], "edges", name="weigh"),
        Node(embed, ["expression", "edges", "params:settings"], "embeddings", name="embed"),
        Node(
            fit_networks,
            ["expression", "edges", "embeddings", "params:settings", "params:device"],
            {name: name for name in FITTED},
            name="fit_networks",
        ),
        Node(
            score,
            ["backtest", "expression", "edges", "embeddings", "params:settings"],
            "metrics",
            name="score",
        ),
        Node(tabulate_published, ["backtest", "expression", "edges"], "per_gene", name="tabulate"),
        Node(
            draw,
            [
                "metrics",
                "backtest",
                "trained_windows",
                "loss_curves",
                "per_gene",
                "expression",
                "embeddings",
            ],
            scores,
            name="draw",
        ),
        Node(draw_graph, ["edges", "expression", "embeddings"], graph, name="draw_graph"),
        Node(
            fill_workbook,
            ["metrics", "per_gene", "backtest", "edges"],
            "workbook",
            name="fill_workbook",
        ),
        Node(
            write_report,
            {"metrics": "metrics", "per_gene": "per_gene", "settings": "params:settings"}
            | scores
            | graph,
            "report",
            name="write_report",
        ),
    ]
