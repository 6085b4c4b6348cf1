"""The windows of the published protocol, and which of them are trained on."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from step.errors import InputError
from step.published.settings import PublishedTraining


@dataclass(frozen=True)
class Windows:
    """Some windows of a course, in one batch.

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


@dataclass(frozen=True)
class Split:
    """Windows by their first times, in the order drawn.

    Attributes:
        trained: The windows trained on, shape `[window]`.
        held_out: The windows scored, shape `[window]`.
    """

    trained: np.ndarray
    held_out: np.ndarray


def split_windows(n_times: int, training: PublishedTraining) -> Split:
    """Draw the windows to train on and those to hold out.

    Raises:
        InputError: There are too few windows for both.
    """
    n_windows = max(n_times - training.window, 0)
    n_train = int(n_windows * training.train_share)
    if not 0 < n_train < n_windows:
        raise InputError(
            f"{n_times} times make {n_windows} windows of {training.window} times and the next, "
            f"which cannot be split into a share of {training.train_share:g} to train on and some "
            "to score. Use a shorter window or more times."
        )
    state = torch.Generator().manual_seed(training.split_seed)
    drawn = torch.randperm(n_windows, generator=state).numpy()
    return Split(drawn[:n_train], drawn[n_train:])


def coordinate_windows(embeddings: np.ndarray, length: int) -> Windows:
    """Cut all windows; the target is the next time's last coordinate, in the embedding's units.

    Args:
        embeddings: Shape `[time, gene, dimension]`.
        length: Times in a window.
    """
    rows = np.arange(len(embeddings) - length)[:, None] + np.arange(length)
    scored = torch.from_numpy(embeddings[..., -1].copy())
    return Windows(
        inputs=torch.from_numpy(np.ascontiguousarray(embeddings[rows].transpose(0, 3, 1, 2))),
        history=scored[rows],
        target=scored[rows[:, -1] + 1],
        rows=rows,
        scale=1.0,
    )


def select_windows(windows: Windows, first_times: np.ndarray) -> Windows:
    """Take the windows that begin at some times, in that order."""
    return replace(
        windows,
        inputs=windows.inputs[first_times],
        history=windows.history[first_times],
        target=windows.target[first_times],
        rows=windows.rows[first_times],
    )
