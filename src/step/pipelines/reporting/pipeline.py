"""Scores, tables, figures and the report."""

from kedro.pipeline import Node, Pipeline

from step.figures.biology import enrichment as draw_enrichment
from step.figures.genes import predictability
from step.pipelines.reporting.nodes import (
    compute_metrics,
    draw_accuracy,
    draw_gene_pages,
    draw_genome,
    find_enrichment,
    tabulate_genes,
)
from step.reports.study import write_report
from step.reports.workbook import study_sheets

ACCURACY = [
    "arm_errors",
    "observed_against_forecast",
    "error_by_time",
    "graph_test",
]
GENOME = ["contact_map", "embedding"]
IN_REPORT = [*ACCURACY, "predictability", *GENOME, "enrichment"]
FIGURES = [*IN_REPORT, "gene_pages"]

ASSAY_INPUTS = [
    "backtest",
    "expression",
    "graph_test",
    "genes",
    "edges",
    "embeddings",
    "forecast",
    "weights",
    "sample_table",
]
ASSAY_OUTPUTS = ["metrics", "per_gene", "enrichment", "workbook", "report"]


def _figures(names: list[str]) -> dict[str, str]:
    return {name: f"figure_{name}" for name in names}


def _table_nodes() -> list[Node]:
    return [
        Node(
            compute_metrics,
            [
                "backtest",
                "expression",
                "graph_test",
                "params:backtest",
                "params:report",
                "params:assay",
            ],
            "metrics",
            name="compute_metrics",
        ),
        Node(
            tabulate_genes,
            ["backtest", "genes", "expression", "weights", "metrics"],
            "per_gene",
            name="tabulate_genes",
        ),
        Node(
            find_enrichment,
            ["per_gene", "gene_sets", "params:report"],
            "enrichment",
            name="find_enrichment",
        ),
        Node(
            study_sheets,
            ["metrics", "per_gene", "forecast", "enrichment", "edges", "sample_table"],
            "workbook",
            name="fill_workbook",
        ),
    ]


def _figure_nodes() -> list[Node]:
    return [
        Node(
            draw_accuracy,
            ["metrics", "backtest", "expression", "params:report"],
            _figures(ACCURACY),
            name="draw_accuracy",
        ),
        Node(predictability, "per_gene", "figure_predictability", name="draw_predictability"),
        Node(
            draw_gene_pages,
            ["per_gene", "expression", "backtest", "forecast", "params:report"],
            "figure_gene_pages",
            name="draw_gene_pages",
        ),
        Node(
            draw_genome,
            ["hic_contacts", "bins", "genes", "edges", "embeddings"],
            _figures(GENOME),
            name="draw_genome",
        ),
        Node(draw_enrichment, "enrichment", "figure_enrichment", name="draw_enrichment"),
    ]


def _report_node() -> Node:
    tables = {name: name for name in ("metrics", "per_gene", "enrichment")}
    others = {"samples": "sample_table", "report": "params:report"}
    figures = {
        ("enriched" if name == "enrichment" else name): f"figure_{name}" for name in IN_REPORT
    }
    return Node(write_report, tables | others | figures, "report", name="write_report")


def create_pipeline(assay: str) -> Pipeline:
    """One assay's reports."""
    return Pipeline(
        [*_table_nodes(), *_figure_nodes(), _report_node()],
        namespace=f"reporting.{assay}",
        inputs={name: f"{assay}.{name}" for name in ASSAY_INPUTS}
        | {"gene_sets": "gene_sets", "hic_contacts": "hic_contacts", "bins": "genome.bins"},
        outputs={name: f"{assay}.{name}" for name in ASSAY_OUTPUTS}
        | {f"figure_{name}": f"{assay}.figure_{name}" for name in FIGURES},
        parameters={
            "params:backtest": "params:backtest",
            "params:report": "params:report",
            "params:assay": f"params:{assay}.assay",
        },
        tags="reporting",
    )
