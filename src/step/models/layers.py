"""The parts that STEPmr and STEPmi are built of.

All of them take and return `[batch, channel, time, gene]`; none has a parameter whose size depends
on the number of genes, times or windows.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch_geometric.nn import ChebConv


@dataclass(frozen=True)
class Graph:
    """A weighted graph of genes.

    Attributes:
        edge_index: Both directions of each edge, shape `[2, edge]`.
        edge_weight: Shape `[edge]`, positive.
        n_genes: Number of nodes.
    """

    edge_index: Tensor
    edge_weight: Tensor
    n_genes: int

    def degree(self) -> Tensor:
        """Sum of the weights of each gene's edges, shape `[gene]`."""
        degree = self.edge_weight.new_zeros(self.n_genes)
        return degree.index_add(0, self.edge_index[0], self.edge_weight)


class TemporalConv(nn.Module):
    """Causal convolution over time: the output at a time sees that time and earlier ones.

    Padded on the left, so the number of times stays. With `activation="glu"` the output is
    a ⊙ σ(b), of twice as many convolved channels (Dauphin et al., 2017); with `"relu"` it is
    max(a, 0).
    """

    def __init__(self, in_channels: int, out_channels: int, kernel: int, activation: str):
        super().__init__()
        self.kernel = kernel
        self.activation = activation
        width = 2 * out_channels if activation == "glu" else out_channels
        self.conv = nn.Conv2d(in_channels, width, (kernel, 1))

    def forward(self, x: Tensor) -> Tensor:
        """`[batch, in_channel, time, gene]` → `[batch, out_channel, time, gene]`."""
        x = self.conv(functional.pad(x, (0, 0, self.kernel - 1, 0)))
        return functional.glu(x, dim=1) if self.activation == "glu" else functional.relu(x)


class GraphConv(nn.Module):
    """Chebyshev graph convolution of every time, with a residual connection.

    Σₖ Tₖ(L̃) x Θₖ with L̃ = 2 L / λ_max − I, L = I − D^-½ A D^-½, λ_max = 2
    (Defferrard et al., 2016), plus x itself, projected where the channels differ. Only edges are
    visited, so memory and time grow with their number and not with the square of the genes.
    """

    def __init__(self, in_channels: int, out_channels: int, order: int):
        super().__init__()
        self.conv = ChebConv(in_channels, out_channels, K=order)
        self.residual = (
            nn.Identity() if in_channels == out_channels else nn.Linear(in_channels, out_channels)
        )

    def forward(self, x: Tensor, graph: Graph) -> Tensor:
        """`[batch, in_channel, time, gene]` → `[batch, out_channel, time, gene]`."""
        batch, _, time, genes = x.shape
        nodes = x.permute(0, 2, 3, 1).flatten(0, 1)
        mixed = self.conv(nodes, graph.edge_index, graph.edge_weight, lambda_max=2.0)
        mixed = mixed + self.residual(nodes)
        return mixed.view(batch, time, genes, -1).permute(0, 3, 1, 2)


class ChannelNorm(nn.Module):
    """Layer normalisation over the channels of each (time, gene)."""

    def __init__(self, channels: int):
        super().__init__()
        self.norm = nn.LayerNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        """`[batch, channel, time, gene]`, shape kept."""
        return self.norm(x.movedim(1, -1)).movedim(-1, 1)


class ChannelGate(nn.Module):
    """x ⊙ σ(W x), W a 1 × 1 convolution over the channels."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """`[batch, channel, time, gene]`, shape kept."""
        return x * torch.sigmoid(self.conv(x))


class STBlock(nn.Module):
    """Spatio-temporal block.

    Temporal convolution → graph convolution with residual → ELU → temporal convolution → channel
    gate → layer norm → dropout.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int,
        order: int,
        activation: str,
        dropout: float,
    ):
        super().__init__()
        self.before = TemporalConv(in_channels, in_channels, kernel, activation)
        self.graph = GraphConv(in_channels, out_channels, order)
        self.after = TemporalConv(out_channels, out_channels, kernel, activation)
        self.gate = ChannelGate(out_channels)
        self.norm = ChannelNorm(out_channels)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, graph: Graph) -> Tensor:
        """`[batch, in_channel, time, gene]` → `[batch, out_channel, time, gene]`."""
        x = functional.elu(self.graph(self.before(x), graph))
        return self.dropout(self.norm(self.gate(self.after(x))))


class ConnectivityAttention(nn.Module):
    """Weigh genes by what they express and by how connected they are.

    a = σ(MLP(x)) · (1 + s · softmax(d)) with d the degrees divided by their mean, s learned and
    started at 0.1; the output is x · a + 0.1 · x. The softmax is multiplied by the number of genes,
    so that its mean is one whatever their number. The published code normalises a over an axis of
    length one, which makes it zero; here it is left as computed.
    """

    def __init__(self, channels: int):
        super().__init__()
        self.score = nn.Sequential(
            nn.Conv2d(channels, channels // 2, 1), nn.ELU(), nn.Conv2d(channels // 2, 1, 1)
        )
        self.degree_scale = nn.Parameter(torch.tensor(0.1))

    def forward(self, x: Tensor, graph: Graph) -> Tensor:
        """`[batch, channel, time, gene]`, shape kept."""
        degree = graph.degree()
        relative = degree / degree.mean().clamp_min(torch.finfo(degree.dtype).tiny)
        connected = torch.softmax(relative, dim=0) * graph.n_genes
        attention = torch.sigmoid(self.score(x)) * (1.0 + self.degree_scale * connected)
        return x * attention + 0.1 * x


class Head(nn.Module):
    """Dense layers from the channels of the last time to one number a gene.

    channels → 2 · channels → channels → 1, with layer norm, ELU and dropout between. The last
    layer starts near zero: before training the network corrects almost nothing.
    """

    def __init__(self, channels: int, dropout: float):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, 2 * channels, 1),
            ChannelNorm(2 * channels),
            nn.ELU(),
            nn.Dropout(dropout),
            nn.Conv2d(2 * channels, channels, 1),
            ChannelNorm(channels),
            nn.ELU(),
            nn.Conv2d(channels, 1, 1),
        )
        nn.init.normal_(self.layers[-1].weight, std=0.01)
        nn.init.zeros_(self.layers[-1].bias)

    def forward(self, x: Tensor) -> Tensor:
        """`[batch, channel, time, gene]` → `[batch, gene]`."""
        return self.layers(x[:, :, -1:])[:, 0, 0]
