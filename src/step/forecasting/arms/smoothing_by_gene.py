"""Exponential smoothing whose constant and start are each gene's own.

m ← m + α (y − m). For each α of a grid, the start m(0) that leaves the least squared error one step
ahead is found in closed form, for the errors are linear in it; the forecasts are weighted by
exp(−AICc / 2) (Burnham & Anderson, 2002, chapter 2). α = 0 is the mean. Times count as evenly
spaced; a missing value changes nothing.
"""

import numpy as np

from step.forecasting.arms.baselines import last_value
from step.forecasting.arms.registry import simple_arm
from step.forecasting.course import Course

CONSTANTS = np.array([0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
N_FITTED = np.where(CONSTANTS > 0, 3, 2)[:, None]  # constant, start and variance of the error
FEWEST = 5  # values; AICc is undefined with fewer


@simple_arm("SES by gene", "#44BB99", "the gene's past")
def ses_by_gene(course: Course) -> np.ndarray:
    """Smooth each gene with constants of its own; its last value until five are known."""
    forecast = course.once(last_value).copy()
    mean = course.panel.mean
    constant = CONSTANTS[:, None]
    level = np.zeros((len(CONSTANTS), mean.shape[1]))  # with a start of zero
    started = np.ones_like(level)  # what is left of the start
    errors, products, squares = np.zeros((3, *level.shape))
    origin = np.full(mean.shape[1], np.nan)
    for time, value in enumerate(mean):
        origin = np.where(np.isnan(origin), value, origin)
        known = ~np.isnan(value)
        error = np.where(known, value - origin - level, 0.0)
        errors += error**2
        products += error * started * known
        squares += started**2 * known
        start = products / np.maximum(squares, 1e-12)
        level = level + constant * error
        started = np.where(known, (1.0 - constant) * started, started)
        count = (~np.isnan(mean[: time + 1])).sum(axis=0)
        if (enough := count >= FEWEST).any():
            left = np.maximum(errors - products * start, 1e-12)
            weight = _weights(left[:, enough], count[enough])
            made = origin + level + started * start
            forecast[time, :, enough] = (weight * made[:, enough]).sum(axis=0)[:, None]
    return forecast


def _weights(squared_error: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Akaike weights of each constant, shape `[constant, gene]`."""
    correction = 2.0 * N_FITTED * (N_FITTED + 1) / (count - N_FITTED - 1)
    criterion = count * np.log(squared_error / count) + 2.0 * N_FITTED + correction
    weight = np.exp(-(criterion - criterion.min(axis=0)) / 2)
    return weight / weight.sum(axis=0)
