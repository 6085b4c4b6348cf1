"""Scores of the published protocol, beside what they hide."""

import numpy as np
import pandas as pd

from step.evaluation.metrics import score_arms, score_genes


def score_published(backtest: pd.DataFrame, scored: pd.DataFrame) -> pd.DataFrame:
    """All scores of every arm and seed.

    Args:
        backtest: arm, seed, origin, target_time, gene, observed, forecast.
        scored: The scored coordinate as if it were expression: gene, time, mean.

    Returns:
        arm, seed, the columns of `step.evaluation.metrics.score_arms`, and r2_pooled: the share of
        the variance of all values together that is explained, which differences between genes
        inflate; it is the R² that the publication reports.
    """
    rows = []
    for (arm, seed), made in backtest.groupby(["arm", "seed"], sort=False, dropna=False):
        scores = score_arms(made, scored).loc[arm]
        variance = made["observed"].var(ddof=0)
        pooled = 1.0 - scores["mse"] / variance if variance > 0 else np.nan
        rows.append({"arm": arm, "seed": seed} | scores.to_dict() | {"r2_pooled": pooled})
    return pd.DataFrame(rows)


def score_coordinates(embeddings: np.ndarray, before: np.ndarray) -> np.ndarray:
    """How well the last value of each coordinate forecasts its next one, by pooled Pearson.

    Args:
        embeddings: Shape `[time, gene, dimension]`.
        before: The times forecast from, shape `[window]`.

    Returns:
        Shape `[dimension]`; NaN for a coordinate that does not change.
    """
    last, following = (
        values.reshape(-1, values.shape[-1])
        for values in (embeddings[before], embeddings[before + 1])
    )
    last, following = last - last.mean(axis=0), following - following.mean(axis=0)
    products = (last * following).sum(axis=0)
    squares = (last**2).sum(axis=0) * (following**2).sum(axis=0)
    return products / np.sqrt(np.where(squares > 0, squares, np.nan))


def part_mean_share(coordinate: pd.DataFrame, part: np.ndarray) -> float:
    """How much of a coordinate is that of the connected parts of the graph, not of single genes.

    Args:
        coordinate: Time × gene.
        part: Number of each gene's part, shape `[gene]`.

    Returns:
        The share of the coordinate's variance over all genes and times that stays when each gene
        is replaced by its part's mean at the time; NaN for a constant.
    """
    within = coordinate - coordinate.T.groupby(part).transform("mean").T
    variance = np.var(coordinate.to_numpy())
    return float(1.0 - np.mean(within.to_numpy() ** 2) / variance) if variance else np.nan


def tabulate_published(
    backtest: pd.DataFrame, expression: pd.DataFrame, edges: pd.DataFrame
) -> pd.DataFrame:
    """One row a gene, the best forecast first.

    Args:
        backtest: As in `score_published`.
        expression: gene, time, mean.
        edges: gene_1, gene_2.

    Returns:
        gene, mse, pearson, spearman (means over the seeds), last_value_pearson, partners (edges of
        the gene), expression_range (in the table's units).
    """
    own = backtest[backtest["arm"] == "step"]
    scores = [score_genes(made) for _, made in own.groupby("seed")]
    mean = sum(scores) / len(scores)
    last = score_genes(backtest[backtest["arm"] == "last_value"])
    partners = pd.concat([edges["gene_1"], edges["gene_2"]]).value_counts()
    values = expression.groupby("gene")["mean"]
    table = pd.DataFrame(
        {
            "mse": mean["mse"],
            "pearson": mean["pearson"],
            "spearman": mean["spearman"],
            "last_value_pearson": last["pearson"],
            "partners": partners.reindex(mean.index, fill_value=0),
            "expression_range": values.max() - values.min(),
        }
    )
    return table.sort_values("pearson", ascending=False).rename_axis("gene").reset_index()
