"""Combinations of the simple arms that need no weights."""

import numpy as np

from step.forecasting.arms.baselines import gene_mean, last_value, local_level, ses
from step.forecasting.arms.exponential_smoothing import auto_ets, theta
from step.forecasting.arms.registry import simple_arm
from step.forecasting.course import Course

COMBINED = (last_value, gene_mean, ses, theta, auto_ets, local_level)


@simple_arm("median of simple arms", "#E69F00", "the forecasts of the simple arms")
def combination_median(course: Course) -> np.ndarray:
    """Forecast the median of the other simple arms' forecasts, gene by gene."""
    return np.median([course.forecast(forecaster) for forecaster in COMBINED], axis=0)
