"""Every gene's course."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from step.figures import style
from step.figures.style import shown_name

__all__ = ["gene_pages", "pages_of_genes", "shown_name"]

PER_PAGE = 15


def gene_pages(
    per_gene: pd.DataFrame,
    expression: pd.DataFrame,
    backtest: pd.DataFrame,
    forecast: pd.DataFrame,
    time_unit: str,
) -> dict[str, Figure]:
    """Course, backtest and forecast of every gene, the best forecast first, 15 a page.

    Returns:
        `page_001.png` … → figure.
    """
    observed = dict(tuple(expression.groupby("gene", sort=False)))
    tested = dict(tuple(backtest[backtest["arm"] == "step"].groupby("gene", sort=False)))
    coming = dict(tuple(forecast.groupby("gene", sort=False)))

    def draw(axes: Axes, row: pd.Series) -> None:
        gene = row["gene"]
        _draw_gene(axes, row, observed[gene], tested[gene], coming[gene])

    return pages_of_genes(per_gene, draw, f"time ({time_unit})", "expression (log2)")


def pages_of_genes(
    per_gene: pd.DataFrame, draw: Callable[[Axes, pd.Series], None], x_label: str, y_label: str
) -> dict[str, Figure]:
    """A small picture of every gene, in the order of the table, 15 a page.

    Args:
        per_gene: One row a gene.
        draw: Draws a gene's row.
        x_label: Of all pictures.
        y_label: Of all pictures.

    Returns:
        `page_001.png` … → figure.
    """
    pages = {}
    for start in range(0, len(per_gene), PER_PAGE):
        shown = per_gene[start : start + PER_PAGE]
        figure = Figure(figsize=(13, 11))
        grid = figure.subplots(5, 3, sharex=True)
        figure.subplots_adjust(0.06, 0.06, 0.99, 0.94, wspace=0.14, hspace=0.42)
        for axes, (_, row) in zip(grid.flat, shown.iterrows(), strict=False):
            draw(axes, row)
            axes.tick_params(labelsize=7)
            axes.spines[["top", "right"]].set_visible(False)
        for axes in list(grid.flat)[len(shown) :]:
            axes.set_visible(False)
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="upper center", ncols=4, frameon=False, fontsize=9)
        figure.supxlabel(x_label)
        figure.supylabel(y_label)
        pages[f"page_{start // PER_PAGE + 1:03d}.png"] = figure
    return pages


def _draw_gene(
    axes: Axes,
    row: pd.Series,
    observed: pd.DataFrame,
    tested: pd.DataFrame,
    coming: pd.DataFrame,
) -> None:
    axes.errorbar(
        observed["time"],
        observed["mean"],
        observed["standard_error"],
        color=style.OBSERVED,
        fmt="o",
        markersize=2.5,
        linewidth=0.7,
        label="observed ± SE",
    )
    axes.plot(
        tested["target_time"],
        tested["forecast"],
        color=style.STEP,
        linewidth=1.3,
        label="forecast from the time before",
    )
    axes.fill_between(
        tested["target_time"],
        tested["lower"],
        tested["upper"],
        color=style.STEP,
        alpha=0.15,
        linewidth=0,
    )
    axes.vlines(coming["time"], coming["lower"], coming["upper"], color=style.WORSE, linewidth=0.9)
    axes.plot(
        coming["time"],
        coming["forecast"],
        "D",
        color=style.WORSE,
        markersize=3,
        label="next times",
    )
    scores = ", ".join(
        f"{name} {row[column]:.2f}" if np.isfinite(row[column]) else f"{name} undefined"
        for name, column in (("R²", "r2"), ("skill", "skill"))
    )
    flags = f"\n{row['flags']}" if row["flags"] else ""
    axes.set_title(f"{shown_name(row['gene'])}: {scores}{flags}", fontsize=8)
