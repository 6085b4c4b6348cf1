"""A fitted network, and what is needed to use it."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What is needed to use the weights of a network.

    Attributes:
        step_version: Of this package.
        torch_version: Of torch.
        network: The network's settings.
        target: What is forecast.
        genes: In the order of the network's outputs.
        times: Of the course that it was fitted to, in the study's unit.
        embedding_dimensions: Of the embedding that it sees.
        trust: λ at the last time; None where the forecast is the network's alone.
        scale_log2: log2 units of one unit of the network's.
        held_out_windows: By their first times; None where each time was forecast from those before.
    """

    step_version: str
    torch_version: str
    network: dict[str, Any]
    target: str
    genes: tuple[str, ...]
    times: tuple[float, ...]
    embedding_dimensions: int
    trust: float | None = None
    scale_log2: float | None = None
    held_out_windows: tuple[int, ...] | None = None


@dataclass(frozen=True)
class FittedNetwork:
    """A fitted network.

    Attributes:
        weights: By name.
        card: What is needed to use them.
    """

    weights: dict[str, np.ndarray]
    card: ModelCard
