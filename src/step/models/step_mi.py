"""STEPmi, the network for miRNA."""

from pydantic import StrictBool
from torch import Tensor, nn

from step.models.graph_operator import GraphOperator
from step.models.layers import (
    ChannelNorm,
    Head,
    Pointwise,
    STBlockShape,
    STStack,
    TemporalConv,
)
from step.models.sequence import SequenceMemory, TimeAttention
from step.models.shapes import (
    BlockWidths,
    Dropout,
    Heads,
    HeadWidths,
    Kernel,
    Layers,
    Order,
    Width,
)
from step.typed import settings


@settings
class STEPmiConfig:
    """Shape of a STEPmi; the defaults are the published one.

    Attributes:
        channels: Width before the first block and after each; their number less one is the number
            of spatio-temporal blocks.
        temporal_kernel: Times that a temporal convolution sees.
        chebyshev_order: Number of terms K of the graph convolution; 1 sees no neighbour.
        gate: Whether a block has its channel gate.
        dropout: Share of channels dropped in a block while training.
        lstm_layers: Layers of the bidirectional LSTM over time; 0 leaves it out.
        lstm_hidden: Its width in each direction.
        output_channels: Width behind the output block.
        attention_heads: Heads of the attention over time; they divide the output's width.
        attention_layers: Attention layers, one after another; 0 leaves them out.
        sequence_dropout: Share dropped between LSTM layers and in the attention.
        head_channels: Widths of the head.
        head_dropout: Share dropped in the head.
        norm_over_genes: Whether the layer norms take all genes of a time together, as those of the
            STGCN that the published networks are made of, and not each by itself. A gene's
            forecast then depends on all others, whatever the graph says.
    """

    channels: BlockWidths = (256, 224, 192, 192)
    temporal_kernel: Kernel = 3
    chebyshev_order: Order = 3
    gate: StrictBool = True
    dropout: Dropout = 0.2
    lstm_layers: Layers = 4
    lstm_hidden: Width = 192
    output_channels: Width = 224
    attention_heads: Heads = 4
    attention_layers: Layers = 4
    sequence_dropout: Dropout = 0.3
    head_channels: HeadWidths = (32, 16)
    head_dropout: Dropout = 0.1
    norm_over_genes: StrictBool = True

    def __post_init__(self) -> None:
        """Raise ValueError unless the heads share the output's width evenly."""
        if self.output_channels % self.attention_heads:
            raise ValueError(
                f"attention_heads is {self.attention_heads}, which does not divide output_channels,"
                f" {self.output_channels}"
            )


class STEPmi(nn.Module):
    """Spatio-temporal blocks, a bidirectional LSTM and multi-head attention over time.

    Source: Kaya & Sefer, bioRxiv 2025. The LSTM and the attention look both ways inside the
    window, all of which lies before the forecast origin.
    """

    def __init__(self, in_channels: int, config: STEPmiConfig):
        super().__init__()
        last, width = config.channels[-1], config.output_channels
        self.blocks = STStack(
            in_channels,
            config.channels,
            STBlockShape(
                config.temporal_kernel,
                config.chebyshev_order,
                "relu",
                config.dropout,
                config.gate,
                config.norm_over_genes,
            ),
        )
        self.sequence = SequenceMemory(
            last, config.lstm_hidden, config.lstm_layers, config.sequence_dropout
        )
        self.out = TemporalConv(last, 2, "relu")
        self.dense = nn.Sequential(Pointwise(last, width), nn.ReLU(), Pointwise(width, width))
        self.attention = TimeAttention(
            width, config.attention_heads, config.attention_layers, config.sequence_dropout
        )
        self.out_norm = ChannelNorm(width, over_genes=config.norm_over_genes)
        self.head = Head(
            width,
            config.head_channels,
            config.head_dropout,
            norm_over_genes=config.norm_over_genes,
        )

    def forward(self, x: Tensor, graph: GraphOperator) -> Tensor:
        """Forecast of each gene: `[batch, channel, time, gene]` → `[batch, gene]`."""
        deep = self.sequence(self.blocks(x, graph))
        deep = self.attention(self.dense(self.out(deep)))
        return self.head(self.out_norm(deep))
