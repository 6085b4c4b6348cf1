"""Graphs of the same shape between other genes: the control of the graph test."""

import numpy as np

from step.graphs.gene_graph import GeneGraph


def rewire(graph: GeneGraph, seed: int) -> GeneGraph:
    """Exchange a graph's connected genes at random.

    Every gene takes another's place in the genome, with that place's contacts; degrees, weights and
    neighbourhoods of the graph stay as they are, and only the match of gene and place is lost.
    """
    connected = np.unique(np.concatenate([graph.first, graph.second]))
    exchanged = np.arange(graph.n_genes)
    exchanged[connected] = np.random.default_rng(seed).permutation(connected)
    return GeneGraph(exchanged[graph.first], exchanged[graph.second], graph.weight, graph.n_genes)
