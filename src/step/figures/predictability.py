"""Which genes can be forecast, and how that hangs together with their place in the genome."""

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

from step.errors import counted
from step.evaluation.significance import SIGNIFICANT
from step.figures import style
from step.figures.clouds import draw_cloud, name_points, padded

LOWEST_R2, LOWEST_SKILL, FARTHEST_SKILL = -1.0, -1.0, 0.5
N_NAMED = 4
COMPARTMENTS = {"A": style.WORSE, "B": style.STEP}


@rc_context(style.STYLE)
def predictability(per_gene: pd.DataFrame) -> Figure:
    """Draw each gene's R² beside what noise allows, and its skill beside how sure that is.

    Args:
        per_gene: From `step.evaluation.predictability.gene_table`.
    """
    if per_gene["r2"].isna().all() and per_gene["skill"].isna().all():
        return style.message("No gene has an R² or a skill: see its flags.")
    figure = Figure(figsize=(9, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    named = _draw_r2(left, per_gene)
    named_beside = _draw_skill(right, per_gene)
    for axes, (x, y, names) in ((left, named), (right, named_beside)):
        name_points(axes, x, y, names)
    return figure


def _names(rows: pd.DataFrame, order: np.ndarray) -> dict[int, str]:
    """The names of the rows at some positions."""
    genes = rows["gene"].to_numpy()
    return {int(position): style.shown_name(genes[position], 18) for position in order}


def _draw_r2(axes: Axes, per_gene: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, dict[int, str]]:
    """R² against reliability, or against variability where no gene has replicates."""
    rows = per_gene.dropna(subset=["r2"])
    x = rows["reliability"].to_numpy(dtype=float)
    label = "reliability (share of variance that is not noise)"
    replicated = np.isfinite(x).any()
    if not replicated:
        r2 = rows["r2"].to_numpy(dtype=float)
        x = np.sqrt(rows["mse"].to_numpy(dtype=float) / np.maximum(1.0 - r2, 1e-9))
        label = "standard deviation over the scored times (log2)"
    rows, x = rows[np.isfinite(x)], x[np.isfinite(x)]
    y = rows["r2"].clip(lower=LOWEST_R2).to_numpy(dtype=float)
    if not len(x):
        axes.text(0.5, 0.5, "no R²: too few scored times", ha="center", transform=axes.transAxes)
    flagged = (rows["flags"] != "").to_numpy()
    all_flagged = flagged.all()
    if len(x) > style.MANY or all_flagged:
        draw_cloud(axes, x, y)
    else:
        draw_cloud(axes, x[~flagged], y[~flagged])
        axes.scatter(x[flagged], y[flagged], s=14, marker="x", color=style.BASELINE, linewidths=0.8)
    axes.axhline(0, color=style.OBSERVED, linewidth=0.6, zorder=3)
    if replicated:
        axes.plot([0, 1], [0, 1], "--", color=style.WORSE, linewidth=1)
        axes.text(0.44, 0.5, "noise ceiling", color=style.WORSE, fontsize=9, ha="right")
        axes.set_xlim(-0.03, 1.03)
    else:
        axes.set_xlim(padded(x))
    axes.set_ylim(min(-0.1, np.min(y, initial=0.0)) - 0.05, 1.05)
    axes.set_xlabel(label)
    clipped = int((rows["r2"] < LOWEST_R2).sum())
    axes.set_ylabel(
        "R² of the forecast" + (f"\n({clipped} below −1 shown at −1)" if clipped else "")
    )
    order = np.argsort(y, kind="stable")
    return x, y, _names(rows, [*order[::-1][:N_NAMED], *order[: max(len(y) - N_NAMED, 0)][:2]])


def _draw_skill(
    axes: Axes, per_gene: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray, dict[int, str]]:
    """Skill against −log10 p, or as a histogram where too few origins allow a p."""
    skill = per_gene["skill"].dropna()
    axes.set_title(f"STEP better in {int((skill > 0).sum())} of {counted(len(skill), 'gene')}")
    axes.axvline(0, color=style.OBSERVED, linewidth=0.6, zorder=3)
    axes.set_xlabel("skill against the best simple forecaster (%)")
    rows = per_gene.dropna(subset=["skill", "skill_p"])
    if rows.empty:
        axes.hist(100 * skill.clip(lower=LOWEST_SKILL), bins=30, color=style.STEP)
        axes.set_ylabel("genes")
        return np.empty(0), np.empty(0), {}
    x = 100 * rows["skill"].clip(lower=LOWEST_SKILL).to_numpy(dtype=float)
    p = rows["skill_p"].to_numpy(dtype=float)
    y = -np.log10(np.maximum(p, 1e-16))
    sure = (rows["skill_q"] <= SIGNIFICANT).to_numpy()
    draw_cloud(axes, x[~sure], y[~sure], style.BASELINE)
    for side, colour, marker in ((x > 0, style.BETTER, "o"), (x <= 0, style.WORSE, "s")):
        axes.plot(
            x[sure & side], y[sure & side], marker, color=colour, markersize=5, rasterized=True
        )
    axes.set_xlim(padded(x))
    axes.set_ylim(0, 1.08 * max(y.max(), 1.0))
    axes.set_ylabel(f"−log10 p (coloured: q ≤ {SIGNIFICANT:g}, {counted(int(sure.sum()), 'gene')})")
    clipped = int((rows["skill"] < LOWEST_SKILL).sum())
    if clipped:
        axes.set_xlabel(f"{axes.get_xlabel()}\n({clipped} below −100 shown at −100)")
    return x, y, _names(rows, np.argsort(p, kind="stable")[: N_NAMED + 1])


@rc_context(style.STYLE)
def structure_against_expression(per_gene: pd.DataFrame, expression: pd.DataFrame) -> Figure:
    """Draw the compartment and insulation of each gene's bin against its variability and skill.

    Args:
        per_gene: gene, compartment, insulation_score, skill.
        expression: gene, time, mean.
    """
    placed = per_gene[per_gene["compartment"].notna() | per_gene["insulation_score"].notna()]
    if placed.empty:
        return style.message("No gene lies in a bin with a compartment or an insulation score.")
    variability = expression.groupby("gene")["mean"].std().reindex(placed["gene"]).to_numpy()
    outcomes = {
        "standard deviation\nover time (log2)": variability,
        "skill (%; beyond\n±50 shown there)": 100
        * placed["skill"].clip(-FARTHEST_SKILL, FARTHEST_SKILL).to_numpy(dtype=float),
    }
    figure = Figure(figsize=(8, 6.2), layout="constrained")
    grid = figure.subplots(2, 2, sharey="row", sharex="col", width_ratios=[1, 1.5])
    insulation = placed["insulation_score"].to_numpy(dtype=float)
    compartment = placed["compartment"].to_numpy()
    for (left, right), (label, outcome) in zip(grid, outcomes.items(), strict=True):
        _draw_compartments(left, compartment, outcome)
        left.set_ylabel(label)
        known = np.isfinite(insulation) & np.isfinite(outcome)
        draw_cloud(right, insulation[known], outcome[known])
        right.set_title(_spearman(insulation[known], outcome[known]))
    grid[1, 0].set_xlabel("compartment")
    grid[1, 1].set_xlabel("insulation score (log2; low: boundary)")
    return figure


def _draw_compartments(axes: Axes, compartment: np.ndarray, outcome: np.ndarray) -> None:
    """The genes of each compartment: quartiles, and the points where they are few."""
    medians = []
    for place, (name, colour) in enumerate(COMPARTMENTS.items()):
        values = outcome[(compartment == name) & np.isfinite(outcome)]
        if not len(values):
            continue
        medians.append(np.median(values))
        jitter = 0.32 * (2 * (np.arange(len(values)) * 0.618034 % 1) - 1)
        alpha = min(0.5, 80.0 / len(values))
        axes.scatter(
            place + jitter, values, s=9, color=colour, alpha=alpha, linewidths=0, rasterized=True
        )
        axes.boxplot(
            values,
            positions=[place],
            widths=0.4,
            showfliers=False,
            medianprops={"color": style.OBSERVED, "linewidth": 2},
        )
    counts = [(compartment == name).sum() for name in COMPARTMENTS]
    names = [
        f"{name}\n{counted(count, 'gene')}"
        for name, count in zip(COMPARTMENTS, counts, strict=True)
    ]
    axes.set_xticks(range(len(names)), names)
    axes.set_xlim(-0.6, 1.6)
    if len(medians) == 2:
        axes.set_title(f"median A − B: {style.signed(medians[0] - medians[1], 2)}")


def _spearman(x: np.ndarray, y: np.ndarray) -> str:
    """Spearman's correlation, if both vary."""
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return "Spearman undefined"
    rho = style.signed(stats.spearmanr(x, y).statistic, 2)
    return f"Spearman {rho} ({counted(len(x), 'gene')})"
