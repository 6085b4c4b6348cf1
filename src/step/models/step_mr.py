"""STEPmr, the network for mRNA."""

from dataclasses import dataclass

from torch import Tensor, nn

from step.models.layers import ConnectivityAttention, Graph, GraphAutoregression, Head, STStack


@dataclass(frozen=True)
class STEPmrConfig:
    """Shape of a STEPmr.

    Attributes:
        channels: Width before the first block and after each; their number less one is the number
            of spatio-temporal blocks (published: 32, 48, 48).
        temporal_kernel: Times that a temporal convolution sees.
        chebyshev_order: Neighbourhood order K of the graph convolution.
        dropout: Share of channels dropped while training.
    """

    channels: tuple[int, ...] = (32, 48, 48)
    temporal_kernel: int = 3
    chebyshev_order: int = 3
    dropout: float = 0.1


class STEPmr(nn.Module):
    """Spatio-temporal blocks with gated temporal convolutions, then connectivity attention.

    Source: Kaya & Sefer, bioRxiv 2025.
    """

    def __init__(self, in_channels: int, config: STEPmrConfig):
        super().__init__()
        last = config.channels[-1]
        narrow = max(last // 3, 4)
        self.blocks = STStack(
            in_channels,
            config.channels,
            config.temporal_kernel,
            config.chebyshev_order,
            "glu",
            config.dropout,
        )
        self.dense = nn.Sequential(nn.Conv2d(last, last, 1), nn.ELU(), nn.Conv2d(last, narrow, 1))
        self.attention = ConnectivityAttention(narrow)
        self.head = Head(narrow, config.dropout)
        self.linear = GraphAutoregression(in_channels, config.chebyshev_order)

    def forward(self, x: Tensor, graph: Graph) -> Tensor:
        """Correction to each gene's level: `[batch, channel, time, gene]` → `[batch, gene]`."""
        linear = self.linear(x, graph)
        x = self.blocks(x, graph)
        x = self.dense(x[:, :, -1:])
        return linear + self.head(self.attention(x, graph))
