"""Does the graph help?"""

from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from step.evaluation.graph_test import GraphTest
from step.figures import style

JITTER = 0.28


@dataclass(frozen=True)
class _Null:
    """A test of a graph against one kind of control graphs.

    Attributes:
        name: Of the row.
        test: The errors on the real graph and without one.
        controls: Errors on the control graphs, log2², shape `[graph]`.
        p: Permutation p.
        interval: 95 % interval of the error on the real graph, % of the mean of the controls.
    """

    name: str
    test: GraphTest
    controls: np.ndarray
    p: float
    interval: tuple[float, float] | None


@rc_context(style.STYLE)
def graph_test(test: GraphTest) -> Figure:
    """Draw the error on the real graph among those on control graphs, and without a graph."""
    if test.untested is not None:
        return style.message(f"The graph was not tested: {test.untested}.")
    rows = _rows(test)
    if not rows:
        return style.message("The forecasts on control graphs make no error.")
    figure = Figure(figsize=(7.4, 0.55 * len(rows) + 1.5), layout="constrained")
    axes = figure.add_subplot()
    for place, null in enumerate(rows):
        _draw_row(axes, place, null)
        note = f"p = {null.p:.2g}"
        axes.text(1.02, place, note, transform=axes.get_yaxis_transform(), va="center")
    names = [f"{null.name} ({len(null.controls)})" for null in rows]
    axes.set_yticks(range(len(rows)), names)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.axvline(0, color=style.OBSERVED, linewidth=0.8, zorder=0)
    axes.margins(x=0.06)
    axes.set_xlabel("error against the mean of the control graphs (%); left of 0: lower error")
    figure.legend(
        handles=[
            Line2D([], [], marker="o", color=style.STEP, label="real graph, 95 % interval"),
            _marker("D", "white", style.WORSE, "no graph"),
            _marker("o", style.BASELINE, "none", "control graphs"),
        ],
        loc="outside upper center",
        ncols=3,
    )
    return figure


def _marker(marker: str, face: str, edge: str, label: str) -> Line2D:
    return Line2D(
        [],
        [],
        linestyle="none",
        marker=marker,
        markerfacecolor=face,
        markeredgecolor=edge,
        label=label,
    )


def _rows(test: GraphTest) -> list[_Null]:
    """All edges against rewired and shifted graphs, each kind of edge alone, the linear law."""
    parts = [("all edges" if test.kinds else "contacts", test)]
    parts += [(f"{kind} edges", part) for kind, part in test.kinds.items()]
    if test.graph_ridge is not None:
        parts.append((style.arm_label("graph_ridge"), test.graph_ridge))
    rows = []
    for name, part in parts:
        interval = None
        if part.effect_low is not None and part.effect_high is not None:
            interval = (-100.0 * part.effect_low, -100.0 * part.effect_high)
        nulls = [
            ("rewired", part.rewired_mse, part.p, interval),
            ("shifted", part.shifted_mse, part.shifted_p, None),
        ]
        rows += [
            _Null(f"{name}, {kind}", part, np.array(errors), p, ends)
            for kind, errors, p, ends in nulls
            if p is not None and np.mean(errors) > 0
        ]
    return rows


def _draw_row(axes: Axes, place: int, null: _Null) -> None:
    """One null: all in % of the mean of its control graphs."""
    mean = null.controls.mean()
    jitter = JITTER * (2 * (np.arange(len(null.controls)) * 0.618034 % 1) - 1)
    axes.scatter(
        100.0 * (null.controls / mean - 1.0),
        place + jitter,
        s=10,
        color=style.BASELINE,
        alpha=0.6,
        linewidths=0,
        rasterized=True,
    )
    no_graph = 100.0 * (null.test.no_graph_mse / mean - 1.0)
    axes.plot(no_graph, place, "D", markerfacecolor="white", markeredgecolor=style.WORSE)
    if null.interval is not None:
        axes.plot(null.interval, [place, place], color=style.STEP, linewidth=2)
    real = 100.0 * (null.test.real_mse / mean - 1.0)
    axes.plot(real, place, "o", color=style.STEP, markersize=8, zorder=4)
