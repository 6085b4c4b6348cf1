import numpy as np
import pytest

from step.forecasting.ablation import ablate
from step.forecasting.backtest import forecast_origins_with, scored_mse
from step.forecasting.course import walk
from step.forecasting.origins import forecast_origins
from tests.forecasting.recipes import BACKTEST, course_of, untrained


def test_each_ingredient_is_left_out_once(study):
    panel, graph = study
    course = course_of(panel, graph)
    origins = forecast_origins(len(panel.times), BACKTEST)
    table = ablate(course, origins).set_index("variant")
    assert table.index.tolist() == [
        "whole",
        "without graph",
        "network alone",
        "network without its correction",
        "arms without the network",
        "level alone",
    ]
    named = {"whole": "step", "without graph": "step_no_graph", "network alone": "network"}
    forecasts = forecast_origins_with(course, list(named.values()), origins)
    for variant, arm in named.items():
        mse = scored_mse(forecasts[arm], panel, origins)
        assert table.loc[variant, "mse"] == pytest.approx(mse)
    assert table.loc["whole", "change"] == 0
    assert np.isnan(table.loc["whole", "p"])
    assert table["p"].iloc[1:].between(0, 1).all()


def test_each_kind_of_edge_is_left_out_where_there_are_several(study):
    panel, graph = study
    graphs = {"contact": graph, "regulatory": graph.without_edges()}
    course = walk(panel, graphs, 1, 0, untrained())
    table = ablate(course, forecast_origins(len(panel.times), BACKTEST)).set_index("variant")
    assert table.loc["without regulatory edges", "change"] == pytest.approx(0.0, abs=1e-6)
    assert table.loc["without contact edges", "change"] != 0
