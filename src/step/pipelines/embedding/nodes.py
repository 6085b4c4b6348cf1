"""Temporal node2vec."""

import numpy as np
import pandas as pd

from step.embeddings.engines import EmbeddingConfig
from step.embeddings.temporal import temporal_embedding
from step.forecasting.panel import panel_from_expression
from step.graphs.gene_graph import gene_graph
from step.graphs.weights import weights_over_time


def embed_genes(
    expression: pd.DataFrame, edges: pd.DataFrame, embedding: EmbeddingConfig
) -> dict[str, np.ndarray]:
    """Where each gene lies in the graph of each time.

    Returns:
        `times` and `embeddings`, shape `[time, gene, dimension]`, genes in the order of the
        expression table.
    """
    panel = panel_from_expression(expression)
    graph = gene_graph(edges, panel.genes)
    weights = weights_over_time(graph, panel.robust, embedding.expression_weight)
    return {"times": panel.times, "embeddings": temporal_embedding(graph, weights, embedding)}
