"""What values look like."""

import numpy as np
import pytest

from step.expression.scale_guess import guess_scale

RNG = np.random.default_rng(0)
LINEAR = RNG.lognormal(4, 2, (200, 6))
PER_MILLION = LINEAR / LINEAR.sum(axis=0) * 1e6


@pytest.mark.parametrize(
    ("values", "scale", "words"),
    [
        (RNG.poisson(LINEAR), "counts", "counts"),
        (RNG.poisson(3, (200, 6)), "counts", "counts"),
        (LINEAR, "linear", "linear values"),
        (PER_MILLION, "linear", "CPM or TPM"),
        (np.log2(LINEAR + 1), "log2", "log2 or ln"),
        (np.log2(PER_MILLION + 1), "log2", "log2 of normalised values"),
        (np.log1p(PER_MILLION), "ln", "ln of normalised values"),
        (RNG.normal(0, 1, (200, 6)), "log_ratio", "log ratios"),
        (RNG.normal(5, 3, (200, 6)), "log2", "log2 or ln"),
    ],
)
def test_a_scale_is_guessed_by_its_values(values, scale, words):
    guess = guess_scale(values.astype(float))
    assert guess.scale == scale
    assert scale in guess.fitting
    assert words in guess.words


def test_missing_values_are_passed_over():
    values = np.log2(PER_MILLION + 1)
    values[3, 2] = np.nan
    assert guess_scale(values).fitting >= {"log2", "ln"}


def test_counts_with_fractions_may_be_estimated_counts():
    assert "counts" in guess_scale(LINEAR).fitting
    assert "counts" not in guess_scale(PER_MILLION).fitting
