"""How far each gene can be forecast, and why not further."""

import numpy as np
import pandas as pd
from scipy import stats

from step.evaluation.metrics import score_genes
from step.evaluation.significance import diebold_mariano
from step.expression.replicates import noise_variance

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
        noise_floor_mse (over the scored times), skill (1 − mse / baseline_mse),
        skill_p (Diebold–Mariano over origins), skill_q (Benjamini–Hochberg over genes),
        explained (share of the variance that noise leaves to explain which `step` does explain;
        at most 1), flags (why a gene is hard to forecast or to place; empty where nothing is
        wrong).
    """
    scored = backtest.dropna(subset=["observed"])
    own = scored[scored["arm"] == "step"]
    step = score_genes(own)
    other = score_genes(scored[scored["arm"] == baseline])
    times = scored["target_time"].unique()
    noise = noise_variance(expression)[expression["time"].isin(times)]
    noise = noise.groupby(expression["gene"]).mean()
    variance = own.groupby("gene")["observed"].var(ddof=0)
    table = genes.set_index("gene").join(step)
    table["baseline_mse"] = other["mse"]
    table["noise_floor_mse"] = noise
    table["skill"] = 1.0 - table["mse"] / table["baseline_mse"]
    p = _gene_p(scored, baseline)
    table["skill_p"] = p
    table["skill_q"] = _benjamini_hochberg(p)
    left = variance - noise
    left = left.where(left > 0)
    table["explained"] = ((variance - step["mse"]) / left).clip(upper=1.0)
    measured = expression.groupby("gene")["mean"].count().reindex(table.index) > 0
    table["flags"] = _flags(table, measured)
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


def _flags(table: pd.DataFrame, measured: pd.Series) -> pd.Series:
    reasons = {
        "never measured": ~measured,
        "unplaced": table["unplaced"].notna(),
        "below background": measured & (table["detected_share"] < LOW_DETECTION),
        "mostly noise": table["reliability"] < LOW_RELIABILITY,
        "no replicates": measured & table["noise_variance"].isna(),
        "does not vary": measured & table["noise_variance"].notna() & table["reliability"].isna(),
    }
    text = np.full(len(table), "", dtype=object)
    for reason, applies in reasons.items():
        chosen = applies.to_numpy(dtype=bool)
        text[chosen] = [f"{old}; {reason}" if old else reason for old in text[chosen]]
    return pd.Series(text, index=table.index)
