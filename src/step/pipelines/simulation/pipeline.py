"""Raw files of a simulated study."""

from kedro.pipeline import Node, Pipeline

from step.simulation.study import (
    annotate,
    simulate_gene_sets,
    simulate_genome,
    simulate_map,
    simulate_mirna,
    simulate_mrna,
    tabulate_regulation,
)

FILES = [
    "hic_contacts",
    "gene_annotation",
    "gene_sets",
    "mrna_expression",
    "mrna_names",
    "mirna_expression",
    "mirna_targets",
    "regulatory_edges",
]


def create_pipeline() -> Pipeline:
    """Create the pipeline that writes a simulated study's raw files."""
    return Pipeline(
        [
            Node(
                simulate_genome,
                "params:simulation",
                ["bins", "annotated"],
                name="simulate_genome",
            ),
            Node(annotate, "annotated", "gene_annotation", name="annotate"),
            Node(simulate_map, ["bins", "params:simulation"], "hic_contacts", name="simulate_map"),
            Node(
                simulate_mrna,
                ["bins", "annotated", "params:simulation"],
                ["mrna_expression", "mrna_names", "mrna_truth"],
                name="simulate_mrna",
            ),
            Node(
                simulate_mirna,
                ["bins", "annotated", "params:simulation"],
                ["mirna_expression", "mirna_targets", "mirna_truth"],
                name="simulate_mirna",
            ),
            Node(
                tabulate_regulation,
                ["mrna_truth", "mirna_truth", "params:simulation"],
                "regulatory_edges",
                name="tabulate_regulation",
            ),
            Node(
                simulate_gene_sets,
                ["bins", "annotated", "mrna_truth", "mirna_truth", "params:simulation"],
                "gene_sets",
                name="simulate_gene_sets",
            ),
        ],
        namespace="simulation",
        outputs={name: f"simulated.{name}" for name in FILES},
        parameters={"params:simulation"},
        tags="simulation",
    )
