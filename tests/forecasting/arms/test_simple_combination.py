import numpy as np

from step.forecasting.arms.baselines import gene_mean, last_value, local_level, ses
from step.forecasting.arms.exponential_smoothing import theta
from step.forecasting.arms.simple_combination import combination_median
from step.forecasting.course import walk


def test_the_median_of_five(study):
    panel, _ = study
    course = walk(panel, {}, 1, 22)
    parts = [arm(course) for arm in (last_value, gene_mean, ses, theta, local_level)]
    np.testing.assert_array_equal(combination_median(course)[22:], np.sort(parts, axis=0)[2, 22:])
