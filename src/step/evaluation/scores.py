"""Scores of forecasts of one horizon: of an arm, of a gene, of intervals."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binomtest, norm

from step.evaluation.significance import block_bootstrap, diebold_mariano
from step.expression.variation import is_rounding
from step.forecasting.arms import ARMS


@dataclass(frozen=True)
class PointScores:
    """Scores of an arm's point forecasts; None where undefined.

    Attributes:
        mse: Mean squared error, log2².
        rmse: Root of it, log2.
        mae: Mean absolute error, log2.
        r2: Share of the variance of each gene around its own mean that is explained, all genes
            together.
        pearson: Correlation of all values together; differences between genes inflate it.
        gene_r2_median: Median over genes of each gene's own r2.
        gene_pearson_mean: Mean over genes of each gene's own Pearson correlation.
        gene_spearman_mean: Mean over genes of each gene's own Spearman correlation.
        direction_accuracy: Share of changes from the last value whose sign was right; forecasts of
            no change count as wrong.
        mase: Mean absolute error, each gene's divided by its mean absolute step up to the first
            scored origin, over genes.
    """

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
class ArmScores(PointScores):
    """All scores of one arm of a backtest; None where undefined.

    Attributes:
        crps: Continuous ranked probability score, log2, of a normal forecast as wide as the
            interval.
        step_skill: 1 − MSE of `step` / MSE of this arm; None of `step` itself.
        step_p: Diebold–Mariano of `step` against this arm, over origins.
    """

    crps: float | None = None
    step_skill: float | None = None
    step_p: float | None = None


@dataclass(frozen=True)
class Intervals:
    """How often the intervals of `step` held.

    Attributes:
        nominal: Coverage asked for, 0 to 1.
        coverage: Share of the observations inside the intervals.
        mean_width: Mean width of the intervals, log2.
        coverage_low: Of its 95 % interval over origins, which is no narrower than if all
            observations were independent; None with fewer than three origins.
        coverage_high: Likewise.
    """

    nominal: float
    coverage: float
    mean_width: float
    coverage_low: float | None = None
    coverage_high: float | None = None


def score_backtest(
    backtest: pd.DataFrame, expression: pd.DataFrame, nominal: float
) -> dict[str, ArmScores]:
    """Score every arm of a backtest, and `step` against it.

    Args:
        backtest: arm, origin, target_time, horizon, gene, observed, forecast, lower, upper; of one
            horizon.
        expression: gene, time, mean.
        nominal: Coverage that the intervals promise.

    Returns:
        Arm → scores, in order of appearance.
    """
    table = score_arms(backtest, expression)
    table["crps"] = {arm: _crps(rows, nominal) for arm, rows in _by_arm(backtest)}
    losses, horizon = summed_losses(backtest), int(backtest["horizon"].iloc[0])
    level = backtest["observed"].abs().mean()
    for arm in table.index.drop("step"):
        if is_rounding(table.loc[arm, "mse"], level):
            continue
        table.loc[arm, "step_skill"] = 1.0 - table.loc["step", "mse"] / table.loc[arm, "mse"]
        table.loc[arm, "step_p"] = diebold_mariano(
            losses["step"].to_numpy(), losses[arm].to_numpy(), horizon
        )
    return {
        str(arm): ArmScores(**{name: defined(score) for name, score in row.items()})
        for arm, row in table.iterrows()
    }


def score_arms(backtest: pd.DataFrame, expression: pd.DataFrame) -> pd.DataFrame:
    """All scores of every arm.

    Args:
        backtest: arm, origin, target_time, gene, observed, forecast.
        expression: gene, time, mean.

    Returns:
        The attributes of `PointScores`, indexed by arm, in order of appearance; NaN where not
        defined, as where nothing varies by more than rounding.
    """
    steps = _early_step(expression, backtest["origin"].min())
    scores = {
        arm: _score(with_last(rows.dropna(subset=["observed"]), expression), steps)
        for arm, rows in _by_arm(backtest)
    }
    return pd.DataFrame(scores).T.rename_axis("arm")


def _by_arm(backtest: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each arm's rows, in order of appearance; of one arm at a time there is a copy."""
    places = backtest.groupby("arm").indices
    for arm in backtest["arm"].unique():
        yield arm, backtest.take(places[arm])


