"""From a lab's values to comparable log2 expression.

Whatever is learned from several samples — the level that factors are relative to, the probes that
serve as references, the unwanted components — is learned on the first times alone, before any
forecast is made; every other sample is then normalised by itself.
"""

from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from step.errors import InputError, quoted
from step.expression.nanostring import Content, nanostring
from step.expression.samples import Measurements
from step.expression.scales import to_log2
from step.expression.unwanted import remove_unwanted
from step.typed import between, settings

USUAL_DEPTH = (0.1, 10.0)


@settings
class Normalisation:
    """How to normalise.

    Attributes:
        method: `none`; `cpm` (counts per million); `median_of_ratios`; or `nanostring` (nCounter:
            positive controls, background, content).
        content: NanoString references of the content factor: `housekeeping` probes, or the `top`
            100 endogenous ones.
        unwanted_components: Number of components of unwanted variation to remove; 0 removes none.
        min_detected_share: Genes detected in a smaller share of the samples of the first times are
            left out; 0 keeps all.
    """

    method: Literal["none", "cpm", "median_of_ratios", "nanostring"] = "none"
    content: Content = "housekeeping"
    unwanted_components: Annotated[int, between(0, 1000)] = 0
    min_detected_share: Annotated[float, between(0, 1)] = 0.0


@dataclass(frozen=True)
class Normalised:
    """Normalised values.

    Attributes:
        values: log2, gene × sample; NaN where not measured.
        detected: Like values: whether above the background.
        quality: What is wrong with a sample, by sample; empty where nothing is.
    """

    values: pd.DataFrame
    detected: pd.DataFrame
    quality: dict[str, str]


def normalise(
    measurements: Measurements, settings: Normalisation, n_reference_times: int
) -> Normalised:
    """Make samples comparable.

    Args:
        measurements: From `read_measurements`.
        settings: The method.
        n_reference_times: References are chosen on this many first times.

    Raises:
        InputError: The method does not fit the measurements.
    """
    samples = measurements.samples
    times = np.sort(samples["time"].unique())[:n_reference_times]
    in_reference = samples["time"].isin(times).to_numpy()
    reference = list(samples.loc[in_reference, "sample"])
    measurements = merge_duplicates(measurements, reference)
    if settings.method == "nanostring":
        normalised = Normalised(*nanostring(measurements, settings.content, reference))
    else:
        normalised = _by_factors(measurements, settings.method, reference)
    if not settings.unwanted_components:
        return normalised
    cleaned = remove_unwanted(
        normalised.values.to_numpy(),
        normalised.detected.to_numpy(),
        samples["time"].to_numpy(),
        in_reference,
        settings.unwanted_components,
    )
    values = pd.DataFrame(cleaned, index=normalised.values.index, columns=normalised.values.columns)
    return replace(normalised, values=values)


def merge_duplicates(measurements: Measurements, reference: list[str]) -> Measurements:
    """One row a gene, as the layout's `duplicates` says; the highest row is that of the reference.

    The row of a gene that is highest on average over the reference samples is chosen there, so
    that no later value decides.
    """
    values, rule = measurements.values, measurements.layout.duplicates
    if values.index.is_unique:
        return measurements
    first = ~values.index.duplicated()
    if rule == "highest":
        level = values[reference].mean(axis=1).fillna(-np.inf).reset_index(drop=True)
        best = level.groupby(values.index.to_numpy(), sort=False).idxmax()
        merged = values.iloc[best.to_numpy()]
        first = best.to_numpy()
    else:
        # Missing where any row is: the mean of the others would be another quantity.
        by_gene = values.groupby(level=0, sort=False)
        merged = by_gene.mean() if rule == "mean" else by_gene.median()
        merged = merged.mask(values.isna().groupby(level=0, sort=False).any())
    kind = measurements.probe_class
    return replace(
        measurements, values=merged, probe_class=None if kind is None else kind.iloc[first]
    )


