"""From replicates to a mean with its error, and the limit that replicate noise sets."""

import numpy as np
import pandas as pd

from step.expression.variation import is_rounding


def summarise_replicates(samples: pd.DataFrame) -> pd.DataFrame:
    """Mean of the replicates of each gene and time.

    Args:
        samples: gene, sample, time, replicate, value (log2), detected.

    Returns:
        gene, time, mean, median, standard_error (of the mean; NaN with fewer than two
        replicates), n_replicates (measured ones), detected_share. Genes in their given order,
        times ascending.
    """
    gene = pd.Categorical(samples["gene"], categories=samples["gene"].unique())
    grouped = samples.assign(gene=gene).groupby(["gene", "time"], observed=True)
    value = grouped["value"]
    summary = pd.DataFrame(
        {
            "mean": value.mean(),
            "median": value.median(),
            "standard_error": value.sem(),
            "n_replicates": value.count(),
            "detected_share": grouped["detected"].mean(),
        }
    ).reset_index()
    return summary.astype({"gene": object})


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
