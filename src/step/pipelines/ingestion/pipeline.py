"""Raw files to samples, expression and places."""

from kedro.pipeline import Node, Pipeline

from step.expression.replicates import summarise_replicates
from step.genome.placement import choose_tss
from step.pipelines.ingestion.nodes import (
    ask_for_symbols,
    check_genome,
    choose_nodes,
    choose_targets,
    find_places,
    keep_detected,
    names_without_place,
    read_expression,
    read_symbols,
    tabulate_samples,
)


def create_genome_pipeline() -> Pipeline:
    """The annotation, checked against the map; both assays share it."""
    return Pipeline(
        [
            Node(
                check_genome,
                ["gene_annotation", "hic_contacts", "params:genome", "params:features"],
                "checked_annotation",
                name="check_genome",
            ),
            Node(choose_tss, "checked_annotation", "annotation", name="choose_tss"),
        ],
        namespace="ingestion.genome",
        inputs={"gene_annotation", "hic_contacts"},
        outputs={"annotation": "genome.annotation"},
        parameters={"params:genome", "params:features"},
        tags="ingestion",
    )


def create_pipeline(assay: str, *, with_targets: bool) -> Pipeline:
    """One assay's samples, expression and places.

    Args:
        assay: `mrna` or `mirna`.
        with_targets: Whether the samples may stand for target genes.
    """
    placement = Pipeline(
        [
            Node(
                read_symbols,
                ["gene_names", "looked_up_names"],
                "names",
                name="read_symbols",
            ),
            Node(find_places, ["expression", "names", "annotation"], "places", name="find_places"),
        ],
        namespace=f"ingestion.{assay}",
        inputs={name: f"{assay}.{name}" for name in ("gene_names", "looked_up_names", "expression")}
        | {"annotation": "genome.annotation"},
        outputs={"places": f"{assay}.places"},
        tags="ingestion",
    )
    return _expression_pipeline(assay, with_targets) + placement


def create_lookup_pipeline(assay: str, *, with_targets: bool) -> Pipeline:
    """Look up the names of one assay's genes without a place; run on request alone.

    Args:
        assay: `mrna` or `mirna`.
        with_targets: Whether the samples may stand for target genes.
    """
    lookup = Pipeline(
        [
            Node(
                names_without_place,
                ["expression", "gene_names", "annotation"],
                "names_without_place",
                name="names_without_place",
            ),
            Node(
                ask_for_symbols,
                ["names_without_place", "params:species"],
                "looked_up_names",
                name="ask_for_symbols",
            ),
        ],
        namespace=f"ingestion.{assay}",
        inputs={name: f"{assay}.{name}" for name in ("gene_names", "expression")}
        | {"annotation": "genome.annotation"},
        outputs={"looked_up_names": f"{assay}.looked_up_names"},
        parameters={"params:species"},
        tags="gene_names",
    )
    return _expression_pipeline(assay, with_targets) + lookup


def _expression_pipeline(assay: str, with_targets: bool) -> Pipeline:
    """From the lab's table to expression; what is wrong with the table, the first node finds."""
    nodes = [
        Node(
            read_expression,
            ["raw_expression", "sample_sheet"]
            + [f"params:{name}" for name in ("layout", "normalisation", "backtest")],
            ["normalised", "samples_read"],
            name="read_expression",
        ),
        Node(
            tabulate_samples,
            ["normalised", "samples_read"],
            ["values", "sample_table"],
            name="tabulate_samples",
        ),
        Node(
            keep_detected,
            ["chosen" if with_targets else "values", "params:normalisation", "params:backtest"],
            "samples",
            name="keep_detected",
        ),
        Node(summarise_replicates, "samples", "expression", name="summarise_replicates"),
    ]
    targets = [
        Node(
            choose_targets,
            ["targets", "raw_expression", "params:layout", "params:nodes"],
            "measured_targets",
            name="choose_targets",
        ),
        Node(
            choose_nodes,
            ["values", "measured_targets", "params:nodes"],
            "chosen",
            name="choose_nodes",
        ),
    ]
    own = ["raw_expression", "sample_sheet"] + (["targets"] if with_targets else [])
    settings = ["layout", "normalisation"] + (["nodes"] if with_targets else [])
    return Pipeline(
        nodes + (targets if with_targets else []),
        namespace=f"ingestion.{assay}",
        inputs={name: f"{assay}.{name}" for name in own},
        outputs={name: f"{assay}.{name}" for name in ("sample_table", "samples", "expression")},
        parameters={f"params:{name}": f"params:{assay}.{name}" for name in settings}
        | {"params:backtest": "params:backtest"},
        tags="ingestion",
    )
