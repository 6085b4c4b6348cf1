"""Scores, tables, figures and the report."""

from kedro.pipeline import Node, Pipeline

from step.evaluation.events import find_events
from step.figures.biology import enrichment as draw_enrichment
from step.pipelines.reporting.nodes import (
    compute_metrics,
    copy_tables,
    describe_expression,
    draw_accuracy,
    draw_gene_pages,
    draw_genes,
    draw_genome,
    draw_neighbours,
    draw_samples,
    find_enrichment,
    find_event_sets,
    pack_browser,
    tabulate_genes,
)
from step.reports.study import write_report
from step.reports.workbook import study_sheets

ACCURACY = [
    "arm_errors",
    "observed_against_forecast",
    "changes",
    "error_by_time",
    "skill_by_origin",
    "calibration",
    "graph_test",
]
GENES = ["predictability", "course_heatmap", "structure_against_expression"]
NEIGHBOURS = ["gene_correlations", "gene_network"]
GENOME = ["contact_map", "contact_maps", "embedding"]
IN_REPORT = [*ACCURACY, *GENES, *NEIGHBOURS, *GENOME, "sample_overview", "enrichment"]
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
    "samples",
    "sample_table",
    "run",
]
IN_WORKBOOK = [
    "metrics",
    "enrichment_scope",
    "per_gene",
    "expression",
    "backtest",
    "forecast",
    "enrichment",
    "enrichment_ranked",
    "events",
    "edges",
    "sample_table",
]
AS_CSV = ["per_gene", "forecast", "enrichment", "enrichment_ranked"]
ASSAY_OUTPUTS = [
    "subject",
    "metrics",
    "per_gene",
    "events",
    "event_sets",
    "enrichment",
    "enrichment_ranked",
    "enrichment_scope",
    "workbook",
    *(f"{name}_csv" for name in AS_CSV),
    "report",
]


def _figures(names: list[str]) -> dict[str, str]:
    return {name: f"figure_{name}" for name in names}


def _table_nodes(settings: list[str]) -> list[Node]:
    return [
        Node(
            describe_expression,
            ["expression", *(f"params:{name}" for name in settings)],
            "subject",
            name="describe_expression",
        ),
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
            ["backtest", "genes", "expression", "weights", "edges", "metrics"],
            "per_gene",
            name="tabulate_genes",
        ),
        Node(find_events, "backtest", "events", name="find_events"),
        Node(
            find_event_sets,
            ["events", "per_gene", "gene_sets", "params:report"],
            "event_sets",
            name="find_event_sets",
        ),
        Node(
            pack_browser,
            ["per_gene", "expression", "samples", "backtest", "forecast", "edges", "metrics"],
            "browser",
            name="pack_browser",
        ),
        Node(
            find_enrichment,
            ["per_gene", "gene_sets", "params:report", "params:species"],
            ["enrichment", "enrichment_ranked", "enrichment_scope"],
            name="find_enrichment",
        ),
        Node(study_sheets, {name: name for name in IN_WORKBOOK}, "workbook", name="fill_workbook"),
        Node(copy_tables, AS_CSV, [f"{name}_csv" for name in AS_CSV], name="copy_tables"),
    ]


def _figure_nodes() -> list[Node]:
    return [
        Node(
            draw_accuracy,
            ["metrics", "backtest", "expression", "params:report"],
            _figures(ACCURACY),
            name="draw_accuracy",
        ),
        Node(
            draw_genes,
            ["per_gene", "expression", "params:report"],
            _figures(GENES),
            name="draw_genes",
        ),
        Node(
            draw_neighbours,
            ["per_gene", "expression", "backtest", "edges", "metrics", "params:report"],
            _figures(NEIGHBOURS),
            name="draw_neighbours",
        ),
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
        Node(
            draw_samples,
            ["samples", "params:report"],
            "figure_sample_overview",
            name="draw_samples",
        ),
        Node(draw_enrichment, "enrichment", "figure_enrichment", name="draw_enrichment"),
    ]


def _report_node() -> Node:
    tables = {
        name: name
        for name in (
            "metrics", "per_gene", "enrichment", "enrichment_ranked", "enrichment_scope", "events",
            "event_sets", "browser", "run", "subject",
        )
    }  # fmt: skip
    others = {
        "samples": "sample_table",
        "report": "params:report",
        "backtest": "params:backtest",
        "network": "params:network",
    }
    figures = {
        ("enriched" if name == "enrichment" else name): f"figure_{name}" for name in IN_REPORT
    }
    return Node(write_report, tables | others | figures, "report", name="write_report")


def create_pipeline(assay: str, *, with_targets: bool) -> Pipeline:
    """One assay's reports.

    Args:
        assay: `mrna` or `mirna`.
        with_targets: Whether the samples may stand for target genes.
    """
    settings = ["layout", "normalisation"] + (["nodes"] if with_targets else [])
    return Pipeline(
        [*_table_nodes(settings), *_figure_nodes(), _report_node()],
        namespace=f"reporting.{assay}",
        inputs={name: f"{assay}.{name}" for name in ASSAY_INPUTS}
        | {"gene_sets": "gene_sets", "hic_contacts": "hic_contacts", "bins": "genome.bins"},
        outputs={name: f"{assay}.{name}" for name in ASSAY_OUTPUTS}
        | {f"figure_{name}": f"{assay}.figure_{name}" for name in FIGURES},
        parameters={
            "params:backtest": "params:backtest",
            "params:report": "params:report",
            **{f"params:{name}": f"params:{assay}.{name}" for name in ("assay", "network")},
            **{f"params:{name}": f"params:{assay}.{name}" for name in settings},
            "params:species": "params:species",
        },
        tags="reporting",
    )
