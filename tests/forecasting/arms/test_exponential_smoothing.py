from dataclasses import replace

import numpy as np
import pytest
from statsforecast.models import AutoETS, Theta

from step.forecasting.arms.exponential_smoothing import auto_ets, theta
from step.forecasting.course import Course


@pytest.mark.parametrize(("arm", "model"), [(theta, Theta), (auto_ets, AutoETS)])
def test_the_library_forecasts_each_gene(study, arm, model):
    panel, _ = study
    few = replace(panel, mean=panel.mean[:, :3])
    forecast = arm(Course(few, None, np.ones(2)))
    for gene in range(3):
        alone = model(season_length=1).forecast(y=few.mean[:, gene], h=2)["mean"]
        np.testing.assert_allclose(forecast[:, gene], alone)


def test_a_trend_is_continued(study):
    panel, _ = study
    rising = replace(panel, mean=np.arange(26.0)[:, None] + np.zeros((1, 2)))
    forecast = auto_ets(Course(rising, None, np.ones(2)))
    np.testing.assert_allclose(forecast[:, 0], [26.0, 27.0], atol=0.05)


def test_a_lost_value_is_carried_forward(study):
    panel, _ = study
    few = replace(panel, mean=panel.mean[:, :1].copy())
    few.mean[4] = few.mean[3]
    carried = theta(Course(few, None, np.ones(1)))
    few.mean[4] = np.nan
    np.testing.assert_array_equal(theta(Course(few, None, np.ones(1))), carried)
