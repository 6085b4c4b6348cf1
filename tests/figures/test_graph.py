from dataclasses import replace

import numpy as np
import pytest

from step.figures.graph import graph_test
from tests.evaluation.tables import graph_test_of

TEST = graph_test_of(0.12, 0.2, [0.15, 0.16, 0.17], n_edges=4)


def rows_of(axes) -> list[str]:
    return [label.get_text() for label in axes.get_yticklabels()]


def markers(axes, marker: str) -> list[float]:
    return [float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() == marker]


def test_errors_are_shares_of_the_mean_on_rewired_graphs():
    axes = graph_test(TEST).axes[0]
    assert rows_of(axes) == ["contacts, rewired (3)"]
    points = axes.collections[0].get_offsets()[:, 0]
    np.testing.assert_allclose(points, [-6.25, 0.0, 6.25])
    assert markers(axes, "o") == pytest.approx([-25.0])
    assert markers(axes, "D") == pytest.approx([25.0])
    assert [text.get_text() for text in axes.texts] == ["p = 0.25"]
    assert "%" in axes.get_xlabel()


def test_the_interval_is_that_of_the_effect():
    test = replace(TEST, effect=0.25, effect_low=0.2, effect_high=0.3)
    axes = graph_test(test).axes[0]
    assert [-20.0, -30.0] in [list(line.get_xdata()) for line in axes.lines]


def test_both_nulls_each_kind_and_the_linear_law_have_rows_of_their_own():
    whole = graph_test_of(0.12, 0.2, [0.15, 0.17], 4, shifted=[0.12, 0.14, 0.16])
    part = graph_test_of(0.13, 0.2, [0.13, 0.13], 2)
    untested = graph_test_of(0.13, 0.2, [], 0)
    test = replace(whole, kinds={"contact": part, "regulatory": untested}, graph_ridge=part)
    axes = graph_test(test).axes[0]
    assert rows_of(axes) == [
        "all edges, rewired (2)",
        "all edges, shifted (3)",
        "contact edges, rewired (2)",
        "graph AR, rewired (2)",
    ]
    # Each null has its own mean: the real graph stands 25 % below the one, 14 % below the other.
    assert markers(axes, "o")[:2] == pytest.approx([-25.0, 100 * (0.12 / 0.14 - 1)])
    assert [len(dots.get_offsets()) for dots in axes.collections] == [2, 3, 2, 2]


def test_the_interval_of_rewired_graphs_is_not_drawn_beside_shifted_ones():
    test = graph_test_of(0.12, 0.2, [0.15, 0.17], 4, shifted=[0.12, 0.14])
    test = replace(test, effect=0.25, effect_low=0.2, effect_high=0.3)
    axes = graph_test(test).axes[0]
    bars = [line.get_ydata()[0] for line in axes.lines if list(line.get_xdata()) == [-20, -30]]
    assert bars == [0]


@pytest.mark.parametrize(
    ("n_edges", "reason"), [(0, "no edges"), (3503, "no rewired graphs asked for")]
)
def test_what_was_not_tested_draws_no_empty_plot(n_edges, reason):
    figure = graph_test(graph_test_of(0.1, 0.2, [], n_edges))
    assert not figure.axes
    assert [text.get_text() for text in figure.texts] == [f"The graph was not tested: {reason}."]


def test_forecasts_without_any_error_draw_no_empty_plot():
    figure = graph_test(graph_test_of(0.0, 0.0, [0.0, 0.0], 4))
    assert not figure.axes
    assert "no error" in figure.texts[0].get_text()
