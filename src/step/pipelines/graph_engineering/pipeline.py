"""Chromatin features, gene pairs and their weights."""

from kedro.pipeline import Node, Pipeline

from step.genome.features import chromatin_features
from step.pipelines.graph_engineering.nodes import connect_genes, describe_genes


def create_genome_pipeline() -> Pipeline:
    """The bins' chromatin features; both assays share them."""
    return Pipeline(
        [
            Node(
                chromatin_features,
                ["hic_contacts", "annotation", "params:features"],
                "bins",
                name="chromatin_features",
            )
        ],
        namespace="graph_engineering.genome",
        inputs={"hic_contacts": "hic_contacts", "annotation": "genome.annotation"},
        outputs={"bins": "genome.bins"},
        parameters={"params:features"},
        tags="graph_engineering",
    )


def create_pipeline(assay: str) -> Pipeline:
    """One assay's genes and edges."""
    return Pipeline(
        [
            Node(
                describe_genes,
                ["places", "bins", "expression"],
                "genes",
                name="describe_genes",
            ),
            Node(
                connect_genes,
                ["genes", "hic_contacts", "regulatory_edges", "params:pairs"],
                "edges",
                name="connect_genes",
            ),
        ],
        namespace=f"graph_engineering.{assay}",
        inputs={
            "places": f"{assay}.places",
            "expression": f"{assay}.expression",
            "bins": "genome.bins",
            "hic_contacts": "hic_contacts",
            "regulatory_edges": "regulatory_edges",
        },
        outputs={"genes": f"{assay}.genes", "edges": f"{assay}.edges"},
        parameters={"params:pairs": f"params:{assay}.pairs"},
        tags="graph_engineering",
    )
