"""The figures show the numbers of their tables."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from step.evaluation.metrics import ArmScores
from step.figures import accuracy
from step.forecasting.arms import ARMS
from tests.evaluation.tables import (
    FIRST_TARGET,
    arm_rows,
    backtest_of,
    course,
    expression_of,
    graph_test_of,
)

VALUES = course()
PUBLISHED_ARMS = [
    "step", "step_no_graph", "network", "last_value", "gene_mean", "ses", "theta", "auto_ets",
    "local_level", "ridge_ar", "graph_ridge", "factors", "combination_median",
]  # fmt: skip


def scores(**mse: float) -> dict[str, ArmScores]:
    return {arm: ArmScores(mse=value, rmse=value**0.5, mae=value) for arm, value in mse.items()}


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.texts]


def is_drawable(figure: Figure) -> bool:
    figure.canvas.draw()
    return True


def test_arm_errors_are_ordered_beside_the_noise_floor():
    axes = accuracy.arm_errors(scores(step=0.1, last_value=0.2), 0.05).axes[0]
    assert [bar.get_width() for bar in axes.patches] == [0.2, 0.1]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["last value", "STEP"]
    assert axes.lines[0].get_xdata()[0] == 0.05
    assert not accuracy.arm_errors(scores(step=0.1), None).axes[0].lines


def test_an_arm_that_is_not_registered_is_drawn_grey_by_its_name():
    arms = scores(step=0.2, last_value=0.3, rocket_science=0.1)
    axes = accuracy.arm_errors(arms, None).axes[0]
    assert axes.get_yticklabels()[2].get_text() == "rocket science"
    red, green, blue, _ = axes.patches[2].get_facecolor()
    assert red == green == blue


def test_a_registered_arm_needs_no_other_list(monkeypatch):
    monkeypatch.setitem(
        ARMS, "oracle", replace(ARMS["ses"], name="oracle", label="the oracle", colour="#FF0000")
    )
    axes = accuracy.arm_errors(scores(step=0.2, oracle=0.1), None).axes[0]
    assert axes.get_yticklabels()[1].get_text() == "the oracle"
    assert axes.patches[1].get_facecolor() == (1.0, 0.0, 0.0, 1.0)
    table = pd.concat([backtest_of(VALUES), arm_rows("oracle", VALUES, VALUES[FIRST_TARGET:])])
    lines = accuracy.error_by_time(table, pd.Series(dtype=float), "day").axes[0].lines
    assert "the oracle" in [line.get_label() for line in lines]


def test_names_of_many_arms_do_not_overlap():
    arms = scores(**{arm: 0.1 + 0.01 * n for n, arm in enumerate(PUBLISHED_ARMS)})
    figure = accuracy.arm_errors(arms, 0.05)
    figure.canvas.draw()
    boxes = [label.get_window_extent() for label in figure.axes[0].get_yticklabels()]
    assert all(low.y1 < high.y0 for low, high in itertools.pairwise(boxes))


def test_error_by_time_draws_every_arm_in_the_order_of_the_registry():
    table, expression = backtest_of(VALUES), expression_of(VALUES)
    noise = (expression["standard_error"] ** 2).groupby(expression["time"]).mean()
    axes = accuracy.error_by_time(table, noise, "hour").axes[0]
    assert [line.get_label() for line in axes.lines] == [
        "STEP", "STEP, no graph", "last value", "SES", "noise floor",
    ]  # fmt: skip
    step = table[table["arm"] == "step"]
    expected = ((step["observed"] - step["forecast"]) ** 2).groupby(step["target_time"]).mean()
    np.testing.assert_allclose(axes.lines[0].get_ydata(), expected)
    np.testing.assert_allclose(axes.lines[0].get_xdata(), expected.index)
    assert "hour" in axes.get_xlabel()


def test_arms_are_told_apart_without_colour():
    table = pd.concat([backtest_of(VALUES), arm_rows("gene_mean", VALUES, VALUES[FIRST_TARGET:])])
    lines = accuracy.error_by_time(table, pd.Series(dtype=float), "day").axes[0].lines[:-1]
    assert len({line.get_marker() for line in lines}) == len(lines) == 5


def test_observed_against_forecast_names_both_correlations():
    table = backtest_of(VALUES)
    figure = accuracy.observed_against_forecast(table, expression_of(VALUES))
    titles = [axes.get_title() for axes in figure.axes[:2]]
    step = table[table["arm"] == "step"]
    last = VALUES[FIRST_TARGET - 1 : -1].ravel()
    change = (step["observed"] - last).corr(step["forecast"] - last)
    assert titles[0].endswith(f"Pearson {step['observed'].corr(step['forecast']):.2f}")
    assert titles[1].endswith(f"Pearson {change:.2f}")


@pytest.mark.filterwarnings("error")
def test_constant_genes_are_drawn():
    values = np.full_like(VALUES, 14.956)
    exact = arm_rows("step", values, values[FIRST_TARGET:])
    figure = accuracy.observed_against_forecast(exact, expression_of(values))
    assert all(axes.get_title().endswith("undefined") for axes in figure.axes[:2])
    assert is_drawable(figure)
    assert is_drawable(accuracy.error_by_time(exact, pd.Series(dtype=float), "day"))
    assert is_drawable(accuracy.arm_errors(scores(step=0.0), None))


def test_the_real_graph_stands_among_the_rewired_ones():
    test = graph_test_of(0.1, 0.2, [0.15, 0.16, 0.17], n_edges=4)
    axes = accuracy.graph_test(test).axes[0]
    assert sum(bar.get_height() for bar in axes.patches) == 3
    assert [line.get_xdata()[0] for line in axes.lines] == [0.1, 0.2]
    assert "p = 0.25" in axes.get_title()


@pytest.mark.parametrize(
    ("n_edges", "reason"), [(0, "no edges"), (3503, "no rewired graphs asked for")]
)
def test_what_was_not_tested_draws_no_empty_plot(n_edges, reason):
    figure = accuracy.graph_test(graph_test_of(0.1, 0.2, [], n_edges))
    assert not figure.axes
    assert texts(figure) == [f"The graph was not tested: {reason}."]


def test_ablations_stand_beside_the_whole_network():
    table = pd.DataFrame(
        {
            "variant": ["whole", "without graph"],
            "mse": [0.1, 0.2],
            "p": [np.nan, 0.03],
        }
    )
    axes = accuracy.ablations(table).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "whole",
        "without graph (p = 0.03)",
    ]
    assert axes.lines[0].get_xdata().tolist() == [0.1, 0.2]
    assert axes.lines[1].get_xdata()[0] == 0.1
