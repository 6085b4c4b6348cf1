"""Scores of the arms of a backtest."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from step.evaluation.graph_test import GraphTest
from step.evaluation.significance import diebold_mariano
from step.expression.replicates import noise_floor
from step.expression.variation import is_rounding
from step.forecasting.arms import ARMS


@dataclass(frozen=True)
class ArmScores:
    """All scores of one arm, as `score_arms` defines them; None where undefined."""

    mse: float
    rmse: float
    mae: float
    r2: float | None = None
    pearson: float | None = None
    gene_r2_median: float | None = None
    gene_pearson_mean: float | None = None
    gene_spearman_mean: float | None = None
    direction_accuracy: float | None = None
    mase: float | None = None


@dataclass(frozen=True)
class Intervals:
    """How often the intervals of `step` held.

    Attributes:
        nominal: Coverage asked for, 0 to 1.
        coverage: Share of the observations inside.
        mean_width: log2.
    """

    nominal: float
    coverage: float
    mean_width: float


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """All scores of one assay of a study.

    Attributes:
        study: Its name.
        assay: `mrna` or `mirna`.
        n_genes: Number of genes.
        n_times: Number of times.
        n_origins: Number of scored forecast origins.
        noise_floor_mse: What replicate noise alone leaves, log2²; None without replicates.
        best_baseline: The simple arm of lowest mean squared error.
        skill: 1 − MSE of `step` / MSE of the best baseline; None where the baseline makes no error.
        skill_p: Diebold–Mariano over origins; None where undefined.
        arms: Scores by name of the arm.
        graph_test: Whether the graph helps.
        intervals: Of `step`.
    """

    study: str
    assay: str
    n_genes: int
    n_times: int
    n_origins: int
    noise_floor_mse: float | None = None
    best_baseline: str
    skill: float | None = None
    skill_p: float | None = None
    arms: dict[str, ArmScores]
    graph_test: GraphTest
    intervals: Intervals


def measure(
    backtest: pd.DataFrame,
    expression: pd.DataFrame,
    test: GraphTest,
    coverage: float,
    study: str,
    assay: str,
) -> Metrics:
    """All scores of one assay of a study.

    Args:
        backtest: arm, origin, target_time, gene, observed, forecast, lower, upper.
        expression: gene, time, mean, standard_error, n_replicates.
        test: The graph test.
        coverage: Nominal coverage of the intervals.
        study: Name of the study.
        assay: `mrna` or `mirna`.
    """
    scores = score_arms(backtest, expression)
    baseline = best_baseline(scores)
    losses = origin_losses(backtest)
    skill = skill_p = None
    if not is_rounding(scores.loc[baseline, "mse"], backtest["observed"].abs().mean()):
        skill = float(1.0 - scores.loc["step", "mse"] / scores.loc[baseline, "mse"])
        skill_p = _defined(diebold_mariano(losses["step"], losses[baseline]))
    return Metrics(
        study=study,
        assay=assay,
        n_genes=int(expression["gene"].nunique()),
        n_times=int(expression["time"].nunique()),
        n_origins=int(backtest["origin"].nunique()),
        noise_floor_mse=_defined(noise_floor(expression, backtest["target_time"].unique())),
        best_baseline=baseline,
        skill=skill,
        skill_p=skill_p,
        arms={
            arm: ArmScores(**{name: _defined(score) for name, score in row.items()})
            for arm, row in scores.iterrows()
        },
        graph_test=test,
        intervals=score_intervals(backtest[backtest["arm"] == "step"], coverage),
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
        scored origin, over genes). NaN where not defined, as where nothing varies by more than
        rounding.
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
        Indexed by gene: mse, mae, r2, pearson, spearman; NaN where not defined, as where the gene
        varies by no more than rounding.
    """
    error = rows["observed"] - rows["forecast"]
    grouped = rows.assign(squared=error**2, absolute=error.abs()).groupby("gene", sort=False)
    observed, forecast = grouped["observed"], grouped["forecast"]
    variance = observed.var(ddof=0)
    varies = ~is_rounding(variance, observed.mean())
    both_vary = varies & ~is_rounding(forecast.var(ddof=0), forecast.mean())
    mse = grouped["squared"].mean()
    ranks = rows.assign(observed=observed.rank(), forecast=forecast.rank())
    return pd.DataFrame(
        {
            "mse": mse,
            "mae": grouped["absolute"].mean(),
            "r2": 1.0 - mse / variance.where(varies),
            "pearson": _correlation(rows).where(both_vary),
            "spearman": _correlation(ranks).where(both_vary),
        }
    )


