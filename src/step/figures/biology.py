"""What the forecasts mean."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from step.evaluation.significance import SIGNIFICANT
from step.figures import style
from step.figures.clouds import padded

TERMS = 6
RANKED_BY = {"skill": "skill", "r2": "R²"}
TERM_WIDTH, TERM_LENGTH = 34, 66


@rc_context(style.STYLE)
def enrichment(table: pd.DataFrame) -> Figure:
    """Draw the over-represented gene sets of the best and the worst genes, by skill and by R².

    Args:
        table: From `step.evaluation.enrichment.enrich_extremes`.
    """
    if table.empty:
        return style.message("No gene set could be tested.")
    p = table["adjusted_p"].astype(float)
    found = table[p <= SIGNIFICANT]
    if found.empty:
        return style.message(
            f"No gene set is over-represented at an adjusted p of {SIGNIFICANT:g} "
            f"(the smallest is {p.min():.2g})."
        )
    rows = {
        (by, group): found[(found["ranked_by"] == by) & (found["group"] == group)].head(TERMS)
        for by in RANKED_BY
        for group in ("best", "worst")
    }
    rows = {key: chosen.iloc[::-1] for key, chosen in rows.items() if len(chosen)}
    heights = [len(chosen) + 1 for chosen in rows.values()]
    figure = Figure(figsize=(7.6, 0.42 * sum(heights) + 1.2), layout="constrained")
    panels = figure.subplots(len(rows), 1, sharex=True, squeeze=False, height_ratios=heights)
    strength = -np.log10(np.maximum(found["adjusted_p"].astype(float), 1e-300))
    for axes, ((by, group), chosen) in zip(panels[:, 0], rows.items(), strict=True):
        _draw_sets(axes, chosen, style.BETTER if group == "best" else style.WORSE)
        axes.set_title(f"{group} genes by {RANKED_BY[by]}")
    threshold = -np.log10(SIGNIFICANT)
    panels[-1, 0].set_xlim(padded([threshold, *strength], 0.12))
    panels[-1, 0].set_xlabel("−log10 adjusted p; beside each dot: genes of the group / of the set")
    return figure


def _draw_sets(axes: Axes, rows: pd.DataFrame, colour: str) -> None:
    """A dot for each set, its area by the number of the group's genes in it."""
    place = np.arange(len(rows))
    strength = -np.log10(np.maximum(rows["adjusted_p"].to_numpy(dtype=float), 1e-300))
    counts = np.array([float(overlap.split("/")[0]) for overlap in rows["overlap"]])
    axes.scatter(strength, place, s=30 + 8 * np.minimum(counts, 40), color=colour, zorder=3)
    for x, y, overlap in zip(strength, place, rows["overlap"], strict=True):
        axes.annotate(overlap, (x, y), (13, 0), textcoords="offset points", va="center", fontsize=9)
    axes.set_yticks(place, [_shown_term(term) for term in rows["term"]])
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.grid(axis="y", color=style.PALE, linewidth=0.5)
    axes.xaxis.set_major_locator(MaxNLocator(6))


def _shown_term(term: str) -> str:
    """A set's name in at most two lines."""
    words = style.shown_name(term.replace("_", " "), TERM_LENGTH)
    return "\n".join(textwrap.wrap(words, TERM_WIDTH, max_lines=2, placeholder=" …"))
