import numpy as np
import pytest

from step.forecasting.arms import ARMS
from step.forecasting.backtest import (
    arm_table,
    forecast_origins_with,
    future_table,
    scored_loss,
    scored_mse,
)
from step.forecasting.course import walk
from step.forecasting.origins import forecast_origins
from tests.forecasting.recipes import BACKTEST


@pytest.fixture(scope="module")
def course(study):
    panel, graph = study
    return walk(panel, {"contact": graph}, 2)


@pytest.fixture(scope="module")
def origins(course):
    return forecast_origins(len(course.panel.times), BACKTEST)


def test_arm_table_holds_scored_origins_only(course, origins):
    panel = course.panel
    forecast = forecast_origins_with(course, ["last_value"], origins)["last_value"]
    table = arm_table("last_value", forecast, panel, origins, 0.9)
    assert len(table) == 13 * len(panel.genes)
    row = table.iloc[-1]
    assert (row["origin"], row["target_time"], row["gene"]) == (17.0, 18.0, panel.genes[-1])
    assert row["observed"] == panel.mean[-1, -1]
    assert row["forecast"] == panel.mean[-2, -1]
    assert row["lower"] < row["forecast"] < row["upper"]
    squared = (table["observed"] - table["forecast"]) ** 2
    assert scored_mse(forecast, panel, origins) == pytest.approx(squared.mean())
    np.testing.assert_allclose(
        scored_loss(forecast, panel, origins), squared.groupby(table["origin"]).mean()
    )


def test_the_future_grows_less_certain(course, origins):
    forecast = forecast_origins_with(course, ["local_level"], origins)["local_level"]
    future = ARMS["local_level"].forecast(course)[-1]
    table = future_table(forecast, future, course, origins, 0.9)
    assert table["time"].unique().tolist() == [19.0, 20.0]
    width = (table["upper"] - table["lower"]).groupby([table["gene"], table["horizon"]]).first()
    assert (width.xs(2, level="horizon") > width.xs(1, level="horizon")).all()
