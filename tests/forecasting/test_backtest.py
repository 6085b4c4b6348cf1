from dataclasses import replace

import numpy as np
import pytest

from step.forecasting.backtest import (
    arm_table,
    future_table,
    run_arms,
    scored_losses,
    scored_mse,
)
from step.forecasting.origins import forecast_origins
from tests.forecasting.recipes import BACKTEST, course_of


@pytest.fixture(scope="module")
def course(study):
    return course_of(*study, n_ahead=3)


@pytest.fixture(scope="module")
def origins(course):
    return forecast_origins(len(course.panel.times), BACKTEST)


def test_arm_table_holds_scored_origins_of_every_horizon(course, origins):
    panel = course.panel
    forecast = run_arms(course, ["last_value"])["last_value"]
    table = arm_table("last_value", forecast, course, origins, replace(BACKTEST, horizons=3))
    counts = table["horizon"].value_counts()
    assert counts.to_dict() == {h: (14 - h) * len(panel.genes) for h in (1, 2, 3)}
    row = table[table["horizon"] == 2].iloc[-1]
    assert (row["origin"], row["target_time"], row["gene"]) == (16.0, 18.0, panel.genes[-1])
    assert row["observed"] == panel.mean[-1, -1]
    assert row["forecast"] == panel.mean[-3, -1]
    assert (table["lower"] < table["forecast"]).all()
    assert (table["forecast"] < table["upper"]).all()


def test_losses_are_those_of_the_next_time(course, origins):
    forecast = run_arms(course, ["last_value"])["last_value"]
    table = arm_table("last_value", forecast, course, origins, BACKTEST)
    table = table[table["horizon"] == 1]
    squared = (table["observed"] - table["forecast"]) ** 2
    assert scored_mse(forecast, course.panel, origins) == pytest.approx(squared.mean())
    losses = scored_losses(forecast, course.panel, origins)
    np.testing.assert_allclose(losses.mean, squared.groupby(table["origin"]).mean())


def test_genes_that_were_not_measured_count_in_no_loss(course, origins):
    mean = course.panel.mean.copy()
    mean[-1] = np.nan
    mean[-2, :20] = np.nan
    panel = replace(course.panel, mean=mean)
    forecast = run_arms(course, ["last_value"])["last_value"]
    losses = scored_losses(forecast, panel, origins)
    n_genes = len(panel.genes)
    assert losses.counted[-3:].tolist() == [n_genes, n_genes - 20, 0]
    squared = (mean[1:] - forecast[:-1, 0])[origins.scored] ** 2
    assert losses.mse == pytest.approx(np.nanmean(squared))


def test_the_future_grows_less_certain(course, origins):
    forecast = run_arms(course, ["local_level"])["local_level"]
    table = future_table(forecast, course, origins, replace(BACKTEST, future_times=3))
    assert table["time"].unique().tolist() == [19.0, 20.0, 21.0]
    width = (table["upper"] - table["lower"]).groupby(table["horizon"]).mean()
    assert width.is_monotonic_increasing


def test_more_times_than_were_measured_can_be_forecast(study):
    panel, graph = study
    course = course_of(panel.until(9), graph, n_ahead=30)
    origins = forecast_origins(10, BACKTEST)
    forecast = run_arms(course, ["last_value"])["last_value"]
    table = future_table(forecast, course, origins, replace(BACKTEST, future_times=30))
    assert len(table) == 30 * len(panel.genes)
    assert np.isfinite(table[["forecast", "lower", "upper"]]).all(axis=None)
