"""What the forecasts mean."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from step.figures import style

TERMS = 8


def enrichment(table: pd.DataFrame) -> Figure:
    """The most over-represented gene sets of the best and the worst forecast genes.

    Args:
        table: From `step.evaluation.enrichment.enrich_extremes`.
    """
    if table.empty:
        return style.message("No gene set could be tested.")
    figure = Figure(figsize=(11, 3.8), layout="constrained")
    columns = figure.subplots(1, 2)
    for axes, group, colour in zip(
        columns, ("best", "worst"), (style.BETTER, style.WORSE), strict=True
    ):
        rows = table[table["group"] == group].head(TERMS).iloc[::-1]
        labels = [term[:48].replace("$", r"\$").replace("_", " ") for term in rows["term"]]
        axes.barh(np.arange(len(rows)), -np.log10(rows["adjusted_p"].astype(float)), color=colour)
        axes.set_yticks(np.arange(len(rows)), labels, fontsize=7)
        axes.axvline(-np.log10(0.05), color=style.OBSERVED, linestyle="--", linewidth=0.8)
        axes.set_xlabel("−log10 adjusted p (dashed: 0.05)")
        axes.set_title(f"{group} forecast genes", fontsize=10)
        axes.spines[["top", "right"]].set_visible(False)
        if rows.empty:
            axes.text(0.5, 0.5, "none holds such a gene", ha="center", transform=axes.transAxes)
    return figure
