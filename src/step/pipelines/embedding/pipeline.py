"""Temporal node2vec."""

from kedro.pipeline import Node, Pipeline

from step.pipelines.embedding.nodes import embed_genes


def create_pipeline(assay: str) -> Pipeline:
    """One assay's embeddings."""
    return Pipeline(
        [
            Node(
                embed_genes,
                ["expression", "edges", "params:embedding"],
                "embeddings",
                name="embed_genes",
            )
        ],
        namespace=f"embedding.{assay}",
        inputs={"expression": f"{assay}.expression", "edges": f"{assay}.edges"},
        outputs={"embeddings": f"{assay}.embeddings"},
        parameters={"params:embedding": f"params:{assay}.embedding"},
        tags="embedding",
    )
