"""STEPmi, the network for miRNA."""

from dataclasses import dataclass

from torch import Tensor, nn

from step.models.layers import ChannelNorm, Graph, GraphAutoregression, Head, STStack, TemporalConv


@dataclass(frozen=True)
class STEPmiConfig:
    """Shape of a STEPmi.

    Attributes:
        channels: Width before the first block and after each; their number less one is the number
            of spatio-temporal blocks (published: 256, 224, 192, 192).
        temporal_kernel: Times that a temporal convolution sees.
        chebyshev_order: Neighbourhood order K of the graph convolution.
        dropout: Share of channels dropped in a block while training.
        lstm_layers: Layers of the bidirectional LSTM over time.
        lstm_hidden: Its width in each direction.
        attention_heads: Heads of the attention over time; they divide the last width.
        attention_layers: Attention layers, one after another.
        sequence_dropout: Share dropped between LSTM layers and in the attention.
    """

    channels: tuple[int, ...] = (256, 224, 192, 192)
    temporal_kernel: int = 3
    chebyshev_order: int = 3
    dropout: float = 0.2
    lstm_layers: int = 4
    lstm_hidden: int = 192
    attention_heads: int = 4
    attention_layers: int = 4
    sequence_dropout: float = 0.3


class STEPmi(nn.Module):
    """Spatio-temporal blocks, a bidirectional LSTM and multi-head attention over time.

    Source: Kaya & Sefer, bioRxiv 2025. The LSTM and the attention look both ways inside the
    window, all of which lies before the forecast origin.
    """

    def __init__(self, in_channels: int, config: STEPmiConfig):
        super().__init__()
        last = config.channels[-1]
        self.blocks = STStack(
            in_channels,
            config.channels,
            config.temporal_kernel,
            config.chebyshev_order,
            "relu",
            config.dropout,
        )
        self.lstm = nn.LSTM(
            last,
            config.lstm_hidden,
            config.lstm_layers,
            batch_first=True,
            bidirectional=True,
            dropout=config.sequence_dropout if config.lstm_layers > 1 else 0.0,
        )
        self.lstm_out = nn.Linear(2 * config.lstm_hidden, last)
        self.norm = nn.LayerNorm(last)
        self.out = TemporalConv(last, last, 2, "relu")
        self.dense = nn.Sequential(nn.Conv2d(last, last, 1), nn.ReLU(), nn.Conv2d(last, last, 1))
        self.attention = nn.ModuleList(
            nn.MultiheadAttention(
                last, config.attention_heads, dropout=config.sequence_dropout, batch_first=True
            )
            for _ in range(config.attention_layers)
        )
        self.out_norm = ChannelNorm(last)
        self.head = Head(last, config.dropout)
        self.linear = GraphAutoregression(in_channels, config.chebyshev_order)

    def forward(self, x: Tensor, graph: Graph) -> Tensor:
        """Correction to each gene's level: `[batch, channel, time, gene]` → `[batch, gene]`."""
        linear = self.linear(x, graph)
        x = self.blocks(x, graph)
        batch, channels, time, genes = x.shape
        series = x.permute(0, 3, 2, 1).reshape(batch * genes, time, channels)
        series = self.norm(series + self.lstm_out(self.lstm(series)[0]))
        x = series.view(batch, genes, time, channels).permute(0, 3, 2, 1)
        x = self.dense(self.out(x))
        series = x.permute(0, 3, 2, 1).reshape(batch * genes, time, channels)
        for attention in self.attention:
            attended, _ = attention(series, series, series, need_weights=False)
            series = series + 0.4 * attended
        x = series.view(batch, genes, time, channels).permute(0, 3, 2, 1)
        return linear + self.head(self.out_norm(x))
