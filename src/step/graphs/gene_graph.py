"""The graph of genes as index arrays."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
import scipy.sparse
from scipy.sparse.csgraph import connected_components


@dataclass(frozen=True)
class GeneGraph:
    """Edges of one kind between genes.

    Attributes:
        first: Positions in the list of genes, shape `[edge]`.
        second: As first.
        weight: Shape `[edge]`; positive, or of a directed edge negative where the first gene
            lowers the second.
        n_genes: Number of genes.
        directed: Whether edges lead from the first gene to the second alone.
    """

    first: np.ndarray
    second: np.ndarray
    weight: np.ndarray
    n_genes: int
    directed: bool = False

    @cached_property
    def neighbour_mean(self) -> scipy.sparse.csr_array:
        """The matrix that takes the mean over each gene's neighbours, shape `[gene, gene]`.

        Row by row the weights of the edges that lead to a gene, divided by the sum of their
        absolute values; the row of a gene without neighbours is empty.
        """
        source, target, weight = self.first, self.second, self.weight
        if not self.directed:
            (source, target), edge = self.both_directions()
            weight = weight[edge]
        matrix = scipy.sparse.csr_array(
            (weight, (target, source)), shape=(self.n_genes, self.n_genes)
        )
        total = np.asarray(abs(matrix).sum(axis=1)).ravel()
        mean = (scipy.sparse.diags_array(1.0 / np.where(total > 0, total, 1.0)) @ matrix).tocsr()
        mean.sort_indices()
        return mean

    @property
    def has_neighbours(self) -> np.ndarray:
        """Whether an edge leads to each gene, shape `[gene]`."""
        return np.asarray(abs(self.neighbour_mean).sum(axis=1)).ravel() > 0

    def sharpened(self, power: float) -> "GeneGraph":
        """The same edges, their weights raised to a power; signs are kept."""
        weight = np.sign(self.weight) * np.abs(self.weight) ** power
        return replace(self, weight=weight)

    def both_directions(self) -> tuple[np.ndarray, np.ndarray]:
        """Each edge from first to second, then each from second to first.

        Returns:
            Source and target, shape `[2, 2 · edge]`, and which edge each is, shape `[2 · edge]`.
        """
        forth = np.stack([self.first, self.second])
        return np.concatenate([forth, forth[::-1]], axis=1), np.tile(np.arange(len(self.first)), 2)

    def adjacency(self, weight: np.ndarray) -> scipy.sparse.csr_array:
        """The graph with other weights, shape `[edge]`, as a matrix; see `adjacency`."""
        index, edge = self.both_directions()
        return adjacency(*index, weight[edge], edge, self.n_genes)

    def connected_parts(self) -> np.ndarray:
        """Number of the connected part that each gene belongs to, from 0 on, shape `[gene]`."""
        return connected_components(self.adjacency(self.weight), directed=False)[1]

    def among(self, genes: np.ndarray) -> "GeneGraph":
        """The edges between some of the genes, which are numbered anew in the order given."""
        number = np.full(self.n_genes, -1)
        number[genes] = np.arange(len(genes))
        first, second = number[self.first], number[self.second]
        kept = (first >= 0) & (second >= 0)
        return GeneGraph(
            first[kept], second[kept], self.weight[kept], len(genes), directed=self.directed
        )

    def without_edges(self) -> "GeneGraph":
        """The same genes, unconnected."""
        return replace(self, first=self.first[:0], second=self.second[:0], weight=self.weight[:0])


def adjacency(
    source: np.ndarray, target: np.ndarray, weight: np.ndarray, place: np.ndarray, n_nodes: int
) -> scipy.sparse.csr_array:
    """A graph as a matrix, each node's neighbours in an order of their own.

    Args:
        source: Where each edge begins, both directions of each, shape `[edge]`.
        target: Where it ends, as source.
        weight: As source.
        place: The smaller, the earlier a neighbour stands in its row, as source.
        n_nodes: Number of nodes.
    """
    order = np.lexsort((place, source))
    pointer = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=n_nodes))])
    return scipy.sparse.csr_array((weight[order], target[order], pointer), shape=(n_nodes, n_nodes))


def gene_graphs(edges: pd.DataFrame, genes: np.ndarray) -> dict[str, GeneGraph]:
    """Index the edge table by a list of genes, kind by kind.

    Args:
        edges: gene_1, gene_2, kind, weight; genes that are not in the list are left out.
        genes: Names, in the order of the arrays to come.

    Returns:
        Kind → graph: `contact` always, `regulatory`, which is directed, where there are such edges.
    """
    kinds = ["contact", *(["regulatory"] if (edges["kind"] == "regulatory").any() else [])]
    return {
        kind: gene_graph(edges[edges["kind"] == kind], genes, directed=kind == "regulatory")
        for kind in kinds
    }


def gene_graph(edges: pd.DataFrame, genes: np.ndarray, *, directed: bool = False) -> GeneGraph:
    """Index edges of one kind by a list of genes.

    Args:
        edges: gene_1, gene_2, weight; genes that are not in the list are left out.
        genes: Names, in the order of the arrays to come.
        directed: Whether edges lead from the first gene to the second alone.
    """
    position = pd.Series(np.arange(len(genes)), index=genes)
    known = edges[edges["gene_1"].isin(genes) & edges["gene_2"].isin(genes)]
    return GeneGraph(
        position[known["gene_1"]].to_numpy(dtype=int),
        position[known["gene_2"]].to_numpy(dtype=int),
        known["weight"].to_numpy(dtype=float),
        len(genes),
        directed,
    )
