"""Rolling-origin backtest: forecast each time from all before it, and only from these."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import joblib
import numpy as np
import pandas as pd
from pydantic import Field

from step.forecasting.arms import ARMS
from step.forecasting.course import Course, Forecaster, times_ahead
from step.forecasting.intervals import IntervalSettings, half_widths, next_half_width
from step.forecasting.level import local_level
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


def roll(courses: Iterable[Course], forecaster: Forecaster) -> list[np.ndarray]:
    """Forecast course after course, in the order of their origins.

    Returns:
        log2, shape `[horizon, gene]`, one a course.
    """
    return [forecaster(course) for course in courses]


def filter_courses(panel: Panel, origins: Origins, future_times: int, jobs: int) -> list[Course]:
    """Filter the level at every origin, once for all forecasters.

    Args:
        panel: All times.
        origins: Whose next time is forecast.
        future_times: Times to forecast after the last one.
        jobs: Processes that work side by side.

    Returns:
        The course at each origin, and last that of the whole panel, which is forecast beyond it.
    """
    last = len(panel.times) - 1
    asked = [*((int(origin), HORIZON) for origin in origins.index), (last, future_times)]
    known = [panel.until(origin) for origin, _ in asked]
    tasks = (joblib.delayed(local_level)(each) for each in known)
    filtered = joblib.Parallel(n_jobs=jobs, return_as="generator")(tasks)
    levels = progress(filtered, len(known), "level at each origin")
    return [
        Course(each, level, times_ahead(panel, origin, n_ahead))
        for each, level, (origin, n_ahead) in zip(known, levels, asked, strict=True)
    ]


def backtest_simple_arms(
    courses: list[Course], arms: Sequence[str], jobs: int
) -> dict[str, np.ndarray]:
    """Forecast the next time of every origin with simple arms.

    Args:
        courses: Of the origins, without that of the whole panel.
        arms: Names of the simple arms.
        jobs: Processes that work side by side.

    Returns:
        Arm → forecasts, log2, shape `[origin, gene]`.
    """
    tasks = (joblib.delayed(_forecast_simply)(course, arms) for course in courses)
    forecast = joblib.Parallel(n_jobs=jobs, return_as="generator")(tasks)
    found = list(progress(forecast, len(courses), "simple forecasters at each origin"))
    return {
        name: np.stack([forecasts[number] for forecasts in found])
        for number, name in enumerate(arms)
    }


def _forecast_simply(course: Course, arms: Sequence[str]) -> list[np.ndarray]:
    return [roll([course], ARMS[name].prepare(None))[0][0] for name in arms]


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
        course: The whole panel, and how far ahead it is forecast.
        origins: The origins of `forecast`.
        coverage: Nominal coverage.

    Returns:
        gene, time (study's unit), horizon (sampled times), forecast, lower, upper (log2); missing
        for a gene that was never measured.
    """
    panel = course.panel
    errors = panel.mean[origins.index + 1] - forecast
    variance = np.stack([course.level.forecast_variance(ahead) for ahead in course.ahead])
    half = next_half_width(errors, coverage) * np.sqrt(variance / variance[0])
    future = np.where(np.isnan(panel.mean).all(axis=0), np.nan, future)
    horizon = np.arange(1, len(future) + 1)
    return pd.DataFrame(
        {
            "gene": np.tile(panel.genes, len(horizon)),
            "time": np.repeat(panel.times[-1] + course.ahead, len(panel.genes)),
            "horizon": np.repeat(horizon, len(panel.genes)),
            "forecast": future.ravel(),
            "lower": (future - half).ravel(),
            "upper": (future + half).ravel(),
        }
    )
