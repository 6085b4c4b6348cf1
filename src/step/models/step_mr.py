"""STEPmr, the network for mRNA."""

from pydantic import StrictBool
from torch import Tensor, nn

from step.models.graph_operator import GraphOperator
from step.models.layers import (
    ConnectivityAttention,
    Head,
    Pointwise,
    STBlockShape,
    STStack,
)
from step.models.shapes import BlockWidths, DenseWidth, Dropout, HeadWidths, Kernel, Order
from step.typed import settings


@settings
class STEPmrConfig:
    """Shape of a STEPmr; the defaults are the published one.

    Attributes:
        channels: Width before the first block and after each; their number less one is the number
            of spatio-temporal blocks.
        temporal_kernel: Times that a temporal convolution sees.
        chebyshev_order: Number of terms K of the graph convolution; 1 sees no neighbour.
        gate: Whether a block has its channel gate.
        dense_channels: Width of the dense layer behind the blocks.
        attention: Whether genes are weighed by connectivity attention.
        head_channels: Widths of the head.
        dropout: Share of channels dropped while training.
        norm_over_genes: Whether the layer norms take all genes of a time together, as those of the
            STGCN that the published networks are made of, and not each by itself. A gene's
            forecast then depends on all others, whatever the graph says.
    """

    channels: BlockWidths = (32, 48, 48)
    temporal_kernel: Kernel = 3
    chebyshev_order: Order = 3
    gate: StrictBool = True
    dense_channels: DenseWidth = 16
    attention: StrictBool = True
    head_channels: HeadWidths = (32, 16)
    dropout: Dropout = 0.1
    norm_over_genes: StrictBool = True


class STEPmr(nn.Module):
    """Spatio-temporal blocks with gated temporal convolutions, then connectivity attention.

    Source: Kaya & Sefer, bioRxiv 2025.
    """

    def __init__(self, in_channels: int, config: STEPmrConfig):
        super().__init__()
        last, narrow = config.channels[-1], config.dense_channels
        self.blocks = STStack(
            in_channels,
            config.channels,
            STBlockShape(
                config.temporal_kernel,
                config.chebyshev_order,
                "glu",
                config.dropout,
                config.gate,
                config.norm_over_genes,
            ),
        )
        self.dense = nn.Sequential(Pointwise(last, last), nn.ELU(), Pointwise(last, narrow))
        self.attention = ConnectivityAttention(narrow) if config.attention else None
        self.head = Head(
            narrow,
            config.head_channels,
            config.dropout,
            norm_over_genes=config.norm_over_genes,
        )

    def forward(self, x: Tensor, graph: GraphOperator) -> Tensor:
        """Forecast of each gene: `[batch, channel, time, gene]` → `[batch, gene]`."""
        deep = self.dense(self.blocks(x, graph)[:, :, -1:])
        if self.attention is not None:
            deep = self.attention(deep, graph.last())
        return self.head(deep)
