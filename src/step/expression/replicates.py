"""From replicates to a mean with its error, and the limit that replicate noise sets."""

import numpy as np
import pandas as pd


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


def noise_variance(expression: pd.DataFrame) -> pd.Series:
    """Variance of each time's mean that replicate noise explains, log2², indexed like the table.

    The squared standard error; where a time has a single replicate, the gene's variance between
    replicates, pooled over its other times. Missing for a gene without any replicates.
    """
    count = expression["n_replicates"]
    squared = expression["standard_error"] ** 2
    freedom = (count - 1).where(squared.notna(), 0)
    by_gene = expression["gene"]
    pooled = (squared * count * freedom).groupby(by_gene).transform("sum")
    pooled = pooled / freedom.groupby(by_gene).transform("sum").where(lambda total: total > 0)
    return squared.fillna(pooled / count.where(count > 0))


def gene_noise(expression: pd.DataFrame) -> pd.DataFrame:
    """How much of what is seen of a gene is noise.

    Args:
        expression: From `summarise_replicates`.

    Returns:
        gene, noise_variance (of a time's mean, log2², averaged over times), reliability (share of
        the variance of the time means that noise does not explain, 0 to 1), detected_share.
    """
    grouped = expression.assign(noise=noise_variance(expression)).groupby("gene", sort=False)
    noise = grouped["noise"].mean()
    total = grouped["mean"].var()
    reliability = (1.0 - noise / total.where(total > 0)).clip(0.0, 1.0)
    return pd.DataFrame(
        {
            "noise_variance": noise,
            "reliability": reliability,
            "detected_share": grouped["detected_share"].mean(),
        }
    ).reset_index()


def noise_floor(expression: pd.DataFrame, times: np.ndarray) -> float:
    """Mean squared error that replicate noise alone leaves at the given times, log2².

    The mean of `noise_variance` over genes and times: even a forecaster that knew the true
    expression would be this far from the measured means, on average.
    """
    return float(noise_variance(expression)[expression["time"].isin(times)].mean())
