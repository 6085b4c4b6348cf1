"""Where genes lie in the graph, and how they move."""

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from step.errors import counted
from step.figures import style
from step.figures.components import principal_components

N_MOVING = 7


@rc_context(style.STYLE)
def embedding_trajectories(embeddings: np.ndarray, gene_names: np.ndarray) -> Figure:
    """Draw the embedding's two principal components: all genes, and the paths of those that move
    most.

    Args:
        embeddings: Shape `[time, gene, dimension]`; zero for genes without edges.
        gene_names: In the order of `embeddings`.
    """
    connected = np.abs(embeddings).sum(axis=(0, 2)) > 0
    if not connected.any():
        return style.message("No gene is connected to another.")
    points = embeddings[:, connected].astype(float)
    names = np.asarray(gene_names)[connected]
    scores, shares = principal_components(points.reshape(-1, points.shape[-1]))
    path = scores.reshape(*points.shape[:2], 2)
    moved = np.linalg.norm(np.diff(points, axis=0), axis=2).sum(axis=0)
    most = [gene for gene in np.argsort(-moved, kind="stable")[:N_MOVING] if moved[gene] > 0]
    figure = Figure(figsize=(8, 5.2), layout="constrained")
    axes = figure.add_subplot()
    size = 12 if len(names) <= style.MANY else 4
    axes.scatter(
        path[-1, :, 0], path[-1, :, 1], s=size, color="#B5B5B5", linewidths=0, rasterized=True
    )
    for gene, colour in zip(most, style.OKABE_ITO, strict=False):
        x, y = path[:, gene].T
        name = style.shown_name(names[gene], 18)
        axes.plot(x, y, color=colour, linewidth=1.2, label=name, zorder=3)
        axes.plot(x[0], y[0], "o", markerfacecolor="white", color=colour, markersize=5, zorder=4)
        axes.plot(x[-1], y[-1], "o", color=colour, markersize=7, zorder=4)
    axes.set_xlabel(f"first principal component ({100 * shares[0]:.0f} % of the variance)")
    axes.set_ylabel(f"second principal component ({100 * shares[1]:.0f} %)")
    axes.set_title(counted(len(names), "connected gene"))
    ends = [
        Line2D([], [], linestyle="none", marker="o", color="#B5B5B5", label="all genes, last time"),
        Line2D(
            [], [], linestyle="none", marker="o", color="black", mfc="white", label="first time"
        ),
        Line2D([], [], linestyle="none", marker="o", color="black", label="last time"),
    ]
    axes.legend(
        handles=[*axes.get_legend_handles_labels()[0], *ends],
        title="genes that move most",
        alignment="left",
        loc="center left",
        bbox_to_anchor=(1.0, 0.5),
    )
    return figure
