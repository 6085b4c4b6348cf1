"""Networks that combine forecasters in context: STEPmr and STEPmi over a whole course at once.

The bodies are those of the published networks, made causal: every time of a course is a forecast
origin, and sees earlier times alone. No weight depends on the genes, their number or the study.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import torch
from pydantic import StrictBool
from torch import Tensor, nn
from torch.nn import functional

from step.models.graph_operator import GraphOperator, csr_tensor
from step.models.layers import (
    ConnectivityAttention,
    Pointwise,
    STBlockShape,
    STStack,
    TemporalConv,
    gene_blocks,
)
from step.models.sequence import SequenceMemory, TimeAttention
from step.models.shapes import BlockWidths, DenseWidth, Dropout, Heads, Kernel, Layers, Order, Width
from step.typed import settings

SMALLEST_SPREAD = 0.05  # units
HUBER = 2.0  # units beyond which an error counts in proportion
SPREAD_WEIGHT = 0.5
MOST_RELATIVE_DEGREE = 5.0  # about the most that graphs of pretraining have


@settings
class InContextConfig:
    """Shape of a network.

    Attributes:
        kind: `STEPmr`: gated temporal convolutions and connectivity attention; or `STEPmi`:
            rectified ones, an LSTM and multi-head attention over time.
        channels: Width before the first block and after each; their number less one is the number
            of spatio-temporal blocks.
        temporal_kernel: Times that a temporal convolution sees.
        chebyshev_order: Number of terms K of the graph convolution; 1 sees no neighbour.
        gate: Whether a block has its channel gate.
        state_channels: Width of what the blocks hand on to the head.
        attention: Whether STEPmr has its connectivity attention, and STEPmi its attention over
            time.
        lstm_layers: Layers of STEPmi's LSTM; 0 leaves it out.
        lstm_hidden: Its width.
        attention_heads: Of STEPmi's attention; they divide the width of the state.
        head_channels: Width of the head.
        dropout: Share of channels dropped while training.
    """

    kind: Literal["STEPmr", "STEPmi"]
    channels: BlockWidths = (48, 48, 48, 48)
    temporal_kernel: Kernel = 3
    chebyshev_order: Order = 3
    gate: StrictBool = True
    state_channels: DenseWidth = 48
    attention: StrictBool = True
    lstm_layers: Layers = 1
    lstm_hidden: Width = 48
    attention_heads: Heads = 4
    head_channels: Width = 48
    dropout: Dropout = 0.0

    def __post_init__(self) -> None:
        """Raise ValueError unless the heads share the width of the state evenly."""
        if self.kind == "STEPmi" and self.state_channels % self.attention_heads:
            raise ValueError(
                f"attention_heads is {self.attention_heads}, which does not divide state_channels,"
                f" {self.state_channels}"
            )


@dataclass(frozen=True)
class ContextWidths:
    """How many numbers a network sees.

    Attributes:
        inputs: Of a gene at a time.
        ahead: Of a time ahead besides.
        arms: Arms that it weighs.
        kinds: That tell how useful a kind of edge was.
        neighbours: Of the neighbours by a kind of edge.
    """

    inputs: int
    ahead: int
    arms: int
    kinds: int
    neighbours: int


@dataclass(frozen=True)
class Mixture:
    """What a network forecasts, in units.

    Attributes:
        mean: Of the level's change, `[time, horizon, gene]`.
        spread: Standard deviation of what comes around the mean, `[time, horizon, gene]`.
        weights: Of the arms, the level itself first, `[time, horizon, gene, 1 + arm]`.
    """

    mean: Tensor
    spread: Tensor
    weights: Tensor


@dataclass(frozen=True)
class KindsOfEdges:
    """The graphs of several kinds of edges as one operator, each weighed time by time.

    Attributes:
        operators: Of each kind.
        weight: Of each kind at each time, shape `[kind, time]`.
    """

    operators: tuple[GraphOperator, ...]
    weight: Tensor

    @property
    def degree(self) -> Tensor:
        """Sum of the degrees, shape `[gene]`."""
        return torch.stack([operator.degree for operator in self.operators]).sum(dim=0)

    def propagate(self, nodes: Tensor) -> Tensor:
        """Σ w(t) L̃ x over the kinds: `[gene, batch, time, channel]`, shape kept."""
        if not self.operators or not self.laplacian.values().numel():
            return torch.zeros_like(nodes)
        weighed = self.weight[:, None, None, :, None] * nodes
        return (self.laplacian @ weighed.flatten(0, 1).flatten(1)).view_as(nodes)

    @cached_property
    def laplacian(self) -> Tensor:
        """The L̃ of all kinds side by side, sparse, shape `[gene, kind · gene]`."""
        n_genes = len(self.operators[0].degree)
        pointers = [operator.pointer for operator in self.operators]
        genes = torch.arange(n_genes, device=pointers[0].device)
        target = torch.cat([genes.repeat_interleave(pointer.diff()) for pointer in pointers])
        source = torch.cat([each.source + k * n_genes for k, each in enumerate(self.operators)])
        weight = torch.cat([operator.weight for operator in self.operators])
        order = torch.argsort(target, stable=True)
        shape = (n_genes, len(self.operators) * n_genes)
        return csr_tensor(torch.stack(pointers).sum(dim=0), source[order], weight[order], shape)


class InContextNetwork(nn.Module):
    """A causal STEPmr or STEPmi whose head weighs arms and corrects them.

    Args:
        sees: How many numbers it sees.
        config: Its shape.
    """

    def __init__(self, sees: ContextWidths, config: InContextConfig):
        super().__init__()
        self.config = config
        n_inputs = sees.inputs + sees.neighbours
        mr = config.kind == "STEPmr"
        last, width = config.channels[-1], config.state_channels
        shape = STBlockShape(
            kernel=config.temporal_kernel,
            order=config.chebyshev_order,
            activation="glu" if mr else "relu",
            dropout=config.dropout,
            gate=config.gate,
            norm_over_genes=False,
        )
        self.kind_weight = nn.Sequential(nn.Linear(sees.kinds, 8), nn.ELU(), nn.Linear(8, 1))
        self.blocks = STStack(n_inputs, config.channels, shape)
        self.dense = nn.Sequential(Pointwise(last, width), nn.ELU(), Pointwise(width, width))
        self.connectivity = (
            ConnectivityAttention(width, MOST_RELATIVE_DEGREE) if mr and config.attention else None
        )
        self.sequence: nn.Module = nn.Identity()
        self.attention: nn.Module = nn.Identity()
        if not mr:
            self.sequence = nn.Sequential(
                SequenceMemory(last, config.lstm_hidden, config.lstm_layers, 0.0, causal=True),
                TemporalConv(last, 2, "relu"),
            )
            if config.attention:
                self.attention = TimeAttention(
                    width, config.attention_heads, 1, config.dropout, causal=True
                )
        first_layer = nn.Linear(width + n_inputs + sees.ahead, config.head_channels)
        last_layer = nn.Linear(config.head_channels, sees.arms + 3)
        _start_at_the_level(last_layer)
        self.head = nn.Sequential(first_layer, nn.ELU(), last_layer)

    def forward(
        self,
        inputs: Tensor,
        ahead: Tensor,
        arms: Tensor,
        kinds: Tensor,
        neighbours: Tensor,
        graphs: tuple[GraphOperator, ...],
    ) -> Mixture:
        """Forecast from every time; arguments as in `hidden_in_blocks` and `mix`."""
        hidden = self.hidden_in_blocks(inputs, ahead, kinds, neighbours, graphs)
        parts = [vars(self.mix(each, arms[:, :, genes])) for genes, each in hidden]
        return Mixture(
            **{name: torch.cat([part[name] for part in parts], dim=2) for name in parts[0]}
        )

    def hidden_in_blocks(
        self,
        inputs: Tensor,
        ahead: Tensor,
        kinds: Tensor,
        neighbours: Tensor,
        graphs: tuple[GraphOperator, ...],
    ) -> Iterator[tuple[slice, Tensor]]:
        """Compute what the last layer sees, one block of genes after another.

        Args:
            inputs: `[time, gene, number]`.
            ahead: `[time, horizon, gene, number]`.
            kinds: `[kind, time, number]`.
            neighbours: `[kind, time, gene, number]`.
            graphs: Of each kind.

        Yields:
            The genes, and `[time, horizon, gene, head_channels]` of them.
        """
        edges = KindsOfEdges(graphs, torch.sigmoid(self.kind_weight(kinds))[..., 0])
        beside = (edges.weight[..., None, None] * neighbours).sum(dim=0)
        inputs = torch.cat([inputs, beside], dim=-1)
        deep = self.blocks(inputs.permute(2, 0, 1)[None], edges)
        for genes in gene_blocks(inputs.shape[1]):
            state = self.dense(self.sequence(deep[..., genes]))
            if self.connectivity is not None:
                state = self.connectivity(state, edges, genes)
            state = self.attention(state)[0].permute(1, 2, 0)
            begun = self._first_of_head(state, inputs[:, genes], ahead[:, :, genes])
            yield genes, self.head[1:-1](begun)

    def _first_of_head(self, deep: Tensor, inputs: Tensor, ahead: Tensor) -> Tensor:
        """Apply the head's first layer; what all times ahead share is computed once."""
        weight, bias = self.head[0].parameters()
        widths = [part.shape[-1] for part in (deep, inputs, ahead)]
        of_deep, of_inputs, of_ahead = weight.split(widths, dim=1)
        shared = functional.linear(inputs, of_inputs, bias)
        shared = shared + functional.linear(deep, of_deep)
        return shared[:, None] + functional.linear(ahead, of_ahead)

    def mix(self, hidden: Tensor, arms: Tensor) -> Mixture:
        """Weigh the arms and correct them.

        Args:
            hidden: What the last layer sees, `[time, horizon, gene, head_channels]`.
            arms: Forecasts less the level, in units, `[time, horizon, gene, arm]`.
        """
        made = self.head[-1](hidden)
        weights = torch.softmax(made[..., :-2], dim=-1)
        mean = (weights[..., 1:] * arms).sum(dim=-1) + made[..., -2]
        return Mixture(mean, functional.softplus(made[..., -1]) + SMALLEST_SPREAD, weights)


