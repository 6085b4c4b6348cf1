"""Rolling-origin backtest: forecast each time from all before it, and only from these."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from step.forecasting.arms import ARMS
from step.forecasting.course import Course
from step.forecasting.intervals import IntervalSettings, half_widths, next_half_width
from step.forecasting.origins import Origins, OriginSettings
from step.forecasting.panel import Panel
from step.progress import progress
from step.typed import Seed, between, settings

HORIZON = 1  # sampled times that the backtest forecasts ahead


@settings
class GraphTestSettings:
    """How contacts are tested.

    Attributes:
        rewirings: Number of rewired graphs.
        seed: Of the rewiring.
    """

    rewirings: Annotated[int, between(0, 100_000)]
    seed: Seed


@settings
class RuntimeSettings:
    """What a run computes with; the results do not depend on it.

    Attributes:
        jobs: Processes that work side by side; -1 takes every core.
    """

    jobs: Literal[-1] | Annotated[int, between(1, 1024)]


if TYPE_CHECKING:
    SimpleArm = str
else:
    SimpleArm = Literal[tuple(name for name, arm in ARMS.items() if arm.simple)]


@settings
class BacktestSettings(OriginSettings, IntervalSettings, GraphTestSettings, RuntimeSettings):
    """How to test: origins, intervals, graph test and runtime, as one section of the parameters.

    Attributes:
        simple_arms: Forecasters that a user would pick instead, to be held against.
        future_times: Times to forecast after the last observed one.
    """

    simple_arms: Annotated[tuple[SimpleArm, ...], Field(min_length=1, max_length=100)]
    future_times: Annotated[int, between(1, 1000)]


def forecast_origins_with(
    course: Course, arms: Sequence[str], origins: Origins
) -> dict[str, np.ndarray]:
    """Forecast the next time of every origin.

    Args:
        course: The course.
        arms: Names of the arms.
        origins: The origins.

    Returns:
        Arm → forecasts, log2, shape `[origin, gene]`.
    """
    named = progress(arms, len(arms), "forecasters")
    return {name: course.once(ARMS[name].forecast)[origins.index, 0] for name in named}


def arm_table(
    arm: str, forecast: np.ndarray, panel: Panel, origins: Origins, coverage: float
) -> pd.DataFrame:
    """Tabulate the scored forecasts of one arm, with intervals learned from its earlier errors.

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
    observed = panel.mean[origins.index + 1]
    half = half_widths(observed - forecast, coverage)
    scored = slice(origins.n_warm_up, None)
    n_genes = len(panel.genes)
    return pd.DataFrame(
        {
            "arm": arm,
            "origin": np.repeat(panel.times[origins.scored], n_genes),
            "target_time": np.repeat(panel.times[origins.scored + 1], n_genes),
            "horizon": HORIZON,
            "gene": np.tile(panel.genes, len(origins.scored)),
            "observed": observed[scored].ravel(),
            "forecast": forecast[scored].ravel(),
            "lower": (forecast - half)[scored].ravel(),
            "upper": (forecast + half)[scored].ravel(),
        }
    )


def scored_loss(forecast: np.ndarray, panel: Panel, origins: Origins) -> np.ndarray:
    """Mean squared error over the genes at each scored origin, log2², shape `[origin]`.

    Args:
        forecast: Of the time after each origin, log2, shape `[origin, gene]`.
        panel: All times.
        origins: The origins of the forecasts.
    """
    squared = (panel.mean[origins.index + 1] - forecast) ** 2
    return np.nanmean(squared[origins.n_warm_up :], axis=1)


def scored_mse(forecast: np.ndarray, panel: Panel, origins: Origins) -> float:
    """Mean squared error over genes and scored origins, log2²; arguments as in `scored_loss`."""
    squared = (panel.mean[origins.index + 1] - forecast) ** 2
    return float(np.nanmean(squared[origins.n_warm_up :]))


def future_table(
    forecast: np.ndarray, future: np.ndarray, course: Course, origins: Origins, coverage: float
) -> pd.DataFrame:
    """Tabulate what an arm forecasts beyond the last time.

    The intervals are as wide as its errors one time ahead ask for, times how much the level's
    uncertainty grows with the time ahead.

    Args:
        forecast: Of the time after each origin, log2, shape `[origin, gene]`.
        future: After the last time, log2, shape `[horizon, gene]`.
        course: The course.
        origins: The origins of `forecast`.
        coverage: Nominal coverage.

    Returns:
        gene, time (study's unit), horizon (sampled times), forecast, lower, upper (log2); missing
        for a gene that was never measured.
    """
    panel, levels = course.panel, course.levels
    errors = panel.mean[origins.index + 1] - forecast
    ahead = course.ahead[-1]
    usual = ahead / panel.usual_step()
    variance = (
        levels.variance[-1] + levels.step_variance[-1] * usual[:, None] + levels.noise_variance[-1]
    )
    half = next_half_width(errors, coverage) * np.sqrt(variance / variance[0])
    future = np.where(np.isnan(panel.mean).all(axis=0), np.nan, future)
    horizon = np.arange(1, len(future) + 1)
    return pd.DataFrame(
        {
            "gene": np.tile(panel.genes, len(horizon)),
            "time": np.repeat(panel.times[-1] + ahead, len(panel.genes)),
            "horizon": np.repeat(horizon, len(panel.genes)),
            "forecast": future.ravel(),
            "lower": (future - half).ravel(),
            "upper": (future + half).ravel(),
        }
    )
