"""Combinations of the simple arms that need no weights."""

import numpy as np

from step.forecasting.arms.baselines import gene_mean, last_value, local_level, ses
from step.forecasting.arms.exponential_smoothing import theta
from step.forecasting.arms.registry import simple_arm
from step.forecasting.course import Course

COMBINED = (last_value, gene_mean, ses, theta, local_level)


@simple_arm("median of five", "#000000", "the forecasts of five simple arms")
def combination_median(course: Course) -> np.ndarray:
    """Forecast the median of five simple arms' forecasts, gene by gene.

    AutoETS, which takes longer than all others together, is not among them.
    """
    return np.median([course.once(forecaster) for forecaster in COMBINED], axis=0)
