"""Scores, tables, figures and the report."""

from kedro.pipeline import Node, Pipeline

from step.pipelines.reporting.nodes import (
    compute_metrics,
    draw_accuracy,
    draw_enrichment,
    draw_genes,
    draw_genome,
    fill_workbook,
    find_enrichment,
    tabulate_genes,
    write_report,
)

ACCURACY = [
    "arm_errors",
    "observed_against_forecast",
    "error_by_time",
    "graph_test",
    "loss_curves",
]
GENES = ["predictability", "gene_pages"]
GENOME = ["contact_map", "embedding"]
FIGURES = [*ACCURACY, *GENES, *GENOME, "enrichment"]

ASSAY_INPUTS = [
    "backtest",
    "expression",
    "graph_test",
    "genes",
    "edges",
    "embeddings",
    "loss_curves",
    "forecast",
    "sample_table",
]
ASSAY_OUTPUTS = ["metrics", "per_gene", "enrichment", "workbook", "report"]


def _figures(names: list[str]) -> dict[str, str]:
    return {name: f"figure_{name}" for name in names}


def create_pipeline(assay: str) -> Pipeline:
    """One assay's reports."""
    return Pipeline(
        [
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
                ["backtest", "genes", "expression", "metrics"],
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
                draw_accuracy,
                ["metrics", "backtest", "expression", "loss_curves", "params:report"],
                _figures(ACCURACY),
                name="draw_accuracy",
            ),
            Node(
                draw_genes,
                ["per_gene", "expression", "backtest", "forecast", "params:report"],
                _figures(GENES),
                name="draw_genes",
            ),
            Node(
                draw_genome,
                ["hic_contacts", "bins", "genes", "edges", "embeddings"],
                _figures(GENOME),
                name="draw_genome",
            ),
            Node(draw_enrichment, "enrichment", "figure_enrichment", name="draw_enrichment"),
            Node(
                fill_workbook,
                ["metrics", "per_gene", "forecast", "enrichment", "edges", "sample_table"],
                "workbook",
                name="fill_workbook",
            ),
            Node(
                write_report,
                {
                    "metrics": "metrics",
                    "per_gene": "per_gene",
                    "enrichment": "enrichment",
                    "forecast": "forecast",
                    "samples": "sample_table",
                    "report": "params:report",
                }
                | {("enriched" if n == "enrichment" else n): f"figure_{n}" for n in FIGURES},
                "report",
                name="write_report",
            ),
        ],
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
