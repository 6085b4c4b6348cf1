"""The figures show the numbers of their tables."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from step.evaluation.metrics import ArmScores
from step.evaluation.significance import block_bootstrap
from step.figures import accuracy, style
from step.forecasting.arms import ARMS
from tests.evaluation.tables import FIRST_TARGET, arm_rows, backtest_of, course, expression_of
from tests.figures.studies import study_of

STUDY = study_of()
VALUES = course()


def scores(**mse: float) -> dict[str, ArmScores]:
    return {
        arm: ArmScores(mse=value, rmse=value**0.5, mae=value, step_skill=0.0)
        for arm, value in mse.items()
    }


def errors_of(noise_floor: float | None = None, **mse: float):
    """The axes of a study of given errors, of which `ses` is the best simple one."""
    metrics = replace(
        STUDY.metrics, arms=scores(**mse), best_baseline="ses", noise_floor_mse=noise_floor
    )
    return accuracy.arm_errors(metrics, STUDY.losses).axes[0]


def rows_of(axes) -> list[str]:
    return [label.get_text() for label in axes.get_yticklabels()]


def dots_of(axes) -> dict[str, float]:
    """Errors by row, %."""
    dots = [line for line in axes.lines if line.get_marker() in ("o", ">", "<")]
    return dict(zip(rows_of(axes), [float(dot.get_xdata()[0]) for dot in dots], strict=True))


def test_errors_are_shares_of_the_best_simple_one_the_lowest_on_top():
    axes = errors_of(step=0.09, ses=0.1, last_value=0.12)
    assert rows_of(axes) == ["last value", "SES", "STEP"]
    assert dots_of(axes) == pytest.approx({"last value": 20.0, "SES": 0.0, "STEP": -10.0})
    assert "SES" in axes.get_xlabel()
    assert [text.get_text() for text in axes.texts[:3]] == ["0.1200", "0.1000", "0.0900"]


def test_intervals_are_those_of_a_block_bootstrap_over_origins():
    axes = errors_of(step=0.09, ses=0.1)
    own, other = STUDY.losses[["step", "ses"]].to_numpy().T
    expected = block_bootstrap(own, other, lambda own, other: 100 * (own / other - 1))
    bars = [line.get_xdata() for line in axes.lines if len(line.get_xdata()) == 2]
    np.testing.assert_allclose(bars[0], expected)


def test_one_bad_forecaster_does_not_flatten_the_others():
    axes = errors_of(step=0.09, ses=0.1, gene_mean=0.7)
    low, high = axes.get_xlim()
    assert (low < -10, high < 40) == (True, True)
    assert [line.get_marker() for line in axes.lines if line.get_xdata()[0] == high] == [">"]
    assert "+600 %" in [text.get_text() for text in axes.texts]


def test_the_noise_floor_is_the_lowest_row_with_a_true_minus():
    axes = errors_of(noise_floor=0.01, step=0.09, ses=0.1)
    assert rows_of(axes)[0] == "(replicate noise alone)"
    assert "−90 %" in [text.get_text() for text in axes.texts]
    assert "(replicate noise alone)" not in rows_of(errors_of(step=0.09, ses=0.1))


def test_an_arm_that_is_not_registered_is_drawn_grey_by_its_name():
    axes = errors_of(step=0.09, ses=0.1, rocket_science=0.11)
    assert rows_of(axes)[0] == "rocket science"
    assert axes.lines[0].get_color() == style.BASELINE


def test_a_registered_arm_needs_no_other_list(monkeypatch):
    oracle = replace(ARMS["ses"], name="oracle", label="the oracle")
    monkeypatch.setitem(ARMS, "oracle", oracle)
    assert rows_of(errors_of(step=0.2, ses=0.3, oracle=0.1))[-1] == "the oracle"


def test_names_of_many_arms_do_not_overlap():
    axes = errors_of(**{arm: 0.1 + 0.001 * n for n, arm in enumerate(ARMS)})
    axes.figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in axes.get_yticklabels()]
    assert len(boxes) == len(ARMS)
    assert all(low.y1 < high.y0 for low, high in itertools.pairwise(boxes))
    frame = axes.figure.bbox
    assert all(frame.x0 <= box.x0 for box in boxes)


def test_changes_lead_and_are_held_against_the_line():
    figure = accuracy.observed_against_forecast(STUDY.backtest, STUDY.expression)
    left, right = figure.axes[:2]
    assert "change" in left.get_xlabel()
    assert "change" not in right.get_xlabel()
    step = STUDY.backtest[STUDY.backtest["arm"] == "step"]
    last = VALUES[FIRST_TARGET - 1 : -1].ravel()
    points = np.column_stack([step["forecast"] - last, step["observed"] - last])
    np.testing.assert_allclose(left.collections[0].get_offsets(), points)
    assert not any("Pearson" in axes.get_title() for axes in figure.axes)


def test_each_tenth_of_the_forecasts_has_its_mean():
    figure = accuracy.observed_against_forecast(STUDY.backtest, STUDY.expression)
    tenths = next(line for line in figure.axes[0].lines if "tenth" in line.get_label())
    points = np.asarray(figure.axes[0].collections[0].get_offsets())
    lowest = points[np.argsort(points[:, 0])][: len(points) // 10]
    assert len(tenths.get_xdata()) == 10
    assert tenths.get_xdata()[0] == pytest.approx(lowest[:, 0].mean())
    assert tenths.get_ydata()[0] == pytest.approx(lowest[:, 1].mean())


def test_thousands_of_points_are_drawn_as_hexagons():
    values = course(n_genes=200)
    figure = accuracy.observed_against_forecast(backtest_of(values), expression_of(values))
    mesh = figure.axes[0].collections[0]
    assert mesh.get_rasterized()
    assert mesh.get_array().sum() == 12 * 200
    assert "number of points" in [axes.get_ylabel() for axes in figure.axes]


def test_without_an_observation_a_sentence_says_so():
    nothing = STUDY.backtest.assign(observed=np.nan)
    figure = accuracy.observed_against_forecast(nothing, STUDY.expression)
    assert not figure.axes
    assert "observation" in figure.texts[0].get_text()


def test_ablations_stand_beside_the_whole_network():
    table = pd.DataFrame(
        {
            "variant": ["whole", "without graph"],
            "mse": [0.1, 0.2],
            "p": [np.nan, 0.03],
        }
    )
    axes = accuracy.ablations(table).axes[0]
    assert rows_of(axes) == ["whole", "without graph (p = 0.03)"]
    assert axes.lines[0].get_xdata().tolist() == [0.1, 0.2]
    assert axes.lines[1].get_xdata()[0] == 0.1


@pytest.mark.filterwarnings("error")
def test_where_the_best_simple_forecaster_makes_no_error_a_sentence_says_so():
    constant = np.full_like(VALUES, 14.956)
    rows = pd.concat(
        [
            arm_rows(arm, constant, constant[FIRST_TARGET:])
            for arm in ("step", "ses", "step_no_graph")
        ]
    )
    study = study_of(constant, rows)
    figure = accuracy.arm_errors(study.metrics, study.losses)
    assert [text.get_text() for text in figure.texts] == [accuracy.NO_BASELINE_ERROR]
