"""What scale values look to be of, and whether a study's setting contradicts that."""

from dataclasses import dataclass

import numpy as np

from step.expression.scales import LARGEST_LOG, LARGEST_USUAL_LOG

SAME_TOTAL = 0.01  # samples whose totals differ by less than this share add up to the same
SKEWED = 2.0  # mean over median; logarithms lie lower
BALANCED = (0.25, 0.75)  # share of log ratios below 0


@dataclass(frozen=True)
class ScaleGuess:
    """What values look like.

    Attributes:
        scale: The likeliest of `step.expression.scales.Scale`.
        fitting: All scales that the values may as well be of.
        words: What they look like, for the user.
    """

    scale: str
    fitting: frozenset[str]
    words: str


def guess_scale(values: np.ndarray) -> ScaleGuess:
    """Guess the scale of values by their range, fractions, skewness and totals.

    Whole numbers are counts. Large fractions are linear; where the samples add up to the same,
    normalised to it. Small fractions are logarithms, to the base whose powers add up to the same
    in all samples, if there is one.

    Args:
        values: Shape `[gene, sample]`, NaN where missing, not all of them.
    """
    known = values[np.isfinite(values)]
    low, high = known.min(), known.max()
    extent = f"from {low:g} to {high:g}"
    if low < 0:
        return _guess_signed(known, extent)
    if np.all(known % 1 == 0):
        return ScaleGuess("counts", frozenset({"counts"}), f"counts (whole numbers {extent})")
    if high > LARGEST_LOG:
        total = _same_total(values)
        if total:
            words = f"normalised linear values, as CPM or TPM (each sample's total is {total:.3g})"
            return ScaleGuess("linear", frozenset({"linear"}), words)
        fitting = frozenset({"linear", "counts"})  # estimated counts have fractions
        return ScaleGuess("linear", fitting, f"linear values (fractions {extent})")
    for scale, powers in (("log2", np.exp2), ("ln", np.exp)):
        total = _same_total(powers(values) - 1)
        if total:
            words = f"{scale} of normalised values (each sample's total is {total:.3g})"
            return ScaleGuess(scale, frozenset({scale}), words)
    skewed = known.mean() > SKEWED * np.median(known)
    if skewed and high > LARGEST_USUAL_LOG:
        fitting = frozenset({"linear", "log2", "ln"})
        return ScaleGuess(
            "linear", fitting, f"linear values (fractions {extent}, most of them low)"
        )
    fitting = frozenset({"log2", "ln", "linear"} if skewed else {"log2", "ln"})
    return ScaleGuess("log2", fitting, f"log2 or ln (fractions {extent})")


def _guess_signed(known: np.ndarray, extent: str) -> ScaleGuess:
    """Guess the scale of values some of which are below 0."""
    logarithms = frozenset({"log2", "ln", "log_ratio"})
    if np.abs(known).max() > LARGEST_LOG:
        words = f"linear values from which a background was subtracted ({extent})"
        return ScaleGuess("linear", frozenset(), words)
    if BALANCED[0] <= np.mean(known < 0) <= BALANCED[1]:
        return ScaleGuess("log_ratio", logarithms, f"log ratios (on both sides of 0, {extent})")
    return ScaleGuess("log2", logarithms, f"log2 or ln ({extent})")


def _same_total(values: np.ndarray) -> float:
    """What each sample's values add up to, if that is the same; else 0."""
    if values.shape[1] < 2 or np.isnan(values).any():
        return 0.0
    totals = values.sum(axis=0)
    same = np.ptp(totals) < SAME_TOTAL * totals.mean()
    return float(totals.mean()) if same and len(values) > 1 else 0.0