def mixture_loss(made: Mixture, target: Tensor) -> Tensor:
    """Huber loss of the mean, and the CRPS of a normal forecast for the spread alone.

    Args:
        made: What was forecast.
        target: What came, in units, `[time, horizon, gene]`; NaN where unknown.
    """
    known = ~torch.isnan(target)
    came, mean, spread = (each[known] for each in (target, made.mean, made.spread))
    error = functional.smooth_l1_loss(mean, came, beta=HUBER)
    return error + SPREAD_WEIGHT * normal_crps(came, mean.detach(), spread).mean()


def normal_crps(came: Tensor, mean: Tensor, spread: Tensor) -> Tensor:
    """Continuous ranked probability score of a normal forecast.

    σ (z (2 Φ(z) − 1) + 2 φ(z) − 1/√π), z = (y − μ) / σ (Gneiting & Raftery, 2007).
    """
    z = (came - mean) / spread
    density = torch.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    below = torch.erf(z / math.sqrt(2))
    return spread * (z * below + 2 * density - 1 / math.sqrt(math.pi))


def _start_at_the_level(last: nn.Linear) -> None:
    """Give the level most of the weight, and no correction, before training."""
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    with torch.no_grad():
        last.bias[0] = 2.0
        last.bias[-1] = 0.5
