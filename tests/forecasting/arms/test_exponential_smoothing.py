from dataclasses import replace

import numpy as np
import pytest
from statsforecast.models import AutoETS, Theta

from step.forecasting.arms.exponential_smoothing import auto_ets, theta
from step.forecasting.course import walk


def narrow(panel, values):
    """A panel of these values, shape `[time, gene]`."""
    n_genes = values.shape[1]
    return replace(
        panel,
        genes=panel.genes[:n_genes],
        mean=values,
        robust=values,
        weighted=values,
        replicate_variance=panel.replicate_variance[:, :n_genes],
        n_replicates=panel.n_replicates[:, :n_genes],
    )


def last_forecast(arm, panel, n_ahead=2, jobs=1):
    return arm(walk(panel, {}, n_ahead, len(panel.times) - 1, jobs=jobs))[-1]


@pytest.mark.parametrize(("arm", "model"), [(theta, Theta), (auto_ets, AutoETS)])
def test_the_library_forecasts_each_gene(study, arm, model):
    panel, _ = study
    few = narrow(panel, panel.mean[:, :3])
    forecast = last_forecast(arm, few)
    for gene in range(3):
        alone = model(season_length=1).forecast(y=few.mean[:, gene], h=2)["mean"]
        np.testing.assert_allclose(forecast[:, gene], alone)


def test_a_trend_is_continued(study):
    panel, _ = study
    rising = narrow(panel, np.arange(26.0)[:, None] + np.zeros((1, 2)))
    np.testing.assert_allclose(last_forecast(auto_ets, rising)[:, 0], [26.0, 27.0], atol=0.05)


def test_a_lost_value_is_carried_forward(study):
    panel, _ = study
    few = narrow(panel, panel.mean[:, :1].copy())
    few.mean[4] = few.mean[3]
    carried = last_forecast(theta, few)
    few.mean[4] = np.nan
    np.testing.assert_array_equal(last_forecast(theta, few), carried)


def test_processes_change_nothing_and_earlier_times_are_not_forecast(study):
    panel, _ = study
    few = narrow(panel, panel.mean[:, :2])
    alone, together = (theta(walk(few, {}, 1, 23, jobs=jobs)) for jobs in (1, 2))
    np.testing.assert_array_equal(alone, together)
    assert np.isnan(alone[:23]).all()
