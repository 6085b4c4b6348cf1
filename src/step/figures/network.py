"""The graph of genes at one time."""

import networkx
import numpy as np
import pandas as pd
from matplotlib import colormaps, rc_context
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from step.errors import counted
from step.figures import style
from step.figures.clouds import name_points

MOST_GENES = 150
N_NAMED = 12
GAP = 1.0  # between connected parts, in which a part of n genes has the radius √n
FARTHEST = 2.5  # standard deviations at which the colour ends
KINDS = {"contact": "0.65", "regulatory": style.CONTROL}


@rc_context(style.STYLE)
def gene_network(edges: pd.DataFrame, expression: pd.DataFrame, time: float, unit: str) -> Figure:
    """Draw the graph, its genes coloured by their expression at a time.

    Args:
        edges: gene_1, gene_2, and kind where there are several.
        expression: Time × gene.
        time: Whose expression is shown.
        unit: Of the times.
    """
    graph = networkx.Graph()
    graph.add_edges_from(edges[["gene_1", "gene_2"]].itertuples(index=False, name=None))
    if not len(graph):
        return style.message("No gene is connected to another.")
    n_genes = len(graph)
    degree = pd.Series(dict(graph.degree())).sort_values(ascending=False, kind="stable")
    shown = graph.subgraph(degree.index[:MOST_GENES])
    genes = sorted(shown, key=str)
    places = _layout(shown)
    points = np.array([places[gene] for gene in genes])
    figure = Figure(figsize=(8, 6), layout="constrained")
    axes = figure.add_subplot()
    kinds = edges["kind"] if "kind" in edges else pd.Series("contact", edges.index)
    handles = []
    for kind, rows in edges.groupby(kinds):
        pairs = [
            (places[a], places[b])
            for a, b in rows[["gene_1", "gene_2"]].itertuples(index=False, name=None)
            if a in places and b in places
        ]
        colour = KINDS.get(str(kind), style.BASELINE)
        axes.add_collection(LineCollection(pairs, colors=colour, linewidths=0.7, zorder=1))
        handles.append(Line2D([], [], color=colour, label=f"{kind} edge"))
    cloud = axes.scatter(
        *points.T,
        s=np.clip(20 + 8 * degree[genes].to_numpy(), 20, 140),
        c=_departure(expression, time, genes),
        cmap=colormaps["RdBu_r"].with_extremes(bad="0.85"),
        vmin=-FARTHEST,
        vmax=FARTHEST,
        edgecolors="0.3",
        linewidths=0.5,
        plotnonfinite=True,
        zorder=2,
    )
    figure.colorbar(cloud, ax=axes, label="standard deviations from the gene's mean", aspect=30)
    at = f"{time:g}".replace("-", "−")
    few = f"; the {MOST_GENES} of most neighbours" if n_genes > MOST_GENES else ""
    axes.set_title(f"{unit} {at}: {counted(n_genes, 'connected gene')}{few}")
    axes.set_axis_off()
    if len(handles) > 1:
        axes.legend(handles=handles, loc="lower left")
    named = sorted(range(len(genes)), key=lambda i: -degree[genes[i]])[:N_NAMED]
    names = {i: style.shown_name(genes[i], 18) for i in named}
    name_points(axes, *points.T, names)
    return figure


def _layout(graph: networkx.Graph) -> dict[str, np.ndarray]:
    """Place the genes: the largest connected part left, the others in columns beside it."""
    parts = sorted(networkx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    radii = [np.sqrt(len(part)) for part in parts]
    places: dict[str, np.ndarray] = {}
    x, top, width = 0.0, radii[0], radii[0]
    for part, radius in zip(parts, radii, strict=True):
        if top - 2 * radius < -radii[0] - 1e-9:  # the column is full
            x, top, width = x + width + GAP + radius, radii[0], radius
        own = graph.subgraph(sorted(part, key=str))
        centre = (x, top - radius)
        places |= networkx.spring_layout(own, seed=1, iterations=100, scale=radius, center=centre)
        top -= 2 * radius + GAP
    return places


def _departure(expression: pd.DataFrame, time: float, genes: list[str]) -> np.ndarray:
    """Each gene's expression at the time, in standard deviations from its mean; NaN if constant."""
    own = expression.reindex(columns=genes)
    spread = own.std(ddof=0)
    return ((own.loc[time] - own.mean()) / spread.where(spread > 0)).to_numpy(dtype=float)
