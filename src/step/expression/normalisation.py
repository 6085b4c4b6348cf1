"""From a lab's values to comparable log2 expression.

Whatever is learned from several samples — the level that factors are relative to, the probes that
serve as references — is learned on the first times alone, before any forecast is made; every other
sample is then normalised by itself.
"""

import numpy as np
import pandas as pd

from step.errors import InputError
from step.expression.samples import Measurements
from step.typed import settings

METHODS = ("none", "nanostring")
CONTENTS = ("housekeeping", "top")
TOP_PROBES = 100
BACKGROUND_SD = 2.0


@settings
class Normalisation:
    """How to normalise.

    Attributes:
        method: `none`, or `nanostring` (nCounter: positive controls, background, content).
        content: References of the content factor: `housekeeping` probes, or the `top` 100
            endogenous ones.
    """

    method: str = "none"
    content: str = "housekeeping"


def normalise(
    measurements: Measurements, settings: Normalisation, n_reference_times: int
) -> pd.DataFrame:
    """Normalised samples, tidy.

    Args:
        measurements: From `read_measurements`.
        settings: The method.
        n_reference_times: References are chosen on this many first times.

    Returns:
        gene, sample, time, replicate, value (log2, NaN where not measured), detected (above the
        sample's background; true where no background is known).

    Raises:
        InputError: The method does not fit the measurements.
    """
    samples = measurements.samples
    if settings.method == "none":
        if measurements.scale != "log2":
            raise InputError(
                "Normalisation `none` expects log2 values, but the table's scale is "
                f"{measurements.scale!r}."
            )
        return _tidy(measurements.values, measurements.values.notna(), samples)
    if settings.method == "nanostring":
        times = np.sort(samples["time"].unique())[:n_reference_times]
        reference = samples.loc[samples["time"].isin(times), "sample"]
        values, detected = nanostring(measurements, settings.content, list(reference))
        return _tidy(values, detected, samples)
    raise InputError(f"Normalisation {settings.method!r} is none of {', '.join(METHODS)}.")


def nanostring(
    measurements: Measurements, content: str, reference: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """nCounter normalisation of raw counts.

    1. Positive controls: each sample is multiplied by (mean over the reference samples of the
       geometric mean of its POS probes) / (that of the sample). POS_F, at the detection limit, is
       left out.
    2. Background of a sample: mean + 2 SD of its NEG probes. Counts below it are not detected and
       are raised to it.
    3. Content: the same ratio for the geometric mean of the housekeeping probes, or of the
       endogenous probes that are most expressed in the reference samples.
    4. log2(x + 1).

    Source: nCounter Expression Data Analysis Guide (MAN-C0011).

    Args:
        measurements: Raw counts with probe classes Positive, Negative, Housekeeping, Endogenous….
        content: `housekeeping` or `top`.
        reference: Samples that the factors are relative to.

    Returns:
        log2 values and detection of the endogenous probes, gene × sample.
    """
    if measurements.probe_class is None or measurements.scale != "counts":
        raise InputError(
            "Normalisation `nanostring` expects raw counts (scale: counts) and the probes' classes "
            "(class_column)."
        )
    if content not in CONTENTS:
        raise InputError(f"NanoString content {content!r} is none of {', '.join(CONTENTS)}.")
    counts = measurements.values.clip(lower=1.0)
    kind = measurements.probe_class.str.lower()
    positive = counts[(kind == "positive") & (counts.index != "POS_F")]
    negative = counts[kind == "negative"]
    endogenous = kind.str.startswith("endogenous")
    for probes, name in ((positive, "Positive"), (negative, "Negative")):
        if len(probes) < 2:
            raise InputError(
                f"NanoString normalisation needs at least two {name} probes; the class column "
                f"names {sorted(measurements.probe_class.unique())}."
            )
    counts = counts * _factor(positive, reference)
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
    values = counts[endogenous] * _factor(references, reference)
    missing = measurements.values[endogenous].isna()
    return np.log2(values + 1.0).mask(missing), detected & ~missing


def _factor(probes: pd.DataFrame, reference: list[str]) -> pd.Series:
    """Factor of each sample that brings the probes' geometric mean to that of the reference.

    Each probe is compared with itself, so a probe that one sample lacks shifts nothing.
    """
    log = np.log(probes)
    relative = log.sub(log[reference].mean(axis=1), axis=0)
    return np.exp(-relative.mean())


def _tidy(values: pd.DataFrame, detected: pd.DataFrame, samples: pd.DataFrame) -> pd.DataFrame:
    n_genes, n_samples = values.shape
    return pd.DataFrame(
        {
            "gene": np.repeat(values.index.to_numpy(), n_samples),
            "sample": np.tile(samples["sample"].to_numpy(), n_genes),
            "time": np.tile(samples["time"].to_numpy(), n_genes),
            "replicate": np.tile(samples["replicate"].to_numpy(), n_genes),
            "value": values.to_numpy(dtype=float).ravel(),
            "detected": detected.to_numpy(dtype=bool).ravel(),
        }
    )
