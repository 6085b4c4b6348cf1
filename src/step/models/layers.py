"""The parts that STEPmr and STEPmi are built of.

All of them take and return `[batch, channel, time, gene]`; none has a parameter whose size depends
on the number of genes, times or windows. In memory they keep a gene's windows, times and channels
together, in this order, which is what most of them run over.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from step.models.graph_operator import GraphOperator

GENES_A_BLOCK = 512  # what is computed gene by gene is so in blocks that the caches hold


def by_gene(x: Tensor) -> Tensor:
    """`[batch, channel, time, gene]` → `[gene, batch, time, channel]`."""
    return x.permute(3, 0, 2, 1)


def by_channel(nodes: Tensor) -> Tensor:
    """The way back."""
    return nodes.permute(1, 3, 2, 0)


def gene_blocks(n_genes: int) -> list[slice]:
    """Divide the genes into blocks."""
    starts = range(0, n_genes, GENES_A_BLOCK)
    return [slice(start, start + GENES_A_BLOCK) for start in starts]


def in_blocks(local: Callable[..., Tensor], *x: Tensor) -> Tensor:
    """Compute block by block what no gene shares with another: `[batch, channel, time, gene]`."""
    parts = [
        by_gene(local(*(each[..., genes] for each in x))) for genes in gene_blocks(x[0].shape[-1])
    ]
    return by_channel(torch.cat(parts))


class Pointwise(nn.Conv2d):
    """A 1 × 1 convolution over the channels, computed as a linear layer."""

    def __init__(self, in_channels: int, out_channels: int):
        super().__init__(in_channels, out_channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """`[batch, in_channel, time, gene]` → `[batch, out_channel, time, gene]`."""
        return by_channel(functional.linear(by_gene(x), self.weight.flatten(1), self.bias))


class TemporalConv(nn.Module):
    """Causal convolution over time: the output at a time sees that time and earlier ones.

    Padded on the left, so the number of times stays. With `activation="glu"` it convolves to twice
    the channels, and the output is a ⊙ σ(b) (Dauphin et al., 2017); with `"relu"` it is
    max(a + x, 0). The residual is that of the STGCN (Yu et al., 2018), of which the published
    networks are made; without it the deep network of rectified layers does not learn.
    """

    def __init__(self, channels: int, kernel: int, activation: str):
        super().__init__()
        self.kernel = kernel
        self.activation = activation
        width = 2 * channels if activation == "glu" else channels
        self.conv = nn.Conv2d(channels, width, (kernel, 1))

    def forward(self, x: Tensor) -> Tensor:
        """`[batch, channel, time, gene]`, shape kept."""
        nodes = by_gene(x)
        series = nodes.flatten(0, 1)
        # A convolution along the rows of pictures, which is fast where channels come last. It pads
        # both ends; what it makes behind the last time is left out.
        pictures = series[:, None].permute(0, 3, 1, 2)
        weight = self.conv.weight.permute(0, 1, 3, 2)
        made = functional.conv2d(pictures, weight, self.conv.bias, padding=(0, self.kernel - 1))
        made = made[:, :, 0, : series.shape[1]].permute(0, 2, 1)
        if self.activation == "relu":
            made = functional.relu(made + series)
        else:
            made = functional.glu(made, dim=-1)
        return by_channel(made.view(nodes.shape))


class GraphConv(nn.Module):
    """Chebyshev graph convolution of every time, with a residual connection.

    Σₖ Tₖ(L̃) x Θₖ, with T₀(L̃) x = x, T₁(L̃) x = L̃ x, Tₖ = 2 L̃ Tₖ₋₁ − Tₖ₋₂ (Defferrard et al.,
    2016), plus x itself, projected where the channels differ. The same as
    `torch_geometric.nn.ChebConv`, but for all windows, times and channels L̃ multiplies once, as
    one sparse matrix; memory and time grow with the edges and not with the square of the genes.
    """

    def __init__(self, in_channels: int, out_channels: int, order: int):
        super().__init__()
        self.theta = nn.ModuleList(
            nn.Linear(in_channels, out_channels, bias=k == 0) for k in range(order)
        )
        self.residual = (
            nn.Identity() if in_channels == out_channels else nn.Linear(in_channels, out_channels)
        )

    def forward(self, x: Tensor, graph: GraphOperator) -> Tensor:
        """`[batch, in_channel, time, gene]` → `[batch, out_channel, time, gene]`."""
        return self.mix(self.terms(x, graph))

    def terms(self, x: Tensor, graph: GraphOperator) -> list[Tensor]:
        """Tₖ(L̃) x for each k, each of the shape of x."""
        found = [by_gene(x)]  # one row of the sparse product each
        for k in range(1, len(self.theta)):
            moved = graph.propagate(found[-1])
            found.append(moved if k == 1 else 2.0 * moved - found[-2])
        return [by_channel(term) for term in found]

    def mix(self, terms: Sequence[Tensor]) -> Tensor:
        """Σₖ Tₖ(L̃) x Θₖ and x itself; of some genes or all."""
        nodes = [by_gene(term) for term in terms]
        mixed = self.residual(nodes[0])
        for theta, term in zip(self.theta, nodes, strict=True):
            mixed = mixed + theta(term)
        return by_channel(mixed)


class ChannelNorm(nn.Module):
    """Layer normalisation over the channels of each (time, gene), then a scale for each channel.

    With `over_genes`, over the channels of all genes at a time together, so that what
    distinguishes genes keeps its size beside what they share.
    """

    def __init__(self, channels: int, *, over_genes: bool):
        super().__init__()
        self.norm = nn.LayerNorm(channels)
        self.over_genes = over_genes

    def forward(self, x: Tensor) -> Tensor:
        """`[batch, channel, time, gene]`, shape kept."""
        if not self.over_genes:
            return by_channel(self.norm(by_gene(x)))
        x = x.movedim(1, -1)
        x = functional.layer_norm(x, x.shape[2:]) * self.norm.weight + self.norm.bias
        return x.movedim(-1, 1)


class ChannelGate(nn.Module):
    """x ⊙ σ(W x), W a 1 × 1 convolution over the channels."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv = Pointwise(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """`[batch, channel, time, gene]`, shape kept."""
        return x * torch.sigmoid(self.conv(x))


@dataclass(frozen=True)
class STBlockShape:
    """What all spatio-temporal blocks of a network have in common.

    Attributes:
        kernel: Times that a temporal convolution sees.
        order: Number of terms of the graph convolution.
        activation: Of the temporal convolutions; see `TemporalConv`.
        dropout: Share of channels dropped while training.
        gate: Whether there is a channel gate.
        norm_over_genes: See `ChannelNorm`.
    """

    kernel: int
    order: int
    activation: Literal["glu", "relu"]
    dropout: float
    gate: bool
    norm_over_genes: bool


class STBlock(nn.Module):
    """Spatio-temporal block.

    Temporal convolution → graph convolution with residual → ELU → temporal convolution → channel
    gate, if there is one → layer norm → dropout.
    """

    def __init__(self, in_channels: int, out_channels: int, shape: STBlockShape):
        super().__init__()
        self.before = TemporalConv(in_channels, shape.kernel, shape.activation)
        self.graph = GraphConv(in_channels, out_channels, shape.order)
        self.after = TemporalConv(out_channels, shape.kernel, shape.activation)
        self.gate = ChannelGate(out_channels) if shape.gate else nn.Identity()
        self.norm = ChannelNorm(out_channels, over_genes=shape.norm_over_genes)
        self.dropout = nn.Dropout(shape.dropout)

    def forward(self, x: Tensor, graph: GraphOperator) -> Tensor:
        """`[batch, in_channel, time, gene]` → `[batch, out_channel, time, gene]`."""
        terms = self.graph.terms(in_blocks(self.before, x), graph)
        x = in_blocks(lambda *parts: self.gate(self.after(self._mix(parts))), *terms)
        if self.norm.over_genes:
            return self.dropout(self.norm(x))
        return self.dropout(in_blocks(self.norm, x))

    def _mix(self, terms: Sequence[Tensor]) -> Tensor:
        return functional.elu(self.graph.mix(terms))


class STStack(nn.Module):
    """A block from each width to the next; inputs of another width are projected to the first."""

    def __init__(self, in_channels: int, widths: tuple[int, ...], shape: STBlockShape):
        super().__init__()
        self.project = (
            nn.Identity() if in_channels == widths[0] else Pointwise(in_channels, widths[0])
        )
        self.blocks = nn.ModuleList(
            STBlock(before, after, shape) for before, after in pairwise(widths)
        )

    def forward(self, x: Tensor, graph: GraphOperator) -> Tensor:
        """`[batch, in_channel, time, gene]` → `[batch, last width, time, gene]`."""
        x = self.project(x)
        for block in self.blocks:
            x = block(x, graph)
        return x


class ConnectivityAttention(nn.Module):
    """Weigh genes by what they express and by how connected they are.

    a = σ(MLP(x)) · (1 + s · softmax(d)) with d the degrees divided by their mean, s learned and
    started at 0.1; the output is x · a + 0.1 · x. The softmax is multiplied by the number of genes,
    so that its mean is one whatever their number. The published code normalises a over an axis of
    length one, which makes it zero; here it is left as computed.

    Args:
        channels: Of the input.
        most: Relative degree from which on more edges count for nothing; for where graphs come that
            were not trained on. A gene of 30 times the mean degree would otherwise outweigh all
            others together.
    """

    def __init__(self, channels: int, most: float = math.inf):
        super().__init__()
        self.most = most
        self.score = nn.Sequential(
            Pointwise(channels, channels // 2), nn.ELU(), Pointwise(channels // 2, 1)
        )
        self.degree_scale = nn.Parameter(torch.tensor(0.1))

    def forward(self, x: Tensor, graph: GraphOperator, genes: slice = slice(None)) -> Tensor:
        """`[batch, channel, time, gene]` of some genes of the graph, shape kept."""
        tiny = torch.finfo(graph.degree.dtype).tiny
        relative = graph.degree / graph.degree.mean(dim=-1, keepdim=True).clamp_min(tiny)
        connected = torch.softmax(relative.clamp_max(self.most), dim=-1) * relative.shape[-1]
        connected = connected[..., genes]
        if connected.dim() > 1:
            connected = connected[:, None]  # [batch, 1, time, gene]
        attention = torch.sigmoid(self.score(x)) * (1.0 + self.degree_scale * connected)
        return x * attention + 0.1 * x


class Head(nn.Module):
    """Dense layers from the channels of the last time to one number a gene.

    With layer norm and ELU behind each but the last, and dropout between.
    """

    def __init__(
        self,
        in_channels: int,
        channels: tuple[int, ...],
        dropout: float,
        *,
        norm_over_genes: bool,
    ):
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in pairwise((in_channels, *channels)):
            norm = ChannelNorm(after, over_genes=norm_over_genes)
            layers += [Pointwise(before, after), norm, nn.ELU(), nn.Dropout(dropout)]
        layers.pop()  # none before the last layer
        self.layers = nn.Sequential(*layers, Pointwise(channels[-1], 1))

    def forward(self, x: Tensor) -> Tensor:
        """`[batch, channel, time, gene]` → `[batch, gene]`."""
        return self.layers(x[:, :, -1:])[:, 0, 0]
