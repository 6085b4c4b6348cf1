"""A course as it stands at a forecast origin."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from step.forecasting.level import Level
from step.forecasting.panel import Panel


@dataclass(frozen=True)
class Course:
    """What is known at a forecast origin, and what is asked.

    Attributes:
        panel: The times up to the origin.
        level: The local level of that panel, filtered once for all forecasters.
        ahead: Time from the origin to each time to forecast, in the study's unit, ascending,
            shape `[horizon]`.
    """

    panel: Panel
    level: Level
    ahead: np.ndarray
    _forecasts: dict["Forecaster", np.ndarray] = field(default_factory=dict, repr=False)

    def forecast(self, forecaster: "Forecaster") -> np.ndarray:
        """Forecast, computing once what several ask for; shape `[horizon, gene]`."""
        if forecaster not in self._forecasts:
            self._forecasts[forecaster] = forecaster(self)
        return self._forecasts[forecaster]


Forecaster = Callable[[Course], np.ndarray]
"""Forecasts the times that a course asks for, log2, shape `[horizon, gene]`."""


def times_ahead(panel: Panel, origin: int, n_ahead: int) -> np.ndarray:
    """Time from an origin to each of the next sampled times, in the study's unit.

    Args:
        panel: All times.
        origin: Index of the last known time.
        n_ahead: Number of sampled times; beyond the panel's last, they follow one another at the
            usual step.

    Returns:
        Shape `[n_ahead]`.
    """
    later = panel.times[origin + 1 : origin + 1 + n_ahead] - panel.times[origin]
    last = later[-1] if len(later) else 0.0
    beyond = last + panel.usual_step() * np.arange(1, n_ahead - len(later) + 1)
    return np.concatenate([later, beyond])
