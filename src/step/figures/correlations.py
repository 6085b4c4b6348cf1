"""How well each gene's course is followed, by its neighbours and by how much it moves."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FormatStrFormatter, NullLocator
from scipy import stats

from step.figures import style
from step.figures.clouds import draw_cloud, padded

FEWEST = 5  # genes of a rank correlation
MOST_TICKS = 6


@dataclass(frozen=True)
class CorrelationLabels:
    """What the axes of `gene_correlations` are called.

    Attributes:
        pearson: The correlation of each gene.
        expression_range: The range of its expression, and the unit.
        baseline: The forecaster that STEP is shown beside.
    """

    pearson: str
    expression_range: str
    baseline: str


@rc_context(style.STYLE)
def gene_correlations(table: pd.DataFrame, labels: CorrelationLabels) -> Figure:
    """Draw each gene's correlation by its neighbours and its range, and all genes' correlations.

    Args:
        table: pearson, baseline_pearson, neighbours, expression_range; one row a gene.
        labels: Of the axes.
    """
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    _draw_against(left, table["neighbours"], table["pearson"], "neighbours in the graph")
    middle.set_xscale("log")
    moving = table[table["expression_range"] > 0]
    _draw_against(middle, moving["expression_range"], moving["pearson"], labels.expression_range)
    middle.xaxis.set_major_locator(FixedLocator(_round_numbers(*middle.get_xlim())))
    middle.xaxis.set_major_formatter(FormatStrFormatter("%g"))
    middle.xaxis.set_minor_locator(NullLocator())
    left.set_ylabel(labels.pearson)
    known = table[["pearson", "baseline_pearson"]].to_numpy(dtype=float)
    lowest = np.min(known[np.isfinite(known)], initial=0.0)
    bins = np.linspace(lowest, 1.0, 25)
    right.hist(table["baseline_pearson"].dropna(), bins, color=style.PALE, label=labels.baseline)
    right.hist(
        table["pearson"].dropna(),
        bins,
        color=style.STEP,
        histtype="step",
        linewidth=1.5,
        label="STEP",
    )
    right.set_xlabel(labels.pearson)
    right.set_ylabel("genes")
    right.legend(loc="upper left")
    return figure


def _round_numbers(low: float, high: float) -> np.ndarray:
    """1, 2, 5, 10, … between two ends; powers of ten alone where there are many."""
    powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    steps = np.outer(powers, [1.0, 2.0, 5.0]).ravel()
    inside = steps[(steps >= low) & (steps <= high)]
    return inside if len(inside) <= MOST_TICKS else powers


def _draw_against(axes: Axes, x: pd.Series, y: pd.Series, label: str) -> None:
    """A cloud with its rank correlation; the genes are not independent of one another."""
    both = np.isfinite(x) & np.isfinite(y)
    x, y = x[both].to_numpy(dtype=float), y[both].to_numpy(dtype=float)
    draw_cloud(axes, x, y)
    axes.axhline(0, color=style.OBSERVED, linewidth=0.6, zorder=0)
    if axes.get_xscale() != "log":
        axes.set_xlim(padded(x))
    axes.set_ylim(min(-0.1, np.min(y, initial=0.0)) - 0.05, 1.05)
    axes.set_xlabel(label)
    if len(y) >= FEWEST and np.ptp(x) > 0 and np.ptp(y) > 0:
        axes.set_title(f"Spearman {stats.spearmanr(x, y).statistic:+.2f}".replace("-", "−"))
