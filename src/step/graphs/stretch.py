"""A part of the graph that stands for the whole, where the whole is too large."""

import numpy as np

from step.graphs.gene_graph import GeneGraph


def stretch(
    graphs: dict[str, GeneGraph], chromosome: np.ndarray, place: np.ndarray, most: int, seed: int
) -> np.ndarray:
    """Choose genes whose neighbours are chosen with them.

    The connected genes are taken in their order on the genome, from one drawn at random on and
    around the end, each with the genes that regulate it, until there are enough. So nearly all of
    them keep their contacts, and all but the regulators their regulators.

    Args:
        graphs: By kind of edge.
        chromosome: Number of each gene's chromosome, -1 where unplaced, shape `[gene]`.
        place: Of each gene on its chromosome, base pairs, shape `[gene]`.
        most: Number of genes not to be exceeded.
        seed: Of the gene to begin with.

    Returns:
        Positions in the list of genes, ascending, at most `most`.
    """
    n_genes = len(chromosome)
    if n_genes <= most:
        return np.arange(n_genes)
    ends = [np.concatenate([graph.first, graph.second]) for graph in graphs.values()]
    unconnected = np.ones(n_genes, dtype=bool)
    unconnected[np.concatenate(ends)] = False
    order = np.lexsort((place, chromosome, unconnected))
    n_connected = n_genes - int(unconnected.sum())
    begin = np.random.default_rng(seed).integers(max(n_connected, 1))
    turn = np.empty(n_genes, dtype=int)
    turn[np.concatenate([np.roll(order[:n_connected], -begin), order[n_connected:]])] = np.arange(
        n_genes
    )
    taken = turn.copy()  # a regulator comes with the first gene that it regulates
    for graph in graphs.values():
        if graph.directed:
            np.minimum.at(taken, graph.first, turn[graph.second])
    return np.sort(np.lexsort((taken != turn, taken))[:most])
