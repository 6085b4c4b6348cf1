"""The graph of genes that the networks' convolutions run on."""

import warnings
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor


@dataclass(frozen=True)
class GraphOperator:
    """A weighted graph of genes; its weights are static, or differ by window and time.

    Attributes:
        degree: Sum of the weights of each gene's edges, shape `[gene]` or `[batch, time, gene]`.
        source: Where each edge begins, in the order of where it ends, shape `[edge]`.
        pointer: The edges that end at gene g are pointer[g] … pointer[g + 1], shape `[gene + 1]`.
        weight: −w / √(dᵢ dⱼ) of each edge, shape `[edge]` or `[edge, batch, time]`.
    """

    degree: Tensor
    source: Tensor
    pointer: Tensor
    weight: Tensor

    @cached_property
    def laplacian(self) -> Tensor | None:
        """L̃ of a static graph, sparse, shape `[gene, gene]`, zero for genes without edges.

        L̃ = 2 L / λ_max − I with L = I − D^-½ A D^-½ and λ_max = 2, that is −D^-½ A D^-½.
        """
        if self.weight.dim() > 1:
            return None
        n_genes = len(self.pointer) - 1
        return csr_tensor(self.pointer, self.source, self.weight, (n_genes, n_genes))

    @classmethod
    def from_edges(cls, edge_index: Tensor, edge_weight: Tensor, n_genes: int) -> "GraphOperator":
        """The graph of some edges.

        Args:
            edge_index: Both directions of each edge, each once, shape `[2, edge]`.
            edge_weight: Positive, shape `[edge]`, or `[batch, time, edge]` for weights that differ
                by window and time.
            n_genes: Number of nodes.
        """
        order = torch.argsort(edge_index[1] * n_genes + edge_index[0])
        source, target = edge_index[:, order]
        weight = edge_weight[..., order]
        degree = weight.new_zeros(*weight.shape[:-1], n_genes).index_add(-1, target, weight)
        root = torch.where(degree > 0, degree, 1.0).rsqrt()
        scaled = -weight * root[..., source] * root[..., target]
        counts = torch.bincount(target, minlength=n_genes)
        pointer = torch.cat([counts.new_zeros(1), counts.cumsum(0)])
        return cls(degree, source, pointer, scaled.movedim(-1, 0))

    @classmethod
    def of_neighbours(cls, pointer: Tensor, source: Tensor, weight: Tensor) -> "GraphOperator":
        """The graph whose L̃ x is minus the mean over each gene's neighbours.

        It is that of the random walk, L̃ = −D⁻¹ A, which has the eigenvalues of −D^-½ A D^-½; edges
        may be directed and their weights negative.

        Args:
            pointer: As the attribute, shape `[gene + 1]`.
            source: As the attribute, shape `[edge]`.
            weight: Of each edge; absolute weights that lead to a gene sum to one, shape `[edge]`.
        """
        return cls(pointer.diff().to(weight.dtype), source, pointer, -weight)

    def propagate(self, nodes: Tensor) -> Tensor:
        """L̃ x at every time of every window: `[gene, batch, time, channel]`, shape kept.

        Static weights multiply as one sparse matrix. Weights that differ are multiplied edge by
        edge and summed by target, which torch-scatter speeds where it is installed.
        """
        if not len(self.source):
            return torch.zeros_like(nodes)
        with torch.autocast(nodes.device.type, enabled=False):  # long sums keep their precision
            nodes = nodes.to(self.weight.dtype)
            if self.laplacian is not None:
                return (self.laplacian @ nodes.flatten(1)).view_as(nodes)
            from torch_geometric.utils import segment  # loads slowly, and static weights need none

            messages = self.weight[..., None] * nodes[self.source]
            return segment(messages.flatten(1), self.pointer).view_as(nodes)

    def last(self) -> "GraphOperator":
        """The same graph at the last time of each window."""
        if self.laplacian is not None:
            return self
        return replace(self, degree=self.degree[:, -1:], weight=self.weight[..., -1:])

    def to(self, device: torch.device) -> "GraphOperator":
        """The same graph on another device."""
        return GraphOperator(
            degree=self.degree.to(device),
            source=self.source.to(device),
            pointer=self.pointer.to(device),
            weight=self.weight.to(device),
        )


def csr_tensor(pointer: Tensor, column: Tensor, value: Tensor, shape: tuple[int, int]) -> Tensor:
    """Make a sparse matrix of its rows' beginnings, and the columns and values of its entries."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        return torch.sparse_csr_tensor(pointer, column, value, shape, check_invariants=True)
