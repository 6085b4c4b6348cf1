"""Figures of what the published protocol scores, and how well."""

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from step.figures import style
from step.figures.correlations import CorrelationLabels, gene_correlations
from step.figures.genes import pages_of_genes, shown_name

ARMS = {
    "step": ("STEP", style.STEP),
    "autoregression": ("autoregression", style.BETTER),
    "last_value": ("last value", "#CC79A7"),
}
COMPONENT_COLOURS = ("#56B4E9", "#CC79A7", style.BETTER, style.CONTROL)


@rc_context(style.STYLE)
def forecast_scatter(backtest: pd.DataFrame) -> Figure:
    """Draw the scored coordinate against the forecasts of each arm.

    Args:
        backtest: arm, seed, observed, forecast; of `step`, the first seed is shown.
    """
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    panels = figure.subplots(1, 3, sharex=True, sharey=True)
    low, high = backtest["observed"].min(), backtest["observed"].max()
    for axes, (arm, (label, colour)) in zip(panels, ARMS.items(), strict=True):
        rows = backtest[backtest["arm"] == arm]
        if arm == "step":
            rows = rows[rows["seed"] == rows["seed"].iloc[0]]
        axes.scatter(rows["forecast"], rows["observed"], s=6, alpha=0.4, color=colour, linewidths=0)
        axes.plot([low, high], [low, high], color=style.OBSERVED, linewidth=0.8)
        r = np.corrcoef(rows["forecast"], rows["observed"])[0, 1]
        axes.set_title(f"{label}: Pearson {r:.3f}")
        axes.set_xlabel("forecast coordinate")
    panels[0].set_ylabel("coordinate at the next time")
    return figure


def coordinates(last_value: np.ndarray, network: float | None) -> Figure:
    """Draw how well the last value forecasts each coordinate of the embedding.

    Args:
        last_value: Pooled Pearson of each coordinate, the scored one last, shape `[dimension]`.
        network: Pooled Pearson of the network, on the scored coordinate; None where undefined.
    """
    figure = Figure(figsize=(7, 3.4), layout="constrained")
    axes = figure.add_subplot()
    axes.hist(last_value, bins=20, color=style.BASELINE, label="last value, each coordinate")
    axes.axvline(
        last_value[-1],
        color=ARMS["last_value"][1],
        linewidth=2,
        label="last value, the scored one",
    )
    if network is not None:
        axes.axvline(network, color=style.STEP, linewidth=2, label="STEP, the scored one")
    axes.set_xlabel("Pearson with the coordinate's next value, held-out windows")
    axes.set_ylabel("coordinates")
    axes.legend(frameon=False, fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def loss_by_epoch(curves: pd.DataFrame) -> Figure:
    """Draw the loss on the windows trained on and held out, and its components on those held out.

    Args:
        curves: seed, epoch, windows (trained, held_out), a column for each component, total, kept.
    """
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    named = {"trained": (style.BASELINE, "trained on"), "held_out": (style.STEP, "held out")}
    for windows, (colour, label) in named.items():
        rows = curves[curves["windows"] == windows]
        for number, (_, curve) in enumerate(rows.groupby("seed")):
            left.plot(
                curve["epoch"],
                curve["total"],
                color=colour,
                linewidth=1,
                label=label if number == 0 else None,
            )
    kept = curves[curves["kept"] & (curves["windows"] == "held_out")]
    left.plot(kept["epoch"], kept["total"], "o", color=style.WORSE, markersize=4, label="kept")
    left.set_ylabel("loss")
    held = curves[curves["windows"] == "held_out"]
    held = held[held["seed"] == held["seed"].iloc[0]]
    names = [c for c in curves if c not in ("seed", "epoch", "windows", "total", "kept")]
    for name, colour in zip(names, COMPONENT_COLOURS, strict=True):
        right.plot(held["epoch"], held[name], color=colour, linewidth=1.2, label=name)
    right.set_ylabel("weighted component, held out, first seed")
    for axes in (left, right):
        axes.set_xlabel("epoch")
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False, fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def gene_scores(per_gene: pd.DataFrame) -> Figure:
    """Draw each gene's Pearson against its number of partners and its range, and a histogram.

    Args:
        per_gene: pearson, last_value_pearson, partners, expression_range.
    """
    named = {"partners": "neighbours", "last_value_pearson": "baseline_pearson"}
    labels = CorrelationLabels(
        pearson="coordinate, Pearson",
        expression_range="range of expression",
        baseline="last value",
    )
    return gene_correlations(per_gene.rename(columns=named), labels)


def gene_courses(
    per_gene: pd.DataFrame,
    coordinate: pd.DataFrame,
    backtest: pd.DataFrame,
    trained_windows: pd.DataFrame,
) -> dict[str, Figure]:
    """Draw the scored coordinate of all genes and its forecasts, the best forecast first.

    Args:
        per_gene: gene, pearson.
        coordinate: Time × gene.
        backtest: arm, seed, target_time, gene, forecast; of the held-out windows.
        trained_windows: The same of the windows trained on.

    Returns:
        `page_001.png` … → figure.
    """
    held_out = dict(tuple(backtest[backtest["arm"] == "step"].groupby("gene", sort=False)))
    trained = dict(tuple(trained_windows.groupby("gene", sort=False)))
    forecasts = (
        (trained, style.CONTROL, 2, "forecast, windows trained on"),
        (held_out, style.STEP, 3, "forecast, held-out windows"),
    )

    def draw(axes: Axes, row: pd.Series) -> None:
        gene = row["gene"]
        course = coordinate[gene]
        axes.plot(course.index, course, color=style.OBSERVED, linewidth=0.8, label="coordinate")
        for by_gene, colour, size, label in forecasts:
            rows = by_gene[gene]
            axes.plot(
                rows["target_time"],
                rows["forecast"],
                "o",
                color=colour,
                markersize=size,
                alpha=0.8,
                label=label,
            )
        score = f"Pearson {row['pearson']:.2f}" if np.isfinite(row["pearson"]) else "undefined"
        axes.set_title(f"{shown_name(gene)}: {score}", fontsize=8)

    return pages_of_genes(per_gene, draw, "time", "scored coordinate")
