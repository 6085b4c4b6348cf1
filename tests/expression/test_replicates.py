import numpy as np
import pandas as pd
import pytest

from step.expression.replicates import (
    gene_noise,
    noise_floor,
    noise_variance,
    summarise_replicates,
)


def samples(values: dict[tuple[str, float], list[float]]) -> pd.DataFrame:
    rows = [
        (gene, time, number, value, True)
        for (gene, time), replicates in values.items()
        for number, value in enumerate(replicates, 1)
    ]
    return pd.DataFrame(rows, columns=["gene", "time", "replicate", "value", "detected"])


def test_summary_of_replicates():
    table = samples({("b", 2.0): [1.0, 2.0, 6.0], ("b", 1.0): [4.0], ("a", 1.0): [1.0, np.nan]})
    found = summarise_replicates(table).set_index(["gene", "time"])
    assert found.index.tolist() == [("b", 1.0), ("b", 2.0), ("a", 1.0)]
    row = found.loc[("b", 2.0)]
    assert row["mean"] == 3.0
    assert row["median"] == 2.0
    assert row["standard_error"] == pytest.approx(np.std([1, 2, 6], ddof=1) / np.sqrt(3))
    assert np.isnan(found.loc[("b", 1.0), "standard_error"])
    assert found.loc[("a", 1.0), "n_replicates"] == 1


def test_noise_floor_is_the_error_of_one_who_knows_the_truth():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(200, 10))
    table = samples(
        {
            (f"g{g}", float(t)): list(truth[g, t] + rng.normal(0, 0.5, 4))
            for g in range(200)
            for t in range(10)
        }
    )
    expression = summarise_replicates(table)
    error = (expression["mean"].to_numpy().reshape(200, 10) - truth) ** 2
    assert noise_floor(expression, np.arange(10.0)) == pytest.approx(error.mean(), rel=0.1)


def test_reliability_tells_signal_from_noise():
    rng = np.random.default_rng(0)
    values = {}
    for t in range(30):
        values["moves", float(t)] = list(2.0 * np.sin(t) + rng.normal(0, 0.2, 3))
        values["noise", float(t)] = list(rng.normal(0, 1.0, 3))
    found = gene_noise(summarise_replicates(samples(values))).set_index("gene")["reliability"]
    assert found["moves"] > 0.95
    assert found["noise"] < 0.4


def test_a_time_with_one_replicate_is_the_noisiest():
    table = samples({("g", 1.0): [1.0, 3.0], ("g", 2.0): [2.0], ("h", 1.0): [1.0]})
    found = noise_variance(summarise_replicates(table))
    assert found.tolist()[:2] == [1.0, 2.0]
    assert np.isnan(found.iloc[2])