def _by_factors(measurements: Measurements, method: str, reference: list[str]) -> Normalised:
    """Methods that divide each sample by one factor, or by none."""
    values, scale = measurements.values, measurements.layout.scale
    background = measurements.layout.background
    if background is None and scale == "counts":
        background = 0.0
    detected = values.notna() if background is None else values > background
    if method == "none":
        if scale == "counts":
            raise InputError(
                "Counts need a normalisation: set its `method` to cpm, median_of_ratios or "
                "nanostring. If they are normalised already, their `scale` is linear."
            )
        return Normalised(pd.DataFrame(to_log2(values, scale)), detected, {})
    if scale != "counts":
        raise InputError(
            f"Normalisation `{method}` expects counts, but the table's scale is {quoted(scale)}. "
            "Set the method to none, or correct the scale."
        )
    factor = _per_million(values) if method == "cpm" else size_factors(values, reference)
    wrong = ~(factor > 0)
    if wrong.any():
        raise InputError(
            f"The sample {quoted(factor.index[wrong][0])} has no counts to normalise by. Delete it."
        )
    usual = factor / factor[reference].median()
    quality = {
        sample: f"{ratio:.2g} times the counts of the first samples"
        for sample, ratio in usual.items()
        if not USUAL_DEPTH[0] <= ratio <= USUAL_DEPTH[1]
    }
    return Normalised(pd.DataFrame(to_log2(values / factor, "counts")), detected, quality)


def _per_million(counts: pd.DataFrame) -> pd.Series:
    missing = counts.isna().sum()
    if missing.any():
        sample = missing.index[missing > 0][0]
        raise InputError(
            f"Normalisation `cpm` needs the counts of all genes, but {missing[sample]} are missing "
            f"in sample {quoted(sample)}. Write 0 where nothing was counted, or use "
            "median_of_ratios."
        )
    return counts.sum() / 1e6


def size_factors(counts: pd.DataFrame, reference: list[str]) -> pd.Series:
    """Median of ratios: by how much each sample's counts exceed the reference's.

    exp of the median, over genes counted in every reference sample, of log count − mean log count
    over the reference samples. Source: Anders & Huber (2010), Genome Biology 11:R106; there all
    samples are the reference.
    """
    log = np.log(counts.where(counts > 0))
    mean = log[reference].mean(axis=1, skipna=False).dropna()
    if mean.empty:
        raise InputError(
            "Normalisation `median_of_ratios` needs genes that are counted in every sample of the "
            "first times; there is none. Use cpm, or delete samples without counts."
        )
    return np.exp(log.loc[mean.index].sub(mean, axis=0).median())


def tidy(normalised: Normalised, samples: pd.DataFrame) -> pd.DataFrame:
    """One row a gene and sample: gene, sample, time, replicate, value (log2), detected."""
    values = normalised.values
    n_genes, n_samples = values.shape

    def repeated(names: pd.Series) -> pd.Categorical:
        coded = pd.Categorical(names, categories=pd.unique(names))
        return pd.Categorical.from_codes(np.tile(coded.codes, n_genes), coded.categories)

    return pd.DataFrame(
        {
            "gene": pd.Categorical.from_codes(
                np.repeat(np.arange(n_genes), n_samples), values.index
            ),
            "sample": repeated(samples["sample"]),
            "time": np.tile(samples["time"].to_numpy(), n_genes),
            "replicate": repeated(samples["replicate"]),
            "value": values.to_numpy(dtype=float).ravel(),
            "detected": normalised.detected.to_numpy(dtype=bool).ravel(),
        }
    )


def drop_undetected(
    samples: pd.DataFrame, min_detected_share: float, n_reference_times: int
) -> pd.DataFrame:
    """The genes that are detected in some share of the samples of the first times.

    Args:
        samples: gene (categorical), sample, time, replicate, value, detected.
        min_detected_share: 0 keeps every gene.
        n_reference_times: Only this many first times are looked at.

    Raises:
        InputError: No gene is left.
    """
    times = np.sort(samples["time"].unique())[:n_reference_times]
    early = samples[samples["time"].isin(times)]
    share = early.groupby("gene", observed=True, sort=False)["detected"].mean()
    kept = share.index[share >= min_detected_share]
    if not len(kept):
        raise InputError(
            f"No gene is detected in {min_detected_share:.0%} of the samples of the first times. "
            "Lower `min_detected_share`."
        )
    left = samples[samples["gene"].isin(kept)].reset_index(drop=True)
    return left.assign(gene=left["gene"].cat.remove_unused_categories())
