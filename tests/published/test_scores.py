import numpy as np
import pandas as pd
import pytest

from step.published.scores import (
    part_mean_share,
    score_coordinates,
    score_published,
    tabulate_published,
)

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


SCORED = pd.DataFrame(
    {
        "gene": np.repeat(["a", "b"], 4),
        "time": [0.0, 1.0, 2.0, 3.0] * 2,
        "mean": [0.5, 3.0, 2.0, 1.0, 3.5, 5.0, 6.0, 4.0],
    }
)


def test_pooled_and_own_scores_of_each_seed():
    made = backtest(step_1=OBSERVED + 0.5, step_2=OBSERVED, last_value=OBSERVED[::-1])
    found = score_published(made, SCORED).set_index("seed")
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
    expression = SCORED.assign(mean=SCORED["mean"] * 2)
    found = tabulate_published(made, expression, edges).set_index("gene")
    assert found["pearson"].is_monotonic_decreasing
    assert found.loc["a", "partners"] == 2
    assert found.loc["a", "expression_range"] == 5.0
    expected = np.corrcoef(OBSERVED[:, 0], far[:, 0])[0, 1]
    assert found.loc["a", "last_value_pearson"] == pytest.approx(expected)
    assert found.loc["a", "pearson"] == pytest.approx((1.0 + expected) / 2)


def test_what_stays_of_the_variance_in_the_means_of_parts():
    values = {"a": [0.0, 4.0], "b": [1.0, 1.0], "c": [2.0, 4.0], "d": [1.0, 3.0], "e": [5.0, 5.0]}
    coordinate = pd.DataFrame(values)
    part = np.array([0, 1, 0, 1, 2])
    left = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0])  # squared, within
    share = part_mean_share(coordinate, part)
    assert share == pytest.approx(1 - left.mean() / np.var(coordinate.to_numpy()))
    assert part_mean_share(pd.DataFrame({"a": [0.0, 1.0]}), part[:1]) == 1.0
    assert np.isnan(part_mean_share(pd.DataFrame({"a": [2.0, 2.0]}), part[:1]))
