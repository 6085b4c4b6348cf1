import numpy as np
import pandas as pd
import pytest

from step.graphs.gene_graph import GeneGraph
from step.published.embedding import EmbeddedCourse
from step.published.scores import (
    PublishedMetrics,
    component_mean_share,
    score_coordinates,
    score_published,
    score_runs,
    tabulate_published,
)
from tests.published.small import SETTINGS

OBSERVED = np.array([[1.0, 4.0], [3.0, 5.0], [2.0, 6.0]])  # target time × gene


def backtest(**forecasts: np.ndarray) -> pd.DataFrame:
    """Forecasts by `arm_seed`; those of `last_value` have no seed."""
    tables = []
    for name, forecast in forecasts.items():
        arm, _, seed = name.rpartition("_")
        tables.append(
            pd.DataFrame(
                {
                    "arm": arm if seed.isdigit() else name,
                    "seed": pd.array([int(seed) if seed.isdigit() else pd.NA] * 6, dtype="Int64"),
                    "origin": np.repeat([2.0, 0.0, 1.0], 2),
                    "target_time": np.repeat([3.0, 1.0, 2.0], 2),
                    "gene": ["a", "b"] * 3,
                    "observed": OBSERVED.ravel(),
                    "forecast": forecast.ravel(),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


COORDINATE = pd.DataFrame({"a": [0.5, 3.0, 2.0, 1.0], "b": [3.5, 5.0, 6.0, 4.0]})


def test_pooled_and_own_scores_of_each_seed():
    made = backtest(step_1=OBSERVED + 0.5, step_2=OBSERVED, last_value=OBSERVED[::-1])
    found = score_runs(made, COORDINATE).set_index("seed")
    first = found.loc[1]
    assert first["mse"] == pytest.approx(0.25)
    assert first["r2_pooled"] == pytest.approx(1 - 0.25 / OBSERVED.var())
    assert first["r2"] == pytest.approx(1 - 0.25 / OBSERVED.var(axis=0).mean())
    assert found.loc[2, "r2_pooled"] == 1.0
    assert found["arm"].tolist() == ["step", "step", "last_value"]


def test_coordinates_are_scored_each_by_itself():
    values = np.random.default_rng(0).normal(size=(6, 5, 3))
    before = np.array([3, 0, 4])
    found = score_coordinates(values, before)
    for k in range(3):
        expected = np.corrcoef(values[before, :, k].ravel(), values[before + 1, :, k].ravel())[0, 1]
        assert found[k] == pytest.approx(expected)


def test_genes_are_tabulated_best_first():
    near, far = OBSERVED + np.array([0.0, 1.0]), OBSERVED[[1, 0, 2]]
    made = backtest(step_1=near, step_2=far, last_value=far)
    edges = pd.DataFrame({"gene_1": ["a", "a"], "gene_2": ["b", "c"]})
    expression = pd.DataFrame({"gene": ["a", "a", "b"], "time": [0, 1, 0], "mean": [1, 6, 2]})
    found = tabulate_published(made, expression, edges).set_index("gene")
    assert found["pearson"].is_monotonic_decreasing
    assert found.loc["a", "partners"] == 2
    assert found.loc["a", "expression_range"] == 5
    expected = np.corrcoef(OBSERVED[:, 0], far[:, 0])[0, 1]
    assert found.loc["a", "last_value_pearson"] == pytest.approx(expected)
    assert found.loc["a", "pearson"] == pytest.approx((1.0 + expected) / 2)


def test_share_of_the_variance_in_the_means_of_components():
    values = {"a": [0.0, 4.0], "b": [1.0, 1.0], "c": [2.0, 4.0], "d": [1.0, 3.0], "e": [5.0, 5.0]}
    coordinate = pd.DataFrame(values)
    component = np.array([0, 1, 0, 1, 2])
    left = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0])  # squared, within
    share = component_mean_share(coordinate, component)
    assert share == pytest.approx(1 - left.mean() / np.var(coordinate.to_numpy()))
    assert component_mean_share(pd.DataFrame({"a": [0.0, 1.0]}), component[:1]) == 1.0
    assert np.isnan(component_mean_share(pd.DataFrame({"a": [2.0, 2.0]}), component[:1]))


@pytest.fixture
def metrics() -> PublishedMetrics:
    """Of one perfect and one constant forecast; the first coordinate never changes."""
    genes, times = np.array(["a", "b"]), np.arange(4.0)
    values = np.random.default_rng(0).normal(size=(4, 2, 3))
    values[..., 0] = 1.0
    rows = pd.DataFrame(
        {
            "origin": np.repeat([1.0, 2.0], 2),
            "target_time": np.repeat([2.0, 3.0], 2),
            "gene": ["a", "b"] * 2,
            "observed": values[2:, :, -1].ravel(),
        }
    )
    last = values[1:3, :, -1].ravel()
    forecasts = {("step", 1): rows["observed"], ("step", 2): 0.0, ("last_value", pd.NA): last}
    table = pd.concat(
        rows.assign(arm=arm, seed=pd.array([seed] * 4, dtype="Int64"), forecast=forecast)
        for (arm, seed), forecast in forecasts.items()
    )
    expression = pd.DataFrame(np.arange(8.0).reshape(4, 2), index=times, columns=genes)
    graph = GeneGraph(np.array([0]), np.array([1]), np.ones(1), 2)
    return score_published(table, expression, EmbeddedCourse(genes, times, values), graph, SETTINGS)


def test_a_seed_without_a_score_is_not_left_out_of_the_mean(metrics):
    assert metrics.seeds["1"].pearson == pytest.approx(1.0)
    assert metrics.seeds["2"].pearson is None
    assert metrics.arms["step"].pearson is None
    by_seed = [scores.mse for scores in metrics.seeds.values()]
    assert metrics.arms["step"].mse == pytest.approx(np.mean(by_seed))


def test_metrics_tell_what_the_scores_hide(metrics):
    assert metrics.scored == "coordinate 3 of 3 of an embedding, not expression"
    assert (metrics.n_genes, metrics.n_times, metrics.n_origins) == (2, 4, 2)
    assert metrics.n_connected_components == 1
    constant, *others, scored = metrics.last_value_pearson_by_coordinate
    assert constant is None
    assert len(others) == 1
    assert scored == pytest.approx(metrics.arms["last_value"].pearson)
    assert metrics.arms["last_value"].direction_accuracy is None
    assert metrics.reported == SETTINGS.reported
