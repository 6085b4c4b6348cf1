import json

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter

from step.evaluation.metrics import Metrics, measure
from step.evaluation.scores import score_backtest
from tests.evaluation.tables import backtest_of, course, expression_of, graph_test_of

VALUES = course()
TEST = graph_test_of(0.1, 0.12, [0.11] * 19, n_edges=9)


def test_metrics_of_a_study_by_hand():
    table = backtest_of(VALUES)
    metrics = measure(table, expression_of(VALUES), TEST, 0.9, "walks", "mrna")
    scores = score_backtest(table, expression_of(VALUES), 0.9)
    assert (metrics.study, metrics.assay) == ("walks", "mrna")
    assert (metrics.n_genes, metrics.n_times, metrics.n_origins) == (30, 18, 12)
    assert metrics.noise_floor_mse == pytest.approx(0.01)
    assert metrics.best_baseline == "ses"
    assert metrics.skill == scores["ses"].step_skill
    assert metrics.skill_p == scores["ses"].step_p
    assert metrics.skill_low < metrics.skill < metrics.skill_high
    assert metrics.arms == scores
    assert metrics.horizons == {}
    assert metrics.graph_test is TEST


def test_metrics_without_replicates_have_no_noise_floor():
    expression = expression_of(VALUES).assign(standard_error=np.nan, n_replicates=1)
    metrics = measure(backtest_of(VALUES), expression, TEST, 0.9, "walks", "mrna")
    assert metrics.noise_floor_mse is None


def test_skill_over_a_baseline_without_error_is_undefined():
    values = np.full_like(VALUES, 14.956)
    table = backtest_of(values)
    metrics = measure(table, expression_of(values), TEST, 0.9, "flat", "mrna")
    assert metrics.best_baseline == "last_value"
    assert (metrics.skill, metrics.skill_p) == (None, None)
    assert metrics.arms["step"].r2 is None
    json.dumps(TypeAdapter(Metrics).dump_python(metrics), allow_nan=False)


def test_an_origin_counts_in_the_interval_by_its_measured_genes_as_it_does_in_the_skill():
    table = backtest_of(VALUES)
    many = table["origin"] == table["origin"].min()
    few = table["gene"].isin(["g0", "g1"])
    step = table["arm"] == "step"
    table.loc[~many & ~few, "observed"] = np.nan
    table["forecast"] = table["observed"] + np.where(many & step, 0.5, 1.0)
    metrics = measure(table, expression_of(VALUES), TEST, 0.9, "walks", "mrna")
    assert metrics.skill_low <= metrics.skill <= metrics.skill_high
    assert metrics.skill_low == 0.0  # of draws without the first origin


def test_a_horizon_at_which_nothing_was_measured_is_left_out():
    first = backtest_of(VALUES)
    later = backtest_of(VALUES).assign(horizon=2, observed=np.nan)
    metrics = measure(pd.concat([first, later]), expression_of(VALUES), TEST, 0.9, "walks", "mrna")
    assert metrics.horizons == {}


def test_later_times_have_scores_of_their_own():
    first = backtest_of(VALUES)
    later = backtest_of(VALUES, seed=5).assign(horizon=2)
    later["forecast"] += 1.0
    both = pd.concat([first, later])
    metrics = measure(both, expression_of(VALUES), TEST, 0.9, "walks", "mrna")
    alone = measure(first, expression_of(VALUES), TEST, 0.9, "walks", "mrna")
    assert metrics.arms == alone.arms
    assert set(metrics.horizons) == {"2"}
    assert metrics.horizons["2"].arms["step"].mse > 1.0
    assert metrics.horizons["2"].n_origins == 12
    assert metrics.horizons["2"].intervals.coverage < metrics.intervals.coverage
