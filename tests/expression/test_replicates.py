import numpy as np
import pandas as pd
import pytest

from step.expression.replicates import (
    FEWEST_GENES,
    gene_noise,
    identical_samples,
    noise_floor,
    noise_variance,
    sample_weights,
    summarise_replicates,
)


def samples(values: dict[tuple[str, float], list[float]]) -> pd.DataFrame:
    """A row a value; what is not above 0 is below the background."""
    rows = [
        (gene, f"{time} {number}", time, number, value, value > 0)
        for (gene, time), replicates in values.items()
        for number, value in enumerate(replicates, 1)
    ]
    return pd.DataFrame(rows, columns=["gene", "sample", "time", "replicate", "value", "detected"])


def test_summary_of_replicates():
    table = samples({("b", 2.0): [1.0, 2.0, 6.0], ("b", 1.0): [4.0], ("a", 1.0): [1.0, np.nan]})
    found = summarise_replicates(table).set_index(["gene", "time"])
    assert found.index.tolist() == [("b", 1.0), ("b", 2.0), ("a", 1.0)]
    row = found.loc[("b", 2.0)]
    assert row["mean"] == 3.0
    assert row["median"] == 2.0
    assert row["standard_error"] == pytest.approx(np.std([1, 2, 6], ddof=1) / np.sqrt(3))
    assert np.isnan(found.loc[("b", 1.0), "standard_error"])
    assert found["n_replicates"].tolist() == [1, 3, 1]


def poor_samples(sd: list[float], n_genes: int = 2000) -> np.ndarray:
    """Samples of a time whose noise differs, `[sample, gene]`; no gene is expressed."""
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(len(sd), n_genes)) * np.array(sd)[:, None]
    return rng.lognormal(0, 1, n_genes) * noise


@pytest.mark.parametrize("sd", [[1.0, 1.0, 2.0], [0.7, 1.0, 1.0, 1.5], [1.0, 2.0, 2.0, 2.0, 3.0]])
def test_the_poorer_a_sample_the_less_it_weighs(sd):
    best = 1 / np.array(sd) ** 2
    found = sample_weights(poor_samples(sd))
    assert found.mean() == pytest.approx(1.0)
    assert (np.diff(found) < 0.1).all()
    assert found[-1] < 0.7 * found[0]
    assert found[-1] / found[0] > best[-1] / best[0]  # on the safe side


def test_samples_of_one_quality_weigh_the_same():
    np.testing.assert_allclose(sample_weights(poor_samples([0.5] * 6)), 1.0, atol=0.1)


def test_a_time_with_a_poor_sample_is_known_better_by_weights():
    values = poor_samples([0.3, 0.3, 0.3, 2.0], 300)
    table = samples({(f"g{n}", 1.0): list(own) for n, own in enumerate(values.T)})
    found = summarise_replicates(table)
    assert (found["weighted_mean"] ** 2).mean() < 0.7 * (found["mean"] ** 2).mean()


def test_samples_of_other_times_may_have_the_same_name():
    values = poor_samples([0.3, 0.3, 2.0], 30)
    one, two = (
        samples({(f"g{n}", time): list(own) for n, own in enumerate(part.T)})
        for time, part in ((1.0, values), (2.0, values[::-1]))
    )
    both = pd.concat([one, two.assign(sample=one["sample"])], ignore_index=True)
    found = summarise_replicates(both)["weighted_mean"].to_numpy().reshape(30, 2)
    np.testing.assert_allclose(found[:, 0], found[:, 1])


def test_too_little_tells_nothing_of_a_samples_quality():
    values = poor_samples([1.0, 1.0, 5.0])
    assert (sample_weights(values[:2]) == 1).all()  # each as far from their mean as the other
    assert (sample_weights(values[:, : FEWEST_GENES - 1]) == 1).all()
    assert (sample_weights(np.ones((3, 50))) == 1).all()  # no gene varies
    few = values.copy()
    few[0, FEWEST_GENES - 1 :] = np.nan
    assert (sample_weights(few) == 1).all()


