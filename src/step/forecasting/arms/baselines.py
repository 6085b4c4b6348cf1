"""Forecasters without parameters to fit, or with one."""

import numpy as np

from step.forecasting.arms.registry import simple_arm
from step.forecasting.course import Course

SMOOTHING = np.linspace(0.05, 1.0, 20)


@simple_arm("last value", "#CC79A7", "the gene's last value")
def last_value(course: Course) -> np.ndarray:
    """Repeat the last measured mean; that of all genes so far for a gene not yet measured."""
    last = _mean_of_all(course)
    forecast = np.empty_like(last)
    carried = np.full(last.shape[1], np.nan)
    for time, value in enumerate(course.panel.mean):
        carried = np.where(np.isnan(value), carried, value)
        forecast[time] = np.where(np.isnan(carried), last[time], carried)
    return _repeat(forecast, course)


@simple_arm("gene mean", "#BBBBBB", "the gene's past")
def gene_mean(course: Course) -> np.ndarray:
    """Repeat the mean over all times so far; that of all genes for a gene not yet measured."""
    mean = course.panel.mean
    total = np.cumsum(np.nan_to_num(mean), axis=0)
    count = np.cumsum(~np.isnan(mean), axis=0)
    average = np.where(count > 0, total / np.maximum(count, 1), _mean_of_all(course))
    return _repeat(average, course)


@simple_arm("SES", "#009E73", "the gene's past, and one constant of all genes")
def ses(course: Course) -> np.ndarray:
    """Smooth exponentially, with the one constant that served all genes best so far.

    m ← m + α (y − m), starting at the first measured value; α from a grid of 20 by the squared
    one-step errors so far.
    """
    mean = course.panel.mean
    level = np.full((len(SMOOTHING), mean.shape[1]), np.nan)
    squared_error = np.zeros(len(SMOOTHING))
    forecast = _mean_of_all(course)
    for time, value in enumerate(mean):
        surprise = np.nan_to_num(value - level)
        squared_error += (surprise**2).sum(axis=1)
        level = np.where(np.isnan(level), value, level + SMOOTHING[:, None] * surprise)
        best = level[np.argmin(squared_error)]
        forecast[time] = np.where(np.isnan(best), forecast[time], best)
    return _repeat(forecast, course)


@simple_arm("local level", "#56B4E9", "the gene's past, and its replicates")
def local_level(course: Course) -> np.ndarray:
    """Forecast by the filtered level; see `step.forecasting.level`."""
    return course.levels.forecast


def _mean_of_all(course: Course) -> np.ndarray:
    """The mean of all that was measured so far, for each gene, `[time, gene]`."""
    mean = course.panel.mean
    total = np.nan_to_num(mean).sum(axis=1).cumsum()
    count = (~np.isnan(mean)).sum(axis=1).cumsum()
    return np.repeat((total / np.maximum(count, 1))[:, None], mean.shape[1], axis=1)


def _repeat(forecast: np.ndarray, course: Course) -> np.ndarray:
    return np.repeat(forecast[:, None], course.ahead.shape[1], axis=1)
