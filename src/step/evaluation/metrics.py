"""Scores of the arms of a backtest."""

import numpy as np
import pandas as pd

BASELINE_ARMS = (
    "last_value",
    "gene_mean",
    "ses",
    "local_level",
)


def score_arms(backtest: pd.DataFrame, expression: pd.DataFrame) -> pd.DataFrame:
    """All scores of every arm.

    Args:
        backtest: arm, origin, target_time, gene, observed, forecast.
        expression: gene, time, mean.

    Returns:
        Indexed by arm, in order of appearance:
        mse, rmse, mae (log2);
        r2 (share of the variance of each gene around its own mean that is explained, all genes
        together); pearson (all values together; differences between genes inflate it);
        gene_r2_median, gene_pearson_mean, gene_spearman_mean (over genes);
        direction_accuracy (share of changes from the last value whose sign was right; forecasts
        of no change count as wrong);
        mase (mean absolute error, each gene's divided by its mean absolute step up to the first
        scored origin, over genes). NaN where not defined.
    """
    scored = _with_last(backtest, expression).dropna(subset=["observed"])
    steps = _early_step(expression, backtest["origin"].min())
    return pd.DataFrame(
        {arm: _score(rows, steps) for arm, rows in scored.groupby("arm", sort=False)}
    ).T.rename_axis("arm")


def score_genes(rows: pd.DataFrame) -> pd.DataFrame:
    """Scores of each gene for one arm.

    Args:
        rows: gene, observed, forecast of one arm; no missing values.

    Returns:
        Indexed by gene: mse, mae, r2, pearson, spearman; NaN where not defined.
    """
    error = rows["observed"] - rows["forecast"]
    grouped = rows.assign(squared=error**2, absolute=error.abs()).groupby("gene", sort=False)
    variance = grouped["observed"].var(ddof=0)
    mse = grouped["squared"].mean()
    return pd.DataFrame(
        {
            "mse": mse,
            "mae": grouped["absolute"].mean(),
            "r2": 1.0 - mse / variance.where(variance > 0),
            "pearson": _correlation(rows, "observed", "forecast"),
            "spearman": _correlation(
                rows.assign(a=grouped["observed"].rank(), b=grouped["forecast"].rank()),
                "a",
                "b",
            ),
        }
    )


def origin_losses(backtest: pd.DataFrame) -> pd.DataFrame:
    """Mean squared error of each arm at each origin, origins ascending in the index."""
    squared = (backtest["observed"] - backtest["forecast"]) ** 2
    return backtest.assign(loss=squared).pivot_table(
        index="origin", columns="arm", values="loss", aggfunc="mean", sort=True
    )


def best_baseline(scores: pd.DataFrame) -> str:
    """The baseline of lowest mean squared error: chosen with hindsight, in its favour."""
    return str(scores.loc[scores.index.isin(BASELINE_ARMS), "mse"].idxmin())


def interval_scores(rows: pd.DataFrame, nominal: float) -> dict[str, float]:
    """Coverage and mean width (log2) of one arm's intervals."""
    rows = rows.dropna(subset=["observed"])
    inside = rows["observed"].between(rows["lower"], rows["upper"])
    return {
        "nominal": nominal,
        "coverage": float(inside.mean()),
        "mean_width": float((rows["upper"] - rows["lower"]).mean()),
    }


def _score(rows: pd.DataFrame, early_step: pd.Series) -> dict[str, float]:
    genes = score_genes(rows)
    error = rows["observed"] - rows["forecast"]
    mse = float((error**2).mean())
    centred = rows["observed"] - rows.groupby("gene")["observed"].transform("mean")
    moved = rows["last"].notna() & (rows["observed"] != rows["last"])
    right = np.sign(rows["forecast"] - rows["last"]) == np.sign(rows["observed"] - rows["last"])
    variance = float((centred**2).mean())
    spread = rows["forecast"].std() > 0
    return {
        "mse": mse,
        "rmse": mse**0.5,
        "mae": float(error.abs().mean()),
        "r2": 1.0 - mse / variance if variance > 0 else np.nan,
        "pearson": rows["observed"].corr(rows["forecast"]) if spread else np.nan,
        "gene_r2_median": genes["r2"].median(),
        "gene_pearson_mean": genes["pearson"].mean(),
        "gene_spearman_mean": genes["spearman"].mean(),
        "direction_accuracy": float(right[moved].mean()),
        "mase": float((genes["mae"] / early_step.reindex(genes.index)).mean()),
    }


def _with_last(backtest: pd.DataFrame, expression: pd.DataFrame) -> pd.DataFrame:
    last = expression.rename(columns={"time": "origin", "mean": "last"})
    return backtest.merge(last[["gene", "origin", "last"]], on=["gene", "origin"], how="left")


def _early_step(expression: pd.DataFrame, until: float) -> pd.Series:
    early = expression[expression["time"] <= until].sort_values("time")
    step = early.groupby("gene")["mean"].diff().abs().groupby(early["gene"]).mean()
    return step.where(step > 0)


def _correlation(rows: pd.DataFrame, first: str, second: str) -> pd.Series:
    """Pearson correlation of two columns, gene by gene; NaN where one does not vary."""
    grouped = rows.groupby("gene", sort=False)
    a = rows[first] - grouped[first].transform("mean")
    b = rows[second] - grouped[second].transform("mean")
    products = pd.DataFrame({"gene": rows["gene"], "ab": a * b, "aa": a * a, "bb": b * b})
    sums = products.groupby("gene", sort=False).sum()
    varies = (sums["aa"] > 1e-12) & (sums["bb"] > 1e-12)
    return (sums["ab"] / np.sqrt(sums["aa"] * sums["bb"]).where(varies)).rename(None)