def with_last(rows: pd.DataFrame, expression: pd.DataFrame) -> pd.DataFrame:
    """Add what was measured at the origin of each forecast as `last`, log2; missing where nothing.

    Args:
        rows: gene, origin.
        expression: gene, time, mean.
    """
    last = expression[["gene", "time", "mean"]].rename(columns={"time": "origin", "mean": "last"})
    return rows.merge(last, on=["gene", "origin"], how="left")


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
    return _squared_errors(backtest).mean().unstack("arm")


def summed_losses(backtest: pd.DataFrame) -> pd.DataFrame:
    """Sum of squared errors of each arm at each origin, origins ascending in the index.

    An origin counts by its number of measured genes, as it does in the scores of all together.
    """
    return _squared_errors(backtest).sum(min_count=1).unstack("arm")


def _squared_errors(backtest: pd.DataFrame) -> pd.api.typing.SeriesGroupBy:
    """Squared errors, grouped by origin and arm."""
    squared = (backtest["observed"] - backtest["forecast"]) ** 2
    return squared.groupby([backtest["origin"], backtest["arm"]])


def best_baseline(scores: dict[str, ArmScores]) -> str:
    """The simple arm of lowest mean squared error: chosen with hindsight, in its favour."""
    simple = [arm for arm in scores if arm in ARMS and ARMS[arm].simple]
    return min(simple, key=lambda arm: scores[arm].mse)


def score_intervals(rows: pd.DataFrame, nominal: float) -> Intervals:
    """Coverage and mean width of one arm's intervals.

    Args:
        rows: origin, observed, lower, upper (log2); what was not observed counts nowhere.
        nominal: Coverage asked for.
    """
    rows = rows.dropna(subset=["observed"])
    inside = rows["observed"].between(rows["lower"], rows["upper"])
    by_origin = inside.groupby(rows["origin"]).agg(["sum", "count"]).to_numpy(dtype=float).T
    low = high = None
    over_origins = block_bootstrap(*by_origin, lambda held, all_of_them: held / all_of_them)
    if over_origins is not None:  # few origins may happen to be alike
        independent = binomtest(int(inside.sum()), len(inside)).proportion_ci(method="wilson")
        low = min(over_origins[0], float(independent.low))
        high = max(over_origins[1], float(independent.high))
    return Intervals(
        nominal=nominal,
        coverage=float(inside.mean()),
        mean_width=float((rows["upper"] - rows["lower"]).mean()),
        coverage_low=low,
        coverage_high=high,
    )


def defined(value: float) -> float | None:
    """Return None in place of what is not finite."""
    return float(value) if np.isfinite(value) else None


def _crps(rows: pd.DataFrame, nominal: float) -> float:
    """σ (z (2 Φ(z) − 1) + 2 φ(z) − 1/√π), z = (y − μ) / σ (Gneiting & Raftery, 2007)."""
    spread = (rows["upper"] - rows["lower"]) / 2.0 / norm.ppf((1.0 + nominal) / 2.0)
    z = (rows["observed"] - rows["forecast"]) / spread
    score = spread * (z * (2.0 * norm.cdf(z) - 1.0) + 2.0 * norm.pdf(z) - np.pi**-0.5)
    return float(score.mean())


def _score(rows: pd.DataFrame, early_step: pd.Series) -> dict[str, float]:
    genes = score_genes(rows)
    observed, forecast, before = rows["observed"], rows["forecast"], rows["last"]
    mse = float(((observed - forecast) ** 2).mean())
    variance = float(((observed - rows.groupby("gene")["observed"].transform("mean")) ** 2).mean())
    both_vary = not any(is_rounding(each.var(ddof=0), each.mean()) for each in (observed, forecast))
    change = observed - before
    moved = before.notna() & ~is_rounding(change**2, before)
    right = np.sign(forecast - before) == np.sign(change)
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
