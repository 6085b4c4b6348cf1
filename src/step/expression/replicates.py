"""From replicates to a mean with its error, and the limit that replicate noise sets."""

import numpy as np
import pandas as pd

from step.errors import listed
from step.expression.variation import is_rounding

ALIKE = 1 / 3  # weight of the assumption that samples are alike, as their genes err together
FEWEST_COMPARED = 20  # genes that vary, in which two samples are not alike by chance
FEWEST_GENES = 10  # that say how good the samples of a time are
SMALLEST_VARIANCE = 0.1  # of a sample, relative to the time's usual one


def summarise_replicates(samples: pd.DataFrame) -> pd.DataFrame:
    """Mean of the replicates of each gene and time.

    Args:
        samples: gene, sample, time, replicate, value (log2), detected.

    Returns:
        gene, time, mean, median, weighted_mean (by `sample_weights`), standard_error (of the mean;
        NaN with fewer than two replicates), n_replicates (measured ones), detected_share. Genes in
        their given order, times ascending.
    """
    gene = pd.Categorical(samples["gene"], categories=samples["gene"].unique())
    weight = _weights(samples).where(samples["value"].notna())
    ordered = samples.assign(gene=gene, weight=weight, product=weight * samples["value"])
    grouped = ordered.groupby(["gene", "time"], observed=True)
    value = grouped["value"]
    summary = pd.DataFrame(
        {
            "mean": value.mean(),
            "median": value.median(),
            "weighted_mean": grouped["product"].sum(min_count=1) / grouped["weight"].sum(),
            "standard_error": value.sem(),
            "n_replicates": value.count(),
            "detected_share": grouped["detected"].mean(),
        }
    ).reset_index()
    return summary.astype({"gene": object})


def _weights(samples: pd.DataFrame) -> pd.Series:
    """Weight of each row's sample among those of its time."""
    weights = []
    for _, rows in samples.groupby("time"):
        values = rows.pivot(index="sample", columns="gene", values="value")
        weight = pd.Series(sample_weights(values.to_numpy()), values.index)
        weights.append(rows["sample"].map(weight).astype(float))
    return pd.concat(weights).reindex(samples.index)


def sample_weights(values: np.ndarray) -> np.ndarray:
    """Weigh the samples of a time by their quality.

    The squared deviation of sample i from a gene's mean over k samples is on average
    σ² (s_i (1 − 2/k) + Σ s / k²), where s_i is the sample's variance relative to the usual. Of each
    gene, a sample's share of the sum of squares is taken; the shares are averaged over genes, and
    the equation is solved for s_i. Shares vary less than variances, so the weights are cautious.

    In the spirit of limma's `arrayWeights` (Ritchie et al., BMC Bioinformatics 7, 261, 2006), but
    by moments and within a time, so that no weight depends on later samples.

    Args:
        values: log2, shape `[sample, gene]`; NaN where missing.

    Returns:
        1 / s, with a mean of one, `[sample]`: all one where fewer than three samples or
        `FEWEST_GENES` genes cannot tell.
    """
    n_samples = len(values)
    if n_samples < 3:
        return np.ones(n_samples)
    measured = values[:, ~np.isnan(values).any(axis=0)]
    squares = (measured - measured.mean(axis=0)) ** 2
    total = squares.sum(axis=0)
    varying = total > 0
    if varying.sum() < FEWEST_GENES:
        return np.ones(n_samples)
    deviation = (n_samples - 1) * (squares[:, varying] / total[varying]).mean(axis=1)
    variance = (deviation - 1 / n_samples) / (1 - 2 / n_samples)
    variance = np.maximum(variance, SMALLEST_VARIANCE)
    variance = (1 - ALIKE) * variance + ALIKE
    return (1 / variance) / (1 / variance).mean()


def pooled_variance(variance: np.ndarray, n_replicates: np.ndarray) -> np.ndarray:
    """Variance between the replicates of a gene, pooled over its times.

    Args:
        variance: Between the replicates of a time, log2², `[time, gene]`; NaN where fewer than two.
        n_replicates: `[time, gene]`.

    Returns:
        log2², `[gene]`: the mean over times, weighted by degrees of freedom; NaN for a gene that
        was never replicated.
    """
    freedom = np.where(np.isnan(variance), 0.0, n_replicates - 1.0)
    total = freedom.sum(axis=0)
    squares = (freedom * np.nan_to_num(variance)).sum(axis=0)
    return np.divide(squares, total, out=np.full(total.shape, np.nan), where=total > 0)


def noise_variance(expression: pd.DataFrame) -> pd.Series:
    """Variance of each time's mean that replicate noise explains, log2², indexed like the table.

    `pooled_variance` of the gene, divided by the time's number of replicates. Missing where the
    gene was not measured, and for a gene without any replicates.
    """
    wide = expression.pivot(index="time", columns="gene", values=["standard_error", "n_replicates"])
    count = wide["n_replicates"]
    variance = wide["standard_error"] ** 2 * count
    pooled = pd.Series(pooled_variance(variance.to_numpy(), count.to_numpy()), count.columns)
    measured = expression["n_replicates"].where(expression["n_replicates"] > 0)
    return expression["gene"].map(pooled) / measured


def gene_noise(expression: pd.DataFrame) -> pd.DataFrame:
    """How much of what is seen of a gene is noise.

    Args:
        expression: From `summarise_replicates`.

    Returns:
        gene, noise_variance (of a time's mean, log2², averaged over times), reliability (share of
        the variance of the time means that noise does not explain, 0 to 1; missing for a gene that
        does not vary), detected_share.
    """
    grouped = expression.assign(noise=noise_variance(expression)).groupby("gene", sort=False)
    noise = grouped["noise"].mean()
    total = grouped["mean"].var()
    total = total.mask(is_rounding(total, grouped["mean"].mean()))
    reliability = (1.0 - noise / total).clip(0.0, 1.0)
    return pd.DataFrame(
        {
            "noise_variance": noise,
            "reliability": reliability,
            "detected_share": grouped["detected_share"].mean(),
        }
    ).reset_index()


def noise_floor(expression: pd.DataFrame, times: np.ndarray) -> float:
    """Mean squared error that replicate noise alone leaves at the given times, log2².

    The mean over genes and times of `noise_variance` by the replicates of these times: even a
    forecaster that knew the true expression would be this far from the measured means, on average.
    """
    return float(noise_variance(expression[expression["time"].isin(times)]).mean())


def identical_samples(values: pd.DataFrame) -> str | None:
    """Say that samples have the same value of every gene; None where none have.

    A table of few genes, or of few that vary, may have such samples by chance, and is not doubted.

    Args:
        values: gene × sample.
    """
    varying = values[values.max(axis=1) > values.min(axis=1)]
    if len(varying) < FEWEST_COMPARED:
        return None
    contents = [varying[sample].to_numpy().tobytes() for sample in varying]
    alike = varying.columns.to_series().groupby(contents, sort=False)
    copies = [same for _, same in alike if len(same) > 1]
    if not copies:
        return None
    return (
        f"the samples {listed(copies[0])} have the same value of every gene. Is one a copy? "
        "Copies make replicates seem more alike than they are: delete all but one."
    )
