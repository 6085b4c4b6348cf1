"""The figures show the numbers of their tables."""

import numpy as np
import pandas as pd
import pytest

from step.figures.accuracy import (
    ablations,
    arm_errors,
    error_by_time,
    graph_test,
    observed_against_forecast,
)
from step.figures.biology import enrichment
from step.figures.genes import gene_pages
from tests.evaluation.test_evaluation import backtest, genes_of


def test_arm_errors_are_ordered_beside_the_noise_floor():
    scores = pd.DataFrame({"mse": [0.2, 0.1]}, index=["last_value", "step"])
    axes = arm_errors(scores, 0.05).axes[0]
    assert [bar.get_width() for bar in axes.patches] == [0.2, 0.1]
    assert axes.lines[0].get_xdata()[0] == 0.05
    assert not arm_errors(scores, float("nan")).axes[0].lines


def test_error_by_time_draws_every_arm_and_the_noise():
    table, expression = backtest()
    noise = (expression["standard_error"] ** 2).groupby(expression["time"]).mean()
    axes = error_by_time(table, noise, "hour").axes[0]
    assert [line.get_label() for line in axes.lines] == ["last value", "SES", "STEP", "noise floor"]
    step = table[table["arm"] == "step"]
    expected = ((step["observed"] - step["forecast"]) ** 2).groupby(step["target_time"]).mean()
    drawn = next(line for line in axes.lines if line.get_label() == "STEP")
    np.testing.assert_allclose(drawn.get_ydata(), expected)
    np.testing.assert_allclose(drawn.get_xdata(), expected.index)
    assert "hour" in axes.get_xlabel()


def test_observed_against_forecast_names_both_correlations():
    table, expression = backtest()
    titles = [axes.get_title() for axes in observed_against_forecast(table, expression).axes[:2]]
    step = table[table["arm"] == "step"]
    assert f"{step['observed'].corr(step['forecast']):.2f}" in titles[0]
    assert "change" in titles[1]


def test_ablations_stand_beside_the_whole_network():
    table = pd.DataFrame(
        {
            "variant": ["whole", "without gate"],
            "mse": [0.1, 0.2],
            "lowest_mse": [0.09, 0.18],
            "highest_mse": [0.11, 0.22],
            "p": [np.nan, 0.03],
        }
    )
    axes = ablations(table).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "whole",
        "without gate (p = 0.03)",
    ]
    assert axes.lines[0].get_xdata().tolist() == [0.1, 0.2]
    assert axes.lines[1].get_xdata()[0] == 0.1


def test_graph_test_without_rewired_graphs():
    test = {"real_mse": 0.1, "no_graph_mse": 0.2}
    assert "not tested" in graph_test(test).axes[0].get_title()


@pytest.mark.parametrize(("n_genes", "n_pages"), [(15, 1), (16, 2)])
def test_gene_pages_show_every_gene_once(n_genes, n_pages):
    table, expression = backtest(n_genes)
    per_gene = genes_of(table).assign(r2=0.5, skill=0.1, flags="")
    coming = pd.DataFrame(
        {"gene": per_gene["gene"], "time": 20.0, "forecast": 8.0, "lower": 7.0, "upper": 9.0}
    )
    pages = gene_pages(per_gene, expression, table, coming, "day")
    assert len(pages) == n_pages
    titles = [
        axes.get_title().split(":")[0]
        for page in pages.values()
        for axes in page.axes
        if axes.get_visible()
    ]
    assert titles == per_gene["gene"].tolist()


def test_enrichment_says_when_nothing_was_tested():
    empty = pd.DataFrame(columns=["group", "term", "adjusted_p"])
    texts = [text.get_text() for axes in enrichment(empty).axes for text in axes.texts]
    assert texts == ["no set could be tested"] * 2
