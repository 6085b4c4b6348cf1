"""Rolling-origin backtest: forecast each time from all before it, and only from these."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from step.forecasting.arms import ARMS
from step.forecasting.arms.network import spread
from step.forecasting.course import Course
from step.forecasting.intervals import IntervalSettings, half_widths
from step.forecasting.origins import Origins, OriginSettings
from step.forecasting.panel import Panel
from step.progress import progress
from step.typed import Seed, between, settings


@settings
class GraphTestSettings:
    """How contacts are tested.

    Attributes:
        rewirings: Number of rewired graphs.
        further_rewirings: Number of circular shifts along the chromosomes, and of rewired graphs
            of each kind of edge alone; never more than `rewirings`.
        graph_ridge_rewirings: The same as `rewirings` for `graph_ridge`, which is tested beside
            `step`.
        tested_genes: Most genes that the tests compute on. Of a larger study they take a stretch
            of the genome, with the genes that regulate those on it.
        seed: Of the rewiring.
    """

    rewirings: Annotated[int, between(0, 100_000)]
    further_rewirings: Annotated[int, between(0, 100_000)]
    graph_ridge_rewirings: Annotated[int, between(0, 100_000)]
    tested_genes: Annotated[int, between(100, 1_000_000)]
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
        horizons: Sampled times ahead, up to which forecasts are scored.
        future_times: Times to forecast after the last observed one.
    """

    simple_arms: Annotated[tuple[SimpleArm, ...], Field(min_length=1, max_length=100)]
    horizons: Annotated[int, between(1, 100)]
    future_times: Annotated[int, between(1, 1000)]


def run_arms(course: Course, arms: Sequence[str]) -> dict[str, np.ndarray]:
    """Forecast a course with each arm: arm → forecasts, log2, shape `[time, horizon, gene]`."""
    named = progress(arms, len(arms), "forecasters")
    return {name: course.once(ARMS[name].forecast) for name in named}


def arm_table(
    arm: str, forecast: np.ndarray, course: Course, origins: Origins, settings: BacktestSettings
) -> pd.DataFrame:
    """Tabulate the scored forecasts of one arm, with intervals learned from its earlier errors.

    Args:
        arm: Name of the forecaster.
        forecast: log2, shape `[time, horizon, gene]`.
        course: The course, with its network.
        origins: The origins.
        settings: Horizons and nominal coverage.

    Returns:
        arm, origin, target_time, horizon, gene, observed, forecast, lower, upper; times in the
        study's unit, expression in log2, horizon in sampled times.
    """
    panel = course.panel
    tables = []
    for horizon in range(1, settings.horizons + 1):
        index = origins.scored[origins.scored + horizon < len(panel.times)]
        made = forecast[index, horizon - 1]
        widths = _half_widths(forecast, course, origins, settings.coverage, horizon)
        half = widths[index - origins.index[0]]
        tables.append(
            pd.DataFrame(
                {
                    "arm": arm,
                    "origin": np.repeat(panel.times[index], len(panel.genes)),
                    "target_time": np.repeat(panel.times[index + horizon], len(panel.genes)),
                    "horizon": horizon,
                    "gene": np.tile(panel.genes, len(index)),
                    "observed": panel.mean[index + horizon].ravel(),
                    "forecast": made.ravel(),
                    "lower": (made - half).ravel(),
                    "upper": (made + half).ravel(),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def _half_widths(
    forecast: np.ndarray, course: Course, origins: Origins, coverage: float, horizon: int
) -> np.ndarray:
    """Half widths of the intervals from each origin and the last time, `[origin + 1, gene]`."""
    known = slice(origins.index[0], None)
    errors = course.came(horizon)[known] - forecast[known, horizon - 1]
    return half_widths(errors, course.once(spread)[known, horizon - 1], coverage, horizon)


@dataclass(frozen=True)
class Losses:
    """Squared errors one time ahead at each scored origin.

    Attributes:
        mean: Over the genes measured there, log2², shape `[…, origin]`; 0 where there is none.
        counted: Number of these genes, shape `[origin]`.
    """

    mean: np.ndarray
    counted: np.ndarray

    @property
    def mse(self) -> np.ndarray:
        """Over all genes and origins, log2², shape `[…]`."""
        return (self.mean * self.counted).sum(axis=-1) / self.counted.sum()


def scored_losses(forecast: np.ndarray, panel: Panel, origins: Origins) -> Losses:
    """Score forecasts one time ahead.

    Args:
        forecast: log2, shape `[time, horizon, gene]`.
        panel: All times.
        origins: The origins.
    """
    squared = (panel.mean[origins.scored + 1] - forecast[origins.scored, 0]) ** 2
    counted = (~np.isnan(squared)).sum(axis=1)
    return Losses(np.nansum(squared, axis=1) / np.maximum(counted, 1), counted)


def scored_mse(forecast: np.ndarray, panel: Panel, origins: Origins) -> float:
    """Mean squared error over genes and scored origins, log2²; arguments as in `scored_losses`."""
    return float(scored_losses(forecast, panel, origins).mse)


def future_table(
    forecast: np.ndarray, course: Course, origins: Origins, settings: BacktestSettings
) -> pd.DataFrame:
    """Tabulate what an arm forecasts beyond the last time.

    Args:
        forecast: log2, shape `[time, horizon, gene]`.
        course: The course, with its network.
        origins: The origins.
        settings: Times to forecast, and nominal coverage.

    Returns:
        gene, time (study's unit), horizon (sampled times), forecast, lower, upper (log2); missing
        for a gene that was never measured.
    """
    panel, n_ahead = course.panel, settings.future_times
    half = np.stack(
        [
            _half_widths(forecast, course, origins, settings.coverage, horizon)[-1]
            for horizon in range(1, n_ahead + 1)
        ]
    )
    future = np.where(np.isnan(panel.mean).all(axis=0), np.nan, forecast[-1, :n_ahead])
    horizon = np.arange(1, n_ahead + 1)
    return pd.DataFrame(
        {
            "gene": np.tile(panel.genes, n_ahead),
            "time": np.repeat(panel.times[-1] + course.ahead[-1, :n_ahead], len(panel.genes)),
            "horizon": np.repeat(horizon, len(panel.genes)),
            "forecast": future.ravel(),
            "lower": (future - half).ravel(),
            "upper": (future + half).ravel(),
        }
    )
