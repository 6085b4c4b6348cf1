"""Temporal node2vec."""

import pandas as pd

from step.embeddings.engines import EmbeddingConfig
from step.embeddings.temporal import Embeddings, temporal_embedding
from step.forecasting.panel import panel_from_expression
from step.graphs.gene_graph import gene_graph
from step.graphs.weights import weights_over_time


def embed_genes(
    expression: pd.DataFrame, edges: pd.DataFrame, embedding: EmbeddingConfig
) -> Embeddings:
    """Embed each gene in the graph of contacts of each time."""
    panel = panel_from_expression(expression)
    graph = gene_graph(edges[edges["kind"] == "contact"], panel.genes)
    weights = weights_over_time(graph, panel.robust, embedding.expression_weight)
    return Embeddings(panel.times, temporal_embedding(graph, weights, embedding))
