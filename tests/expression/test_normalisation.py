import numpy as np
import pandas as pd
import pytest

from step.errors import InputError
from step.expression.normalisation import Normalisation, normalise
from step.expression.samples import Measurements
from step.pipelines.simulation.expression import nanostring_counts


def counts(n_times: int = 6, n_probes: int = 40, seed: int = 0) -> Measurements:
    truth = np.random.default_rng(seed).uniform(7, 11, n_probes)
    table = nanostring_counts(np.tile(truth, (2 * n_times, 1)), seed)
    kinds = table.pop("Class Name")
    times = np.repeat(np.arange(1.0, n_times + 1), 2)
    names = [f"s{i}" for i in range(2 * n_times)]
    samples = pd.DataFrame(
        {"sample": names, "time": times, "replicate": [1, 2] * n_times, "header": names}
    )
    return Measurements(table.set_axis(names, axis=1).astype(float), samples, kinds, "counts")


@pytest.mark.parametrize("content", ["housekeeping", "top"])
def test_nanostring_takes_the_yield_of_a_sample_away(content):
    measured = counts()
    tidy = normalise(measured, Normalisation(method="nanostring", content=content), 2)
    assert tidy["gene"].nunique() == 40  # controls are no genes
    raw = np.log2(measured.values[:40] + 1)
    before = raw.var(axis=1).mean()
    after = tidy.groupby("gene")["value"].var().mean()
    assert after < 0.05 * before


def test_counts_below_the_background_are_not_detected():
    measured = counts()
    measured.values.iloc[0] = 1.0
    tidy = normalise(measured, Normalisation(method="nanostring"), 2)
    detected = tidy.groupby("gene")["detected"].mean()
    assert detected["0"] == 0.0
    assert detected.drop("0").min() == 1.0


def test_a_later_sample_changes_no_earlier_one():
    measured, changed = counts(), counts()
    changed.values.iloc[:, -4:] *= np.random.default_rng(1).uniform(0.2, 5, (1, 4))
    changed.values.iloc[:20, -2:] *= 7.0
    settings = Normalisation(method="nanostring", content="top")
    before, after = (normalise(m, settings, 2) for m in (measured, changed))
    early = before["time"] <= 4
    pd.testing.assert_frame_equal(before[early], after[early])
    assert not np.allclose(before.loc[~early, "value"], after.loc[~early, "value"])


def test_a_method_that_does_not_fit_is_refused():
    measured = counts()
    with pytest.raises(InputError, match="expects log2 values"):
        normalise(measured, Normalisation(method="none"), 2)
    without = Measurements(measured.values, measured.samples, None, "counts")
    with pytest.raises(InputError, match="class_column"):
        normalise(without, Normalisation(method="nanostring"), 2)
    with pytest.raises(InputError, match="is none of none, nanostring"):
        normalise(measured, Normalisation(method="tmm"), 2)
    few = Measurements(
        measured.values, measured.samples, measured.probe_class.replace("Negative", "x"), "counts"
    )
    with pytest.raises(InputError, match="two Negative probes"):
        normalise(few, Normalisation(method="nanostring"), 2)


def test_a_reference_probe_that_a_sample_lacks_shifts_nothing():
    measured = counts()
    settings = Normalisation(method="nanostring")
    before = normalise(measured, settings, 2)
    measured.values.loc["Housekeeping_4", "s3"] = np.nan
    after = normalise(measured, settings, 2)
    assert (before["value"] - after["value"]).abs().max() < 0.2