def test_values_that_are_missing_have_no_weight():
    values = poor_samples([1.0, 1.0, 4.0], 40)
    values[0, 0] = values[:, 1] = np.nan
    table = samples({(f"g{n}", 1.0): list(own) for n, own in enumerate(values.T)})
    found = summarise_replicates(table)["weighted_mean"]
    weight = sample_weights(values)[1:]
    assert found[0] == pytest.approx((weight * values[1:, 0]).sum() / weight.sum())
    assert np.isnan(found[1])
    assert found[2:].notna().all()


def test_the_share_of_detected_replicates():
    expression = summarise_replicates(
        samples({("g", 1.0): [1.0, -1.0, 3.0, 0.0], ("g", 2.0): [4.0]})
    )
    assert expression["detected_share"].tolist() == [0.5, 1.0]
    assert gene_noise(expression)["detected_share"].tolist() == [0.75]


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


def test_the_noise_floor_is_that_of_the_times_asked_for():
    table = samples({("g", 1.0): [1.0, 3.0], ("g", 2.0): [1.0, 5.0], ("h", 2.0): [1.0, 1.0]})
    expression = summarise_replicates(table)
    assert noise_floor(expression, np.array([1.0])) == pytest.approx(1.0)
    assert noise_floor(expression, np.array([2.0])) == pytest.approx((4.0 + 0.0) / 2)


def test_reliability_is_the_share_of_variance_that_is_not_noise():
    table = samples({("g", 1.0): [1.0, 3.0], ("g", 2.0): [5.0, 7.0], ("g", 3.0): [3.0, 5.0]})
    found = gene_noise(summarise_replicates(table)).iloc[0]
    assert found["noise_variance"] == pytest.approx(1.0)
    assert found["reliability"] == pytest.approx(1.0 - 1.0 / 4.0)  # means 2, 6, 4: variance 4


@pytest.mark.parametrize("rounding", [0.0, 1e-9])
def test_a_gene_that_does_not_vary_has_no_reliability(rounding):
    table = samples({("g", 1.0): [1.0, 3.0], ("g", 2.0): [1.0, 3.0 + rounding]})
    assert np.isnan(gene_noise(summarise_replicates(table))["reliability"].iloc[0])


def test_reliability_tells_signal_from_noise():
    rng = np.random.default_rng(0)
    values = {}
    for t in range(30):
        values["moves", float(t)] = list(2.0 * np.sin(t) + rng.normal(0, 0.2, 3))
        values["noise", float(t)] = list(rng.normal(0, 1.0, 3))
    found = gene_noise(summarise_replicates(samples(values))).set_index("gene")["reliability"]
    assert found["moves"] > 0.95
    assert found["noise"] < 0.4


def test_noise_is_pooled_over_the_times_of_a_gene():
    table = samples({("g", 1.0): [1.0, 3.0], ("g", 2.0): [0.0, 1.0, 2.0], ("g", 3.0): [5.0]})
    pooled = (1 * 2.0 + 2 * 1.0) / 3  # by degrees of freedom
    found = noise_variance(summarise_replicates(table))
    assert found.tolist() == pytest.approx([pooled / 2, pooled / 3, pooled])


def test_a_time_with_one_replicate_is_the_noisiest():
    table = samples({("g", 1.0): [1.0, 3.0], ("g", 2.0): [2.0], ("h", 1.0): [1.0]})
    found = noise_variance(summarise_replicates(table))
    assert found.tolist()[:2] == [1.0, 2.0]
    assert np.isnan(found.iloc[2])


def test_a_sample_that_stands_twice_is_named():
    rng = np.random.default_rng(0)
    values = pd.DataFrame(rng.normal(8, 1, (30, 4)), columns=["a", "b", "c", "d"])
    values.iloc[3, 2] = np.nan
    assert identical_samples(values) is None
    said = identical_samples(values.assign(e=values["c"]))
    assert said.startswith("the samples 'c', 'e' have the same value of every gene")


def test_samples_in_which_little_varies_are_alike_by_chance():
    still = pd.DataFrame(np.ones((30, 4)))
    still.iloc[:5, 0] = 2.0
    assert identical_samples(still) is None
