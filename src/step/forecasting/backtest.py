"""Rolling-origin backtest: forecast each time from all before it, and only from these."""

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from step.errors import InputError
from step.forecasting.intervals import half_widths
from step.forecasting.panel import Panel
from step.typed import settings

Share = Annotated[float, Field(gt=0, lt=1)]


@settings
class BacktestConfig:
    """How to test.

    Attributes:
        history_share: Share of the times before the first forecast; normalisation references are
            chosen on it.
        scored_share: Share of the times, at the end, whose forecasts are scored. Forecasts of the
            times between serve to learn how far each forecaster can be trusted.
        coverage: Nominal coverage of the forecast intervals.
        rewirings: Number of rewired graphs in the graph test.
        future_times: Times to forecast after the last observed one.
        jobs: Processes that train networks side by side; -1 takes every core. The results do not
            depend on it.
        seed: Of the rewiring.
    """

    history_share: Share
    scored_share: Share
    coverage: Share
    rewirings: Annotated[int, Field(ge=0)]
    future_times: Annotated[int, Field(ge=1)]
    jobs: int
    seed: int


@dataclass(frozen=True)
class Origins:
    """Indices of the times from which forecasts are made, one time ahead.

    Attributes:
        every: All of them, ascending.
        n_warm_up: How many of the first are not scored.
    """

    every: np.ndarray
    n_warm_up: int


def n_history(n_times: int, config: BacktestConfig) -> int:
    """Number of times before the first forecast."""
    return max(math.ceil(n_times * config.history_share), 2)


def check_course(n_times: int, window: int, config: BacktestConfig) -> None:
    """Whether a course can be backtested with a network of some window.

    Raises:
        InputError: It is too short.
    """
    first = int(forecast_origins(n_times, config).every[0])
    if first < window:
        raise InputError(
            f"{n_times} times are too few for a `window` of {window} and `history_share` "
            f"{config.history_share}: the first forecast is made at time {first + 1}, and a window "
            f"with its target needs {window + 1}. Shorten the window, or raise the share."
        )


def forecast_origins(n_times: int, config: BacktestConfig) -> Origins:
    """The origins of a course.

    Raises:
        InputError: The course is too short to hold history, warm-up and scored times.
    """
    first = n_history(n_times, config) - 1
    first_scored = n_times - math.ceil(n_times * config.scored_share) - 1
    if first_scored <= first:
        raise InputError(
            f"{n_times} times are too few for `history_share` {config.history_share} and "
            f"`scored_share` {config.scored_share}: no time is left between them to learn on. "
            "Lower one of them, or measure more times."
        )
    return Origins(np.arange(first, n_times - 1), first_scored - first)


def arm_table(
    arm: str, forecast: np.ndarray, panel: Panel, origins: Origins, coverage: float
) -> pd.DataFrame:
    """The scored forecasts of one arm, tidy, with intervals learned from its earlier errors.

    Args:
        arm: Name of the forecaster.
        forecast: Of the time after each origin, log2, shape `[origin, gene]`.
        panel: All times.
        origins: The origins of the forecasts.
        coverage: Nominal coverage.

    Returns:
        arm, origin, target_time, horizon, gene, observed, forecast, lower, upper; times in the
        study's unit, expression in log2, horizon in sampled times.
    """
    observed = panel.mean[origins.every + 1]
    half = half_widths(observed - forecast, coverage)
    scored = slice(origins.n_warm_up, None)
    origin = origins.every[scored]
    n_genes = len(panel.genes)
    return pd.DataFrame(
        {
            "arm": arm,
            "origin": np.repeat(panel.times[origin], n_genes),
            "target_time": np.repeat(panel.times[origin + 1], n_genes),
            "horizon": 1,
            "gene": np.tile(panel.genes, len(origin)),
            "observed": observed[scored].ravel(),
            "forecast": forecast[scored].ravel(),
            "lower": (forecast - half)[scored].ravel(),
            "upper": (forecast + half)[scored].ravel(),
        }
    )
