"""Parts of STEPmi that take the times of each gene as a sequence: memory and attention.

As in `step.models.layers` they take and return `[batch, channel, time, gene]`.
"""

import torch
from torch import Tensor, nn

from step.models.layers import by_channel, by_gene


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
        nodes = by_gene(x)
        series = nodes.flatten(0, 1)
        if self.lstm is not None and self.project is not None:
            series = series + self.project(self.lstm(series)[0])
        return by_channel(self.norm(series).view(nodes.shape))


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
        nodes = by_gene(x)
        series = nodes.flatten(0, 1)
        n_times = series.shape[1]
        later = None
        if self.causal:
            later = torch.ones(n_times, n_times, dtype=torch.bool, device=x.device).triu(1)
        for layer in self.layers:
            attended = layer(series, series, series, need_weights=False, attn_mask=later)[0]
            series = series + 0.4 * attended
        return by_channel(series.view(nodes.shape))
