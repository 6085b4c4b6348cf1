"""The parts that STEPmr and STEPmi are built of.

All of them take and return `[batch, channel, time, gene]`; none has a parameter whose size depends
on the number of genes, times or windows.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from step.models.graph_operator import GraphOperator


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
        made = self.conv(functional.pad(x, (0, 0, self.kernel - 1, 0)))
        if self.activation == "relu":
            return functional.relu(made + x)
        return functional.glu(made, dim=1)


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
        nodes = x.permute(3, 0, 2, 1)  # gene first: one row of the sparse product each
        before, here = nodes, nodes
        mixed = self.residual(nodes) + self.theta[0](nodes)
        for k, theta in enumerate(self.theta[1:], start=1):
            moved = graph.propagate(here)
            before, here = here, moved if k == 1 else 2.0 * moved - before
            mixed = mixed + theta(here)
        return mixed.permute(1, 3, 2, 0)


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
        x = x.movedim(1, -1)
        if self.over_genes:
            x = functional.layer_norm(x, x.shape[2:]) * self.norm.weight + self.norm.bias
        else:
            x = self.norm(x)
        return x.movedim(-1, 1)


class ChannelGate(nn.Module):
    """x ⊙ σ(W x), W a 1 × 1 convolution over the channels."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 1)

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
        x = functional.elu(self.graph(self.before(x), graph))
        return self.dropout(self.norm(self.gate(self.after(x))))


class STStack(nn.Module):
    """A block from each width to the next; inputs of another width are projected to the first."""

    def __init__(self, in_channels: int, widths: tuple[int, ...], shape: STBlockShape):
        super().__init__()
        self.project = (
            nn.Identity() if in_channels == widths[0] else nn.Conv2d(in_channels, widths[0], 1)
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
    """

    def __init__(self, channels: int):
        super().__init__()
        self.score = nn.Sequential(
            nn.Conv2d(channels, channels // 2, 1), nn.ELU(), nn.Conv2d(channels // 2, 1, 1)
        )
        self.degree_scale = nn.Parameter(torch.tensor(0.1))

    def forward(self, x: Tensor, graph: GraphOperator) -> Tensor:
        """`[batch, channel, time, gene]`, shape kept."""
        tiny = torch.finfo(graph.degree.dtype).tiny
        relative = graph.degree / graph.degree.mean(dim=-1, keepdim=True).clamp_min(tiny)
        connected = torch.softmax(relative, dim=-1) * relative.shape[-1]
        if connected.dim() > 1:
            connected = connected[:, None]  # [batch, 1, time, gene]
        attention = torch.sigmoid(self.score(x)) * (1.0 + self.degree_scale * connected)
        return x * attention + 0.1 * x


class SequenceMemory(nn.Module):
    """norm(x + W [→h; ←h]), h the states of a bidirectional LSTM over each gene's times.

    With `causal`, norm(x + W →h): no time sees a later one. Without layers, norm(x).
    """

    def __init__(
        self, channels: int, hidden: int, layers: int, dropout: float, *, causal: bool = False
    ):
        super().__init__()
        self.lstm = (
            nn.LSTM(
                channels,
                hidden,
                layers,
                batch_first=True,
                bidirectional=not causal,
                dropout=dropout if layers > 1 else 0.0,
            )
            if layers
            else None
        )
        directions = 1 if causal else 2
        self.project = nn.Linear(directions * hidden, channels) if layers else None
        self.norm = nn.LayerNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        """`[batch, channel, time, gene]`, shape kept."""
        series = _by_gene(x)
        if self.lstm is not None and self.project is not None:
            series = series + self.project(self.lstm(series)[0])
        return _by_window(self.norm(series), x.shape)


class TimeAttention(nn.Module):
    """x + 0.4 · multi-head attention of each gene's times to one another, layer by layer.

    softmax(Q Kᵀ / √d) V in each head (Vaswani et al., 2017). With `causal` a time attends to
    itself and to earlier ones.
    """

    def __init__(
        self, channels: int, heads: int, layers: int, dropout: float, *, causal: bool = False
    ):
        super().__init__()
        self.causal = causal
        self.layers = nn.ModuleList(
            nn.MultiheadAttention(channels, heads, dropout=dropout, batch_first=True)
            for _ in range(layers)
        )

    def forward(self, x: Tensor) -> Tensor:
        """`[batch, channel, time, gene]`, shape kept."""
        series = _by_gene(x)
        n_times = series.shape[1]
        later = None
        if self.causal:
            later = torch.ones(n_times, n_times, dtype=torch.bool, device=x.device).triu(1)
        for layer in self.layers:
            attended = layer(series, series, series, need_weights=False, attn_mask=later)[0]
            series = series + 0.4 * attended
        return _by_window(series, x.shape)


def _by_gene(x: Tensor) -> Tensor:
    """`[batch, channel, time, gene]` → `[batch · gene, time, channel]`."""
    return x.permute(0, 3, 2, 1).flatten(0, 1)


def _by_window(series: Tensor, shape: torch.Size) -> Tensor:
    """The way back, to channels of any number."""
    batch, _, time, genes = shape
    return series.view(batch, genes, time, -1).permute(0, 3, 2, 1)


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
            layers += [nn.Conv2d(before, after, 1), norm, nn.ELU(), nn.Dropout(dropout)]
        layers.pop()  # none before the last layer
        self.layers = nn.Sequential(*layers, nn.Conv2d(channels[-1], 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """`[batch, channel, time, gene]` → `[batch, gene]`."""
        return self.layers(x[:, :, -1:])[:, 0, 0]