def origin_losses(backtest: pd.DataFrame) -> pd.DataFrame:
    """Mean squared error of each arm at each origin, origins ascending in the index."""
    squared = (backtest["observed"] - backtest["forecast"]) ** 2
    return backtest.assign(loss=squared).pivot_table(
        index="origin", columns="arm", values="loss", aggfunc="mean", sort=True
    )


def best_baseline(scores: pd.DataFrame) -> str:
    """The simple arm of lowest mean squared error: chosen with hindsight, in its favour."""
    simple = [arm for arm in scores.index if arm in ARMS and ARMS[arm].simple]
    return str(scores.loc[simple, "mse"].idxmin())


def score_intervals(rows: pd.DataFrame, nominal: float) -> Intervals:
    """Coverage and mean width of one arm's intervals.

    Args:
        rows: observed, lower, upper (log2); what was not observed counts nowhere.
        nominal: Coverage asked for.
    """
    rows = rows.dropna(subset=["observed"])
    inside = rows["observed"].between(rows["lower"], rows["upper"])
    return Intervals(
        nominal=nominal,
        coverage=float(inside.mean()),
        mean_width=float((rows["upper"] - rows["lower"]).mean()),
    )


def _defined(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _score(rows: pd.DataFrame, early_step: pd.Series) -> dict[str, float]:
    genes = score_genes(rows)
    observed, forecast, last = rows["observed"], rows["forecast"], rows["last"]
    mse = float(((observed - forecast) ** 2).mean())
    variance = float(((observed - rows.groupby("gene")["observed"].transform("mean")) ** 2).mean())
    both_vary = not any(is_rounding(each.var(ddof=0), each.mean()) for each in (observed, forecast))
    change = observed - last
    moved = last.notna() & ~is_rounding(change**2, last)
    right = np.sign(forecast - last) == np.sign(change)
    return {
        "mse": mse,
        "rmse": mse**0.5,
        "mae": float((observed - forecast).abs().mean()),
        "r2": np.nan if is_rounding(variance, observed.abs().mean()) else 1.0 - mse / variance,
        "pearson": observed.corr(forecast) if both_vary else np.nan,
        "gene_r2_median": genes["r2"].dropna().median(),
        "gene_pearson_mean": genes["pearson"].mean(),
        "gene_spearman_mean": genes["spearman"].mean(),
        "direction_accuracy": float(right[moved].mean()),
        "mase": float((genes["mae"] / early_step.reindex(genes.index)).mean()),
    }


def _with_last(backtest: pd.DataFrame, expression: pd.DataFrame) -> pd.DataFrame:
    last = expression.rename(columns={"time": "origin", "mean": "last"})
    return backtest.merge(last[["gene", "origin", "last"]], on=["gene", "origin"], how="left")


def _early_step(expression: pd.DataFrame, until: float) -> pd.Series:
    """Each gene's mean absolute step up to a time, log2; NaN where it does not move."""
    early = expression[expression["time"] <= until].sort_values("time")
    step = early.groupby("gene")["mean"].diff().abs().groupby(early["gene"]).mean()
    return step.mask(is_rounding(step**2, early.groupby("gene")["mean"].mean()))


def _correlation(rows: pd.DataFrame) -> pd.Series:
    """Pearson correlation of observed and forecast, gene by gene; meaningless for a constant."""
    grouped = rows.groupby("gene", sort=False)
    a = rows["observed"] - grouped["observed"].transform("mean")
    b = rows["forecast"] - grouped["forecast"].transform("mean")
    products = pd.DataFrame({"gene": rows["gene"], "ab": a * b, "aa": a * a, "bb": b * b})
    sums = products.groupby("gene", sort=False).sum()
    return (sums["ab"] / np.sqrt(sums["aa"] * sums["bb"])).rename(None)
