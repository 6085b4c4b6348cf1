"""nCounter normalisation of raw NanoString counts."""

from typing import Literal

import numpy as np
import pandas as pd

from step.errors import InputError
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
    """
    layout = measurements.layout
    if measurements.probe_class is None or layout.scale != "counts":
        raise InputError(
            "Normalisation `nanostring` expects raw counts (scale: counts) and the probes' classes "
            "(class_column)."
        )
    if layout.background is not None:
        raise InputError(
            "NanoString tables have a background of their own, that of the NEG probes. Set "
            "`background` to null."
        )
    counts = measurements.values.clip(lower=1.0)
    kind = measurements.probe_class.str.lower().set_axis(counts.index)
    positive = counts[(kind == "positive") & ~counts.index.str.startswith("POS_F")]
    negative = counts[kind == "negative"]
    endogenous = kind.str.startswith("endogenous")
    for probes, name in ((positive, "Positive"), (negative, "Negative")):
        if len(probes) < 2:
            raise InputError(
                f"NanoString normalisation needs at least two {name} probes; the class column "
                f"names {sorted(measurements.probe_class.unique())}."
            )
    without = measurements.values.loc[positive.index].isna().all()
    if without.any():
        raise InputError(
            f"The sample {without.index[without][0]!r} has no value of a Positive probe. Delete it."
        )
    by_positive = _factor(positive, reference)
    counts = counts * by_positive
    negative = counts.loc[negative.index]
    background = negative.mean() + BACKGROUND_SD * negative.std()
    detected = counts[endogenous] > background
    counts = counts.clip(lower=background, axis=1)
    if content == "housekeeping":
        references = counts[kind == "housekeeping"]
        if references.empty:
            raise InputError(
                "No probe has the class Housekeeping; set the NanoString content to `top`."
            )
    else:
        expressed = counts.loc[endogenous, reference].mean(axis=1)
        references = counts.loc[expressed.nlargest(TOP_PROBES).index]
    by_content = _factor(references, reference)
    values = counts[endogenous] * by_content
    missing = measurements.values[endogenous].isna()
    quality = pd.DataFrame(
        {
            "positive-control": _outside(by_positive, *POSITIVE_RANGE),
            "content": _outside(by_content, *CONTENT_RANGE),
        }
    )
    notes = {
        sample: "; ".join(f"{name} factor {note}" for name, note in row.items() if note)
        for sample, row in quality.iterrows()
        if row.any()
    }
    return np.log2(values + 1.0).mask(missing), detected & ~missing, notes


def _outside(factor: pd.Series, low: float, high: float) -> pd.Series:
    usual = factor.between(low, high)
    return factor.map(lambda value: f"{value:.2g}, outside {low:g} to {high:g}").mask(usual, "")


def _factor(probes: pd.DataFrame, reference: list[str]) -> pd.Series:
    """Factor of each sample that brings the probes' geometric mean to that of the reference.

    Each probe is compared with itself, so a probe that one sample lacks shifts nothing.
    """
    log = np.log(probes)
    relative = log.sub(log[reference].mean(axis=1), axis=0)
    return np.exp(-relative.mean())
