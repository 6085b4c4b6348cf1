"""The published protocol, stage by stage."""

from kedro.pipeline import Node, Pipeline

from step.evaluation.published import tabulate_published
from step.pipelines.published.nodes import (
    draw,
    embed,
    fill_workbook,
    fit_mirna,
    fit_mrna,
    read_pairs,
    score,
    weigh,
    write_report,
)

FIGURES = ["forecast_scatter", "coordinates", "loss_by_epoch", "gene_scores", "gene_courses"]


def create_pipeline(assay: str) -> Pipeline:
    """One assay from the authors' table of pairs to the report."""
    own = f"params:{assay}.published"
    figures = {name: f"figure_{name}" for name in FIGURES}
    fit = fit_mrna if assay == "mrna" else fit_mirna
    return (
        _stage(
            "ingestion",
            assay,
            Node(
                read_pairs,
                ["raw_pairs", "params:assay", "params:clean_names"],
                ["pairs", "expression"],
                name="read_pairs",
            ),
            {"params:assay": f"params:{assay}.assay", "params:clean_names": f"{own}.clean_names"},
        )
        + _stage(
            "graph_engineering",
            assay,
            Node(weigh, ["pairs", "expression", "params:weighting"], "edges", name="weigh"),
            {"params:weighting": f"{own}.weighting"},
        )
        + _stage(
            "embedding",
            assay,
            Node(embed, ["expression", "edges", "params:embedding"], "embeddings", name="embed"),
            {"params:embedding": f"{own}.embedding"},
        )
        + _stage(
            "modelling",
            assay,
            Node(
                fit,
                ["expression", "edges", "embeddings", "params:network"],
                {name: name for name in ("backtest", "loss_curves", "model")},
                name="fit",
            ),
            {"params:network": f"{own}.network"},
        )
        + _stage(
            "reporting",
            assay,
            Node(
                score,
                [
                    "backtest",
                    "expression",
                    "embeddings",
                    "params:study",
                    "params:assay",
                    "params:window",
                    "params:reported",
                ],
                "metrics",
                name="score",
            ),
            Node(
                tabulate_published, ["backtest", "expression", "edges"], "per_gene", name="tabulate"
            ),
            Node(
                draw,
                ["metrics", "backtest", "embeddings", "loss_curves", "per_gene", "expression"],
                figures,
                name="draw",
            ),
            Node(
                fill_workbook,
                ["metrics", "per_gene", "backtest", "edges"],
                "workbook",
                name="fill_workbook",
            ),
            Node(
                write_report,
                {
                    "metrics": "metrics",
                    "per_gene": "per_gene",
                    "patience": "params:patience",
                    "most_epochs": "params:most_epochs",
                }
                | figures,
                "report",
                name="write_report",
            ),
            {
                "params:study": "params:report.study",
                "params:assay": f"params:{assay}.assay",
                "params:window": f"{own}.network.training.window",
                "params:reported": f"{own}.reported",
                "params:patience": f"{own}.network.training.patience",
                "params:most_epochs": f"{own}.network.training.most_epochs",
            },
        )
    )


def _stage(stage: str, assay: str, *parts: Node | dict[str, str]) -> Pipeline:
    """The nodes of a stage, whose datasets are the assay's; the last part maps parameters."""
    *nodes, parameters = parts
    inside = Pipeline(nodes)
    datasets = {
        name: f"{assay}.{name}" for name in inside.datasets() if not name.startswith("params:")
    }
    return Pipeline(
        nodes,
        namespace=f"{stage}.{assay}",
        inputs={name: datasets[name] for name in inside.inputs() if name in datasets},
        outputs={name: datasets[name] for name in inside.all_outputs()},
        parameters=parameters,
        tags=stage,
    )


def register_pipelines() -> dict[str, Pipeline]:
    """Each assay by the published protocol; in place of the pipelines of the same names."""
    by_assay = {assay: create_pipeline(assay) for assay in ("mrna", "mirna")}
    return {"__default__": sum(by_assay.values(), Pipeline([])), **by_assay}
