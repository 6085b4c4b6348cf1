"""Graphs of the same shape between other genes: the control of the graph test."""

from dataclasses import replace

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
    return _moved(graph, exchanged)


def shift(graph: GeneGraph, chromosome: np.ndarray, place: np.ndarray, seed: int) -> GeneGraph:
    """Shift genes along their chromosomes, around the ends.

    Every gene takes the place of the one that lies some number of genes further on, the same
    number for all genes of a chromosome, 0 among them: on one short chromosome the real order has
    to come out as often as any other. What neighbours on a chromosome share for other reasons
    than their contacts, they still share with genes nearby.

    Args:
        graph: The graph.
        chromosome: Number of each gene's chromosome, -1 where unplaced, shape `[gene]`.
        place: Of each gene on its chromosome, base pairs, shape `[gene]`.
        seed: Of the numbers.
    """
    rng = np.random.default_rng(seed)
    moved = np.arange(graph.n_genes)
    for number in np.unique(chromosome[chromosome >= 0]):
        genes = np.flatnonzero(chromosome == number)
        genes = genes[np.argsort(place[genes], kind="stable")]
        if len(genes) > 1:
            moved[genes] = np.roll(genes, rng.integers(0, len(genes)))
    return _moved(graph, moved)


def _moved(graph: GeneGraph, to: np.ndarray) -> GeneGraph:
    return replace(graph, first=to[graph.first], second=to[graph.second])
