"""The published protocol, stage by stage."""

from kedro.pipeline import Node, Pipeline

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
from step.published.scores import tabulate_published

STAGES = ["ingestion", "graph_engineering", "embedding", "modelling", "reporting"]
FIGURES = ["forecast_scatter", "coordinates", "loss_by_epoch", "gene_scores", "gene_courses"]


def create_pipeline(assay: str) -> Pipeline:
    """One assay from the authors' table of pairs to the report."""
    own = f"params:{assay}.published"
    figures = {name: f"figure_{name}" for name in FIGURES}
    ingestion = [
        Node(
            read_pairs,
            [
                "raw_pairs",
                "params:assay",
                "params:clean_names",
                "params:window",
                "params:train_share",
            ],
            ["pairs", "expression"],
            name="read_pairs",
        )
    ]
    graph_engineering = [
        Node(weigh, ["pairs", "expression", "params:weighting"], "edges", name="weigh")
    ]
    embedding = [
        Node(embed, ["expression", "edges", "params:embedding"], "embeddings", name="embed")
    ]
    modelling = [
        Node(
            fit_mrna if assay == "mrna" else fit_mirna,
            ["expression", "edges", "embeddings", "params:network"],
            {name: name for name in ("backtest", "loss_curves", "model")},
            name="fit",
        )
    ]
    reporting = [
        Node(
            score,
            [
                "backtest",
                "expression",
                "edges",
                "embeddings",
                "params:study",
                "params:assay",
                "params:window",
                "params:reported",
                "params:remarks",
            ],
            "metrics",
            name="score",
        ),
        Node(tabulate_published, ["backtest", "expression", "edges"], "per_gene", name="tabulate"),
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
                "window": "params:window",
                "patience": "params:patience",
                "most_epochs": "params:most_epochs",
            }
            | figures,
            "report",
            name="write_report",
        ),
    ]
    parameters = {
        "params:assay": f"params:{assay}.assay",
        "params:study": "params:report.study",
        "params:patience": f"{own}.network.training.patience",
        "params:most_epochs": f"{own}.network.training.most_epochs",
        "params:window": f"{own}.network.training.window",
        "params:train_share": f"{own}.network.training.train_share",
    } | {
        f"params:{name}": f"{own}.{name}"
        for name in ("clean_names", "weighting", "embedding", "network", "reported", "remarks")
    }
    nodes = (ingestion, graph_engineering, embedding, modelling, reporting)
    made = (
        _stage(stage, assay, Pipeline(inside), parameters)
        for stage, inside in zip(STAGES, nodes, strict=True)
    )
    return sum(made, Pipeline([]))


def _stage(stage: str, assay: str, inside: Pipeline, parameters: dict[str, str]) -> Pipeline:
    """The nodes of a stage; its datasets are the assay's."""
    names = inside.inputs() | inside.all_outputs()
    datasets = {name: f"{assay}.{name}" for name in names if not name.startswith("params:")}
    return Pipeline(
        inside,
        namespace=f"{stage}.{assay}",
        inputs={name: datasets[name] for name in inside.inputs() if name in datasets},
        outputs={name: datasets[name] for name in inside.all_outputs()},
        parameters={name: parameters[name] for name in names if name in parameters},
        tags=stage,
    )


def register_pipelines() -> dict[str, Pipeline]:
    """Each assay and each stage of the published protocol, under the names of the usual ones."""
    by_assay = {assay: create_pipeline(assay) for assay in ("mrna", "mirna")}
    whole = sum(by_assay.values(), Pipeline([]))
    stages = {stage: whole.only_nodes_with_tags(stage) for stage in STAGES}
    return {"__default__": whole, **by_assay, **stages}
