"""Forecast origins: the times from which a course is forecast."""

import math
from dataclasses import dataclass

import numpy as np

from step.errors import InputError
from step.typed import Share, settings


@settings
class OriginSettings:
    """From which times to forecast.

    Attributes:
        history_share: Share of the times before the first forecast; normalisation references are
            chosen on it.
        scored_share: Share of the times, at the end, whose forecasts are scored. Forecasts of the
            times between serve to learn how far each forecaster can be trusted.
    """

    history_share: Share
    scored_share: Share

    def __post_init__(self) -> None:
        """Raise ValueError unless the shares leave times to learn on between them."""
        if self.history_share + self.scored_share >= 1:
            raise ValueError(
                f"history_share is {self.history_share:g} and scored_share {self.scored_share:g}; "
                "together they must be below 1"
            )


@dataclass(frozen=True)
class Origins:
    """Indices of the times from which forecasts are made.

    Attributes:
        index: Ascending, shape `[origin]`; the time after each is known.
        n_warm_up: Number of the first origins that are not scored.
    """

    index: np.ndarray
    n_warm_up: int

    @property
    def scored(self) -> np.ndarray:
        """The origins whose forecasts are scored."""
        return self.index[self.n_warm_up :]


def n_history(n_times: int, settings: OriginSettings) -> int:
    """Count the times before the first forecast."""
    return max(math.ceil(n_times * settings.history_share), 2)


def forecast_origins(n_times: int, settings: OriginSettings) -> Origins:
    """Choose the origins of a course.

    Raises:
        InputError: The course is too short to hold history, warm-up and scored times.
    """
    first = n_history(n_times, settings) - 1
    first_scored = n_times - math.ceil(n_times * settings.scored_share) - 1
    if first_scored <= first:
        raise InputError(
            f"{n_times} times are too few for `history_share` {settings.history_share} and "
            f"`scored_share` {settings.scored_share}: no time is left between them to learn on. "
            "Lower one of them, or measure more times."
        )
    return Origins(np.arange(first, n_times - 1), first_scored - first)
