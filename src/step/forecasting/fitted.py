"""What a study's forecasts were made with."""

from dataclasses import dataclass

import numpy as np

from step.forecasting.in_context import PretrainingCard


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What is needed to make a study's forecasts again.

    Attributes:
        step_version: Of this package.
        torch_version: Of torch.
        target: What is forecast.
        genes: In the order of the study's tables.
        times: Of the course, in the study's unit.
        pretraining: How the network came about.
        weights: Of the network and the arms in `step` at the last time, one time ahead.
    """

    step_version: str
    torch_version: str
    target: str
    genes: tuple[str, ...]
    times: tuple[float, ...]
    pretraining: PretrainingCard
    weights: dict[str, float]


@dataclass(frozen=True)
class FittedNetwork:
    """The network of a study's forecasts.

    Attributes:
        weights: By name.
        card: What is needed to use them.
    """

    weights: dict[str, np.ndarray]
    card: ModelCard
