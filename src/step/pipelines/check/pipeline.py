"""A study's files, read and held against its settings."""

from kedro.pipeline import Node, Pipeline

from step.pipelines.check.nodes import (
    check_gene_sets,
    check_genome,
    check_places,
    check_table,
    check_targets,
    list_genes,
    summarise,
)
from step.project.selection import ASSAYS

SHARED = {"hic_contacts", "gene_annotation", "gene_sets", "regulatory_edges"}
OF_ASSAYS = ("raw_expression", "sample_sheet", "gene_names", "looked_up_names")
SETTINGS = ("layout", "normalisation")


def create_pipeline() -> Pipeline:
    """Check all sources of both assays; what a study does not have is passed over.

    The nodes of both assays stay where a study has one alone: they find nothing to check.
    """
    findings = ["genome_found", "mrna_table_found", "mirna_table_found", "mirna_targets_found"]
    findings += ["mrna_places_found", "mirna_places_found", "gene_sets_found"]
    nodes = [
        Node(
            check_genome,
            ["hic_contacts", "gene_annotation", "params:genome", "params:features"],
            ["genome_found", "start_sites"],
            name="check_genome",
        ),
        *_table_nodes("mrna"),
        *_table_nodes("mirna"),
        Node(list_genes, "mrna_course", "mrna_named", name="list_genes"),
        Node(
            check_targets,
            ["mirna_course", "mirna.targets", "params:mirna.nodes"],
            ["mirna_targets_found", "mirna_named"],
            name="check_targets",
        ),
        Node(
            check_gene_sets,
            ["gene_sets", "regulatory_edges", "mrna_placed", "mirna_placed"],
            "gene_sets_found",
            name="check_gene_sets",
        ),
        Node(summarise, findings, "check", name="summarise"),
    ]
    return Pipeline(
        nodes,
        namespace="check",
        inputs=SHARED
        | {f"{assay}.{name}" for assay in ASSAYS for name in OF_ASSAYS}
        | {"mirna.targets"},
        outputs={"check"},
        parameters={f"params:{name}" for name in ("genome", "features", "backtest", "mirna.nodes")}
        | {f"params:{assay}.{name}" for assay in ASSAYS for name in SETTINGS},
        tags="check",
    )


def _table_nodes(assay: str) -> list[Node]:
    return [
        Node(
            check_table,
            [f"{assay}.raw_expression", f"{assay}.sample_sheet"]
            + [f"params:{assay}.{name}" for name in SETTINGS]
            + ["params:backtest"],
            [f"{assay}_table_found", f"{assay}_course"],
            name=f"check_{assay}_table",
        ),
        Node(
            check_places,
            [f"{assay}_named", f"{assay}.gene_names", f"{assay}.looked_up_names", "start_sites"],
            [f"{assay}_places_found", f"{assay}_placed"],
            name=f"check_{assay}_places",
        ),
    ]
