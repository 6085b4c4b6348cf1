"""A network fitted as published, and what is needed to use it."""

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
        held_out_windows: By their first times.
    """

    step_version: str
    torch_version: str
    network: dict[str, Any]
    target: str
    genes: tuple[str, ...]
    times: tuple[float, ...]
    embedding_dimensions: int
    held_out_windows: tuple[int, ...]


@dataclass(frozen=True)
class FittedNetwork:
    """A fitted network.

    Attributes:
        weights: By name.
        card: What is needed to use them.
    """

    weights: dict[str, np.ndarray]
    card: ModelCard
