"""How far each gene can be forecast, and why not further."""

import numpy as np
import pandas as pd
from scipy import stats

from step.evaluation.scores import score_genes
from step.evaluation.significance import ALIKE, SIGNIFICANT, diebold_mariano
from step.expression.replicates import noise_variance
from step.expression.variation import explain_constancy, is_rounding

LOW_RELIABILITY = 0.2
LOW_DETECTION = 0.5
NEAR_FLOOR = 1.25  # times what replicate noise leaves
CLASSES = (
    "not measured",
    "saturated",
    "constant",
    "below background",
    "forecastable",
    "at the noise floor",
    "level only",
)
"""Of a forecastable gene, `step` beats the best baseline at a q of 0.05; at the noise floor, its
error is at most 1.25 times what replicate noise leaves; the others are level only."""


def gene_table(
    backtest: pd.DataFrame,
    genes: pd.DataFrame,
    expression: pd.DataFrame,
    weights: pd.DataFrame,
    edges: pd.DataFrame,
    baseline: str,
) -> pd.DataFrame:
    """One row a gene, the best forecast first.

    Args:
        backtest: The scored forecasts of all arms; those one time ahead are read.
        genes: Places, features and noise; see `step.genome.placement.add_features` and
            `step.expression.replicates.gene_noise`.
        expression: gene, time, mean, standard_error, n_replicates.
        weights: gene, arm, weight: how much `step` leans on each arm.
        edges: gene_1, gene_2, kind.
        baseline: The best baseline.

    Returns:
        The columns of `genes`, and: mse, mae, r2, pearson, spearman (of `step`), baseline_mse,
        noise_floor_mse (over the scored times), skill (1 − mse / baseline_mse; missing where the
        baseline makes no error), skill_p (Diebold–Mariano over origins), skill_q
        (Benjamini–Hochberg over genes), graph_gain, graph_p, graph_q (the same against
        `step_no_graph`: what the gene gains from its neighbours; missing where it has none),
        explained (share of the variance that noise leaves to explain which `step` does explain; at
        most 1), leaned_on (the arm of the highest weight), class (see `CLASSES`), flags (why a gene
        is hard to forecast or to place, or its scores are undefined; empty where nothing is wrong).
    """
    compared = backtest["arm"].isin(("step", "step_no_graph", baseline))
    scored = backtest[compared & (backtest["horizon"] == 1) & backtest["observed"].notna()]
    own = scored[scored["arm"] == "step"]
    observed = own.groupby("gene")["observed"]
    times = scored["target_time"].unique()
    at_times = expression[expression["time"].isin(times)]
    noise = noise_variance(at_times).groupby(at_times["gene"]).mean()
    table = genes.set_index("gene").join(score_genes(own))
    table["noise_floor_mse"] = noise
    level = observed.mean().reindex(table.index)
    against = _against(baseline, scored, table["mse"], level)
    table[["baseline_mse", "skill", "skill_p", "skill_q"]] = against
    # Without neighbours, too, forecasts differ: the weights of the arms are common to all genes.
    connected = _connected(edges).intersection(table.index)
    table[["graph_gain", "graph_p", "graph_q"]] = _against(
        "step_no_graph", scored, table["mse"][connected], level
    )[["gain", "p", "q"]]
    table.loc[table["graph_p"].isna(), "graph_gain"] = np.nan
    variance = observed.var(ddof=0)
    left = variance - noise
    left = left.mask((left <= 0) | is_rounding(variance, observed.mean()))
    table["explained"] = ((variance - table["mse"]) / left).clip(upper=1.0)
    table["flags"] = _flags(table, expression, times)
    strongest = weights.sort_values("weight", kind="stable").drop_duplicates("gene", keep="last")
    strongest = strongest.set_index("gene")["arm"]
    table["leaned_on"] = strongest.where(strongest.index.isin(own["gene"]))
    table["class"] = _classes(table)
    return table.reset_index().sort_values(
        ["r2", "gene"], ascending=[False, True], ignore_index=True, na_position="last"
    )


def _connected(edges: pd.DataFrame) -> pd.Index:
    """Genes that have a neighbour; of a regulatory edge, the target alone."""
    both_ways = edges.loc[edges["kind"] != "regulatory", "gene_1"]
    return pd.Index(pd.concat([edges["gene_2"], both_ways]).unique())


def _against(arm: str, scored: pd.DataFrame, mse: pd.Series, level: pd.Series) -> pd.DataFrame:
    """Hold `step` against an arm, gene by gene.

    Args:
        arm: The other arm.
        scored: Scored forecasts one time ahead.
        mse: Of `step`, of the genes to compare.
        level: Mean observed value of each gene.

    Returns:
        mse (of the arm), gain (1 − mse of `step` / mse), p (Diebold–Mariano over origins), q
        (Benjamini–Hochberg over genes); the gain is missing where the arm makes no error, p and q
        also where both forecast alike.
    """
    both = scored[scored["arm"].isin(("step", arm))]
    both = both.assign(loss=(both["observed"] - both["forecast"]) ** 2)
    step, other = (
        both[both["arm"] == name].pivot(index="origin", columns="gene", values="loss")
        for name in ("step", arm)
    )
    own = other.mean().reindex(mse.index)
    gain = 1.0 - mse / own.mask(is_rounding(own, level.reindex(mse.index)))
    genes = step.columns.intersection(mse.index)
    p = pd.Series(
        {gene: diebold_mariano(step[gene].to_numpy(), other[gene].to_numpy()) for gene in genes},
        dtype=float,
    ).reindex(mse.index)
    p = p.where(gain.abs() > ALIKE)
    return pd.DataFrame({"mse": own, "gain": gain, "p": p, "q": _benjamini_hochberg(p)})


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


def _classes(table: pd.DataFrame) -> np.ndarray:
    """Each gene's class, the first of `CLASSES` that applies."""
    flags = table["flags"]
    applies = {
        "not measured": table["mse"].isna(),
        "saturated": flags.str.contains("saturated"),
        "constant": flags.str.contains("constant"),
        "below background": flags.str.contains("below background"),
        "forecastable": (table["skill"] > 0) & (table["skill_q"] <= SIGNIFICANT),
        "at the noise floor": table["mse"] <= NEAR_FLOOR * table["noise_floor_mse"],
    }
    chosen = [applies[name].to_numpy(dtype=bool) for name in CLASSES[:-1]]
    return np.select(chosen, CLASSES[:-1], default=CLASSES[-1])
