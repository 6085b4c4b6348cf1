"""From a panel to the network's windows.

A window holds what was known at one time: the levels, surprises and embeddings of the last few
times. Its target is what was measured at the next time, given as the distance from the level. All
expression is divided by one scale, learned on the past, so that genes stay comparable.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from step.forecasting.level import Level
from step.forecasting.panel import Panel

N_CHANNELS = 3  # level, surprise, time to the target; embeddings come on top


@dataclass(frozen=True)
class Windows:
    """Every window of a panel, in one batch.

    Attributes:
        inputs: Shape `[batch, channel, time, gene]`.
        history: Levels relative to the last one of the window, shape `[batch, time, gene]`.
        target: Next observation less the level, shape `[batch, gene]`; NaN where not measured.
        rows: Which of the panel's times each window holds, shape `[batch, time]`.
        scale: Log2 units of one unit above.
    """

    inputs: Tensor
    history: Tensor
    target: Tensor
    rows: np.ndarray
    scale: float

    def to(self, device: torch.device) -> "Windows":
        """The same windows on another device."""
        return replace(
            self,
            inputs=self.inputs.to(device),
            history=self.history.to(device),
            target=self.target.to(device),
        )


def training_windows(panel: Panel, level: Level, embeddings: np.ndarray, length: int) -> Windows:
    """The windows whose next observation the panel holds.

    Args:
        panel: Cut at the forecast origin.
        level: `local_level` of that panel.
        embeddings: Shape `[time, gene, dimension]`, of the panel's times.
        length: Times in a window.
    """
    scale = _scale(level)
    ends = np.arange(length - 1, len(panel.times) - 1)
    target = level.observed[ends + 1] - level.path[ends]
    elapsed = np.diff(panel.times)[ends]
    return _windows(level, embeddings, ends, elapsed, length, scale, target / scale)


def last_window(
    panel: Panel, level: Level, embeddings: np.ndarray, length: int, ahead: float
) -> Windows:
    """The window that ends at the origin; its target, `ahead` time units later, is unknown."""
    ends = np.array([len(panel.times) - 1])
    unknown = np.full((1, len(panel.genes)), np.nan)
    return _windows(level, embeddings, ends, np.array([ahead]), length, _scale(level), unknown)


def _scale(level: Level) -> float:
    """The usual size of a surprise, log2: 1.48 times the median absolute one.

    The factor makes it the standard deviation of normal surprises; the median keeps a single jump,
    such as birth, from making all others look small. What was not measured, or never varies, is no
    surprise and does not count.
    """
    sizes = np.abs(level.surprise[level.surprise != 0.0])
    return float(1.4826 * np.median(sizes)) if len(sizes) else 1.0


def _windows(
    level: Level,
    embeddings: np.ndarray,
    ends: np.ndarray,
    elapsed: np.ndarray,
    length: int,
    scale: float,
    target: np.ndarray,
) -> Windows:
    # The mean so far, not the mean of the whole past, which would tell a window where it leads.
    so_far = np.cumsum(level.path, axis=0) / np.arange(1, len(level.path) + 1)[:, None]
    deviation = (level.path - so_far) / scale
    surprise = level.surprise / scale
    rows = ends[:, None] + np.arange(1 - length, 1)
    step = np.broadcast_to(np.log1p(elapsed)[:, None, None], deviation[rows].shape)
    channels = np.stack([deviation[rows], surprise[rows], step], axis=1)
    embedded = np.moveaxis(embeddings[rows], -1, 1)
    history = (level.path[rows] - level.path[ends][:, None]) / scale
    return Windows(
        inputs=_tensor(np.concatenate([channels, embedded], axis=1)),
        history=_tensor(history),
        target=_tensor(target),
        rows=rows,
        scale=scale,
    )


def _tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))
