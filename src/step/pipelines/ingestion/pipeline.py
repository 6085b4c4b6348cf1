"""Raw files to samples, expression and places."""

from kedro.pipeline import Node, Pipeline

from step.expression.replicates import summarise_replicates
from step.genome.placement import choose_tss
from step.pipelines.ingestion.nodes import (
    check_genome,
    choose_nodes,
    find_places,
    keep_detected,
    names_to_look_up,
    normalise_samples,
    understand_names,
    understand_table,
    understand_targets,
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
    understood = [
        Node(
            understand_table,
            [
                "raw_expression",
                "sample_sheet",
                "params:layout",
                "params:backtest",
            ],
            "measurements",
            name="understand_table",
        ),
        Node(
            understand_names,
            ["gene_names", "looked_up_names"],
            "names",
            name="understand_names",
        ),
    ]
    prepared = [
        Node(
            normalise_samples,
            ["measurements", "params:normalisation", "params:backtest"],
            ["normalised", "sample_table"],
            name="normalise_samples",
        ),
        Node(
            keep_detected,
            [
                "chosen" if with_targets else "normalised",
                "params:normalisation",
                "params:backtest",
            ],
            "samples",
            name="keep_detected",
        ),
        Node(summarise_replicates, "samples", "expression", name="summarise_replicates"),
        Node(find_places, ["expression", "names", "annotation"], "places", name="find_places"),
    ]
    targets = [
        Node(
            understand_targets,
            ["targets", "raw_expression", "params:layout", "params:nodes"],
            "understood_targets",
            name="understand_targets",
        ),
        Node(
            choose_nodes,
            ["normalised", "understood_targets", "params:nodes"],
            "chosen",
            name="choose_nodes",
        ),
    ]
    own = ["raw_expression", "sample_sheet", "gene_names", "looked_up_names"]
    own += ["targets"] if with_targets else []
    settings = ["layout", "normalisation"] + (["nodes"] if with_targets else [])
    return Pipeline(
        understood + prepared + (targets if with_targets else []),
        namespace=f"ingestion.{assay}",
        inputs={name: f"{assay}.{name}" for name in own} | {"annotation": "genome.annotation"},
        outputs={
            name: f"{assay}.{name}" for name in ("sample_table", "samples", "expression", "places")
        },
        parameters={f"params:{name}": f"params:{assay}.{name}" for name in settings}
        | {
            "params:backtest": "params:backtest",
        },
        tags="ingestion",
    )


def create_lookup_pipeline(assay: str) -> Pipeline:
    """Look up the names of one assay's genes without a place; run on request alone."""
    return Pipeline(
        [Node(names_to_look_up, "places", "names_to_look_up", name="names_to_look_up")],
        namespace=f"ingestion.{assay}",
        inputs={"places": f"{assay}.places"},
        outputs={"names_to_look_up": f"{assay}.names_to_look_up"},
        tags="gene_names",
    )
