"""nCounter normalisation of raw NanoString counts."""

from typing import Literal

import numpy as np
import pandas as pd

from step.errors import InputError, listed, quoted
from step.expression.samples import Measurements

Content = Literal["housekeeping", "top"]
TOP_PROBES = 100
BACKGROUND_SD = 2.0
POSITIVE_RANGE = (0.3, 3.0)
CONTENT_RANGE = (0.1, 10.0)


def nanostring(
    measurements: Measurements, content: Content, reference: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """nCounter normalisation of raw counts.

    1. Positive controls: each sample is multiplied by (geometric mean of the POS probes in the
       reference samples) / (that in the sample). POS_F, at the detection limit, is left out. A
       factor outside 0.3 to 3 is flagged.
    2. Background of a sample: mean + 2 SD of its NEG probes. Counts below it are not detected and
       are raised to it.
    3. Content: the same ratio for the geometric mean of the housekeeping probes, or of the
       endogenous probes that are most expressed in the reference samples. A factor outside 0.1 to
       10 is flagged.
    4. log2(x + 1).

    Source: nCounter Expression Data Analysis Guide (MAN-C0011).

    Args:
        measurements: Raw counts with probe classes Positive, Negative, Housekeeping, Endogenous….
        content: `housekeeping` or `top`.
        reference: Samples that the factors are relative to.

    Returns:
        Of the endogenous probes, log2 values and detection, gene × sample; and what is wrong with
        a sample, by sample.

    Raises:
        InputError: The table is no raw NanoString table, lacks probes, or a sample lacks values.
    """
    _check(measurements, content)
    counts = measurements.values.clip(lower=1.0)
    kind = measurements.probe_class.str.lower().set_axis(counts.index)
    positive = _controls(measurements, kind, "Positive")
    negative = _controls(measurements, kind, "Negative")
    endogenous = kind.str.startswith("endogenous")
    by_positive = _factor(counts[positive], reference)
    counts = counts * by_positive
    background = counts[negative].mean() + BACKGROUND_SD * counts[negative].std()
    detected = counts[endogenous] > background
    counts = counts.clip(lower=background, axis=1)
    if content == "housekeeping":
        by_content = _factor(counts[kind == "housekeeping"], reference)
    else:
        expressed = counts.loc[endogenous, reference].mean(axis=1)
        by_content = _factor(counts.loc[expressed.nlargest(TOP_PROBES).index], reference)
    values = counts[endogenous] * by_content
    missing = measurements.values[endogenous].isna()
    quality = {
        "positive-control": _outside(by_positive, *POSITIVE_RANGE),
        "content": _outside(by_content, *CONTENT_RANGE),
    }
    return np.log2(values + 1.0).mask(missing), detected & ~missing, _notes(quality)


def _check(measurements: Measurements, content: str) -> None:
    """Raise InputError unless these are raw counts with probe classes, and the content is known."""
    layout, kinds = measurements.layout, measurements.probe_class
    if kinds is None or layout.scale != "counts":
        raise InputError(
            "Normalisation `nanostring` expects raw counts (scale: counts) and the probes' classes "
            "(class_column)."
        )
    if layout.background is not None:
        raise InputError(
            "NanoString tables have a background of their own, that of the NEG probes. Set "
            "`background` to null."
        )
    if content == "housekeeping" and not (kinds.str.lower() == "housekeeping").any():
        raise InputError(
            "No probe has the class Housekeeping; set the NanoString content to `top`."
        )


def _controls(measurements: Measurements, kind: pd.Series, name: str) -> pd.Series:
    """Which probes are the controls of this class: a mask; POS_F is left out.

    Raises:
        InputError: There are fewer than two, or a sample has fewer than two values of them.
    """
    controls = (kind == name.lower()) & ~kind.index.str.startswith("POS_F")
    if controls.sum() < 2:
        raise InputError(
            f"NanoString normalisation needs at least two {name} probes; the class column names "
            f"{listed(sorted(measurements.probe_class.unique()))}."
        )
    few = measurements.values[controls].notna().sum() < 2
    if few.any():
        raise InputError(
            f"The sample {quoted(few.index[few][0])} has fewer than two values of {name} probes. "
            "Delete it."
        )
    return controls


def _outside(factor: pd.Series, low: float, high: float) -> pd.Series:
    usual = factor.between(low, high)
    return factor.map(lambda value: f"{value:.2g}, outside {low:g} to {high:g}").mask(usual, "")


def _notes(quality: dict[str, pd.Series]) -> dict[str, str]:
    """What is unusual about a sample, by sample; those without anything are left out."""
    return {
        sample: "; ".join(f"{name} factor {note}" for name, note in row.items() if note)
        for sample, row in pd.DataFrame(quality).iterrows()
        if row.any()
    }


def _factor(probes: pd.DataFrame, reference: list[str]) -> pd.Series:
    """Factor of each sample that brings the probes' geometric mean to that of the reference.

    Each probe is compared with itself, so a probe that one sample lacks shifts nothing.
    """
    log = np.log(probes)
    relative = log.sub(log[reference].mean(axis=1), axis=0)
    return np.exp(-relative.mean())
