"""How far each gene can be forecast, and why not further."""

import numpy as np
import pandas as pd
from scipy import stats

from step.evaluation.metrics import score_genes
from step.evaluation.significance import diebold_mariano
from step.expression.replicates import noise_variance
from step.expression.variation import explain_constancy, is_rounding

LOW_RELIABILITY = 0.2
LOW_DETECTION = 0.5


def gene_table(
    backtest: pd.DataFrame, genes: pd.DataFrame, expression: pd.DataFrame, baseline: str
) -> pd.DataFrame:
    """One row a gene, the best forecast first.

    Args:
        backtest: The scored forecasts of all arms.
        genes: Places, features and noise; see `step.genome.placement.add_features` and
            `step.expression.replicates.gene_noise`.
        expression: gene, time, mean, standard_error, n_replicates.
        baseline: The best baseline.

    Returns:
        The columns of `genes`, and: mse, mae, r2, pearson, spearman (of `step`), baseline_mse,
        noise_floor_mse (over the scored times), skill (1 − mse / baseline_mse; missing where the
        baseline makes no error), skill_p (Diebold–Mariano over origins), skill_q
        (Benjamini–Hochberg over genes), explained (share of the variance that noise leaves to
        explain which `step` does explain; at most 1), flags (why a gene is hard to forecast or to
        place, or its scores are undefined; empty where nothing is wrong).
    """
    scored = backtest.dropna(subset=["observed"])
    own = scored[scored["arm"] == "step"]
    observed = own.groupby("gene")["observed"]
    times = scored["target_time"].unique()
    at_times = expression[expression["time"].isin(times)]
    noise = noise_variance(at_times).groupby(at_times["gene"]).mean()
    table = genes.set_index("gene").join(score_genes(own))
    table["baseline_mse"] = score_genes(scored[scored["arm"] == baseline])["mse"]
    table["noise_floor_mse"] = noise
    level = observed.mean().reindex(table.index)
    beatable = table["baseline_mse"].mask(is_rounding(table["baseline_mse"], level))
    table["skill"] = 1.0 - table["mse"] / beatable
    table["skill_p"] = _gene_p(scored, baseline).where(table["skill"].notna())
    table["skill_q"] = _benjamini_hochberg(table["skill_p"])
    variance = observed.var(ddof=0)
    left = variance - noise
    left = left.mask((left <= 0) | is_rounding(variance, observed.mean()))
    table["explained"] = ((variance - table["mse"]) / left).clip(upper=1.0)
    table["flags"] = _flags(table, expression, times)
    return table.reset_index().sort_values(
        ["r2", "gene"], ascending=[False, True], ignore_index=True, na_position="last"
    )


def _gene_p(scored: pd.DataFrame, baseline: str) -> pd.Series:
    squared = (scored["observed"] - scored["forecast"]) ** 2
    losses = scored.assign(loss=squared).pivot_table(
        index="origin", columns=["arm", "gene"], values="loss"
    )
    step, other = losses["step"], losses[baseline]
    return pd.Series(
        {gene: diebold_mariano(step[gene].to_numpy(), other[gene].to_numpy()) for gene in step}
    )


def _benjamini_hochberg(p: pd.Series) -> pd.Series:
    known = p.dropna()
    if known.empty:
        return p
    return pd.Series(stats.false_discovery_control(known), index=known.index).reindex(p.index)


def _flags(table: pd.DataFrame, expression: pd.DataFrame, scored_times: np.ndarray) -> pd.Series:
    """Each gene's flags, joined by semicolons."""
    measured = expression.dropna(subset=["mean"])
    n_times = measured["gene"].value_counts().reindex(table.index, fill_value=0)
    scored = measured.loc[measured["time"].isin(scored_times), "gene"]
    n_scored = scored.value_counts().reindex(table.index, fill_value=0)
    constancy = explain_constancy(expression, scored_times).reindex(table.index, fill_value="")
    is_measured = n_times > 0
    reasons = {
        "never measured": ~is_measured,
        "unplaced": table["unplaced"].notna(),
        "below background": is_measured & (table["detected_share"] < LOW_DETECTION),
        "mostly noise": (table["reliability"] < LOW_RELIABILITY) & (constancy != "constant"),
        "no replicates": is_measured & table["noise_variance"].isna(),
        "measured at fewer than two scored times": is_measured & (n_scored < 2),
    }
    columns = [np.where(applies, reason, "") for reason, applies in reasons.items()]
    flags = ["; ".join(filter(None, row)) for row in zip(*columns, constancy, strict=True)]
    return pd.Series(flags, index=table.index)
