import numpy as np
import pytest

from step.forecasting import backtest
from step.forecasting.arms import ARMS
from step.forecasting.backtest import (
    arm_table,
    backtest_simple_arms,
    filter_courses,
    future_table,
    scored_loss,
    scored_mse,
)
from step.forecasting.origins import forecast_origins
from tests.forecasting.recipes import BACKTEST, courses_of


def test_the_level_is_filtered_once_an_origin(study, monkeypatch):
    panel, _ = study
    filtered = []
    real = backtest.local_level

    def count(known):
        filtered.append(len(known.times))
        return real(known)

    monkeypatch.setattr(backtest, "local_level", count)
    courses, origins = courses_of(panel)
    backtest_simple_arms(courses[:-1], ("last_value", "local_level"), jobs=1)
    assert filtered == [*(origins.index + 1), len(panel.times)]
    assert [len(course.ahead) for course in courses] == [1] * len(origins.index) + [2]


def test_processes_change_nothing(study):
    panel, _ = study
    origins = forecast_origins(len(panel.times), BACKTEST)
    arms = ("ses", "local_level")
    alone, together = (
        backtest_simple_arms(filter_courses(panel, origins, 1, jobs)[:-1], arms, jobs)
        for jobs in (1, 2)
    )
    for arm in arms:
        np.testing.assert_array_equal(alone[arm], together[arm])


def test_arm_table_holds_scored_origins_only(study):
    panel, _ = study
    courses, origins = courses_of(panel)
    forecast = backtest_simple_arms(courses[:-1], ("last_value",), jobs=1)["last_value"]
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


def test_the_future_grows_less_certain(study):
    panel, _ = study
    courses, origins = courses_of(panel)
    forecast = backtest_simple_arms(courses[:-1], ("local_level",), jobs=1)["local_level"]
    future = ARMS["local_level"].prepare(None)(courses[-1])
    table = future_table(forecast, future, courses[-1], origins, 0.9)
    assert table["time"].unique().tolist() == [19.0, 20.0]
    width = (table["upper"] - table["lower"]).groupby([table["gene"], table["horizon"]]).first()
    assert (width.xs(2, level="horizon") > width.xs(1, level="horizon")).all()
