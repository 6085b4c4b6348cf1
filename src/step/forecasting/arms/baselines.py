"""Forecasters without parameters to fit, or with one: each forecasts all horizons alike."""

import numpy as np

from step.forecasting.arms.registry import simple_arm
from step.forecasting.course import Course

SMOOTHING = np.linspace(0.05, 1.0, 20)


@simple_arm("last value", "#CC79A7", "the gene's last value")
def last_value(course: Course) -> np.ndarray:
    """Repeat the last measured mean; that of all genes for a gene not yet measured."""
    mean = course.panel.mean
    last = np.full(mean.shape[1], np.nanmean(mean))
    for value in mean:
        last = np.where(np.isnan(value), last, value)
    return _repeat(last, course)


@simple_arm("gene mean", "#BBBBBB", "the gene's past")
def gene_mean(course: Course) -> np.ndarray:
    """Repeat the mean over all times so far; that of all genes for a gene not yet measured."""
    mean = course.panel.mean
    measured = ~np.isnan(mean)
    total = np.where(measured, mean, 0.0).sum(axis=0)
    count = measured.sum(axis=0)
    average = np.where(count > 0, total / np.maximum(count, 1), np.nanmean(mean))
    return _repeat(average, course)


@simple_arm("SES", "#009E73", "the gene's past, and one constant of all genes")
def ses(course: Course) -> np.ndarray:
    """Smooth exponentially, with the one constant that served all genes best so far.

    m ← m + α (y − m), starting at the first measured value; α from a grid of 20 by the squared
    one-step errors on the panel.
    """
    mean = course.panel.mean
    level = np.full((len(SMOOTHING), mean.shape[1]), np.nan)
    squared_error = np.zeros(len(SMOOTHING))
    for value in mean:
        surprise = np.nan_to_num(value - level)
        squared_error += (surprise**2).sum(axis=1)
        level = np.where(np.isnan(level), value, level + SMOOTHING[:, None] * surprise)
    best = level[np.argmin(squared_error)]
    return _repeat(np.where(np.isnan(best), np.nanmean(mean), best), course)


@simple_arm("local level", "#56B4E9", "the gene's past, and its replicates")
def local_level(course: Course) -> np.ndarray:
    """Repeat the filtered level; see `step.forecasting.level`."""
    return _repeat(course.level.path[-1], course)


def _repeat(forecast: np.ndarray, course: Course) -> np.ndarray:
    return np.tile(forecast, (len(course.ahead), 1))
