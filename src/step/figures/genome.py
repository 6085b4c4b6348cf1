"""The genome's contacts, and the genes and edges on them."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import LogLocator
from matplotlib.transforms import Affine2D
from scipy.optimize import isotonic_regression

from step.errors import counted
from step.figures import style

EDGE_COLOURS = {"contact": style.STEP, "regulatory": style.CONTROL}
N_NAMED = 40
ARC = np.linspace(0.0, np.pi, 40)
CONTACT_COLOURS = "YlOrRd"


@rc_context(style.STYLE)
def contact_map(
    matrix: np.ndarray, bins: pd.DataFrame, genes: pd.DataFrame, edges: pd.DataFrame
) -> Figure:
    """Draw a chromosome's contacts above its compartments, insulation, genes and edges.

    Args:
        matrix: Balanced contacts of the whole chromosome, square; zero where masked. Without any
            contact the map stays empty and says so.
        bins: The chromosome's bins with their features.
        genes: The study's genes on the chromosome: gene, tss.
        edges: gene_1, gene_2, kind; those between these genes are drawn.
    """
    chrom, end = bins["chrom"].iloc[0], bins["end"].iloc[-1] / 1e6
    tss = genes.set_index("gene")["tss"].astype(float).sort_values() / 1e6
    own = _edges_between(edges, tss.index)
    figure = Figure(figsize=(8, 7.6), layout="constrained")
    top, eigen, insulation, names, arcs = figure.subplots(
        5, 1, sharex=True, height_ratios=[5, 0.8, 1, 1.5, 1.6]
    )
    _draw_triangle(top, matrix, end)
    genes_here = counted(len(tss), "gene")
    chrom = style.shown_name(chrom)
    top.set_title(f"{chrom}: {genes_here}, {counted(len(own), 'edge')} between them")
    middle = (bins["start"] + bins["end"]).to_numpy() / 2e6
    _draw_compartments(eigen, middle, bins["eigenvector"].to_numpy(dtype=float))
    _draw_insulation(insulation, middle, bins)
    _draw_genes(names, tss, own, end)
    _draw_arcs(arcs, tss, own)
    arcs.set_xlabel(f"{chrom} (Mb)")
    for axes in (top, eigen, insulation, names):
        axes.tick_params(bottom=False)
        axes.spines["bottom"].set_visible(False)
    figure.align_ylabels()
    return figure


def _edges_between(edges: pd.DataFrame, genes: pd.Index) -> pd.DataFrame:
    return edges[edges["gene_1"].isin(genes) & edges["gene_2"].isin(genes)]


def _norm(contacts: np.ndarray) -> LogNorm:
    """A logarithmic scale that leaves out the extremes."""
    low, high = np.percentile(contacts, [2, 99])
    return LogNorm(low, max(high, low * 1.01))


def _draw_triangle(axes: Axes, matrix: np.ndarray, end: float) -> None:
    """The contacts, turned by 45°: two places stand above their middle, as high as they are far
    apart."""
    axes.set(xlim=(0, end), ylim=(0, end), ylabel="distance (Mb)")
    contacts = matrix[matrix > 0]
    if not len(contacts):
        axes.text(0.5, 0.5, "no contacts", ha="center", va="center", transform=axes.transAxes)
        return
    mesh = axes.imshow(
        np.where(matrix > 0, matrix, np.nan),
        norm=_norm(contacts),
        cmap=CONTACT_COLOURS,
        extent=(0, end, 0, end),
        origin="lower",
        interpolation="nearest",
        aspect="auto",
        rasterized=True,
    )
    turned = Affine2D(np.array([[0.5, 0.5, 0.0], [1.0, -1.0, 0.0], [0.0, 0.0, 1.0]]))
    mesh.set_transform(turned + axes.transData)
    axes.set(xlim=(0, end), ylim=(0, end))
    scale = axes.inset_axes((0.9, 0.45, 0.02, 0.5))
    _draw_scale(mesh, cax=scale)
    scale.yaxis.set_ticks_position("left")
    scale.yaxis.set_label_position("left")


def _draw_scale(mesh: AxesImage, **place: Any) -> None:
    """The colour bar of the contacts, with as many numbers as its range has room for."""
    wide = mesh.norm.vmax / mesh.norm.vmin > 30
    ticks = LogLocator(subs=(1.0,) if wide else (1.0, 2.0, 5.0))
    bar = mesh.figure.colorbar(mesh, label="balanced contact", ticks=ticks, **place)
    bar.minorticks_off()


def _draw_compartments(axes: Axes, middle: np.ndarray, eigenvector: np.ndarray) -> None:
    for side, name, colour in ((1, "A", style.WORSE), (-1, "B", style.STEP)):
        value = np.where(side * eigenvector > 0, eigenvector, 0.0)
        axes.fill_between(middle, 0, value, step="mid", color=colour, linewidth=0, label=name)
    axes.set_ylabel("E1")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=0.8)


def _draw_insulation(axes: Axes, middle: np.ndarray, bins: pd.DataFrame) -> None:
    score = bins["insulation_score"].to_numpy(dtype=float)
    axes.plot(middle, score, color=style.OBSERVED, linewidth=1)
    boundary = bins["boundary_strength"].notna().to_numpy()
    axes.plot(
        middle[boundary], score[boundary], "v", color=style.CONTROL, markersize=4, label="boundary"
    )
    axes.set_ylabel("insulation\n(log2)")
    if boundary.any():
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handletextpad=0.1)


def _draw_genes(axes: Axes, tss: pd.Series, own: pd.DataFrame, end: float) -> None:
    """A tick for each gene (Mb, ascending), and the names of those with most edges."""
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.vlines(tss, 0.92, 1.0, color=style.OBSERVED, linewidth=0.6)
    degree = pd.concat([own["gene_1"], own["gene_2"]]).value_counts().reindex(tss.index).fillna(0)
    named = tss[tss.index.isin(degree.sort_values(ascending=False, kind="stable").index[:N_NAMED])]
    if named.empty:
        return
    places = spread(named.to_numpy(), end / (N_NAMED + 4), end)
    for gene, tss_of_gene, place in zip(named.index, named, places, strict=True):
        axes.plot([tss_of_gene, place], [0.92, 0.8], color=style.BASELINE, linewidth=0.5)
        name = style.shown_name(gene, 12)
        axes.text(place, 0.78, name, rotation=90, ha="center", va="top", fontsize=8.5)
    axes.set_ylabel("genes")


def spread(places: np.ndarray, gap: float, end: float) -> np.ndarray:
    """Move ascending places as little as keeps them a gap apart, from 0 to an end.

    Places less their rank times the gap must not descend: an isotonic regression.
    """
    ranks = gap * np.arange(len(places))
    free = isotonic_regression(places - ranks).x
    return np.clip(free, gap / 2, max(end - gap / 2 - ranks[-1], gap / 2)) + ranks


def _draw_arcs(axes: Axes, tss: pd.Series, own: pd.DataFrame) -> None:
    """The edges as arcs from gene to gene, deeper the farther apart these are."""
    deepest = 0.0
    for kind, colour in EDGE_COLOURS.items():
        rows = own[own["kind"] == kind]
        if rows.empty:
            continue
        first, second = tss[rows["gene_1"]].to_numpy(), tss[rows["gene_2"]].to_numpy()
        middle, radius = (first + second) / 2, np.abs(first - second) / 2
        depth = np.sqrt(radius)
        x = middle[:, None] + radius[:, None] * np.cos(ARC)
        y = -depth[:, None] * np.sin(ARC)
        arcs = LineCollection(
            np.stack([x, y], axis=-1),
            colors=colour,
            linewidths=0.8,
            alpha=float(np.clip(60.0 / len(rows), 0.12, 0.8)),
            rasterized=len(rows) > style.MANY / 5,
        )
        axes.add_collection(arcs)
        axes.plot([], [], color=colour, label=f"{kind} ({len(rows)})")
        deepest = max(deepest, depth.max())
    axes.set_ylim(-1.05 * (deepest or 1.0), 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_ylabel("edges")
    if deepest:
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=0.8)


@rc_context(style.STYLE)
def contact_maps(
    matrices: dict[str, np.ndarray], genes: pd.DataFrame, edges: pd.DataFrame, bins: pd.DataFrame
) -> Figure:
    """Draw the contacts of several chromosomes, with the edges between their genes.

    Args:
        matrices: Balanced contacts by chromosome, each square.
        genes: gene, chrom, tss.
        edges: gene_1, gene_2, kind.
        bins: chrom, end.
    """
    contacts = np.concatenate([matrix[matrix > 0] for matrix in matrices.values()] or [[]])
    if not len(contacts):
        return style.message("The map holds no contacts.")
    n_columns = min(len(matrices), 3 if len(matrices) <= 6 else 6)
    n_rows = -(-len(matrices) // n_columns)
    width = 8 / 3 if len(matrices) <= 6 else 8 / 6
    size = (max(width * n_columns, 4.0), 1.15 * width * n_rows + 0.8)
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(n_rows, n_columns, squeeze=False)
    norm = _norm(contacts)
    for axes, (chrom, matrix) in zip(grid.flat, matrices.items(), strict=False):
        end = bins.loc[bins["chrom"] == chrom, "end"].max() / 1e6
        tss = genes[genes["chrom"] == chrom].set_index("gene")["tss"].astype(float) / 1e6
        mesh = axes.imshow(
            np.where(matrix > 0, matrix, np.nan),
            norm=norm,
            cmap=CONTACT_COLOURS,
            extent=(0, end, end, 0),
            interpolation="nearest",
            rasterized=True,
        )
        _draw_pairs(axes, tss, edges)
        axes.set_title(
            f"{style.shown_name(chrom, 20)}\n{counted(len(tss), 'gene')}, {end:.0f} Mb",
            fontsize=8.5,
        )
        axes.set(xticks=[], yticks=[], xlim=(0, end), ylim=(end, 0))
    for axes in list(grid.flat)[len(matrices) :]:
        axes.set_visible(False)
    _draw_scale(mesh, ax=grid, location="bottom", shrink=0.7, aspect=40, pad=0.02)
    return figure


def _draw_pairs(axes: Axes, tss: pd.Series, edges: pd.DataFrame) -> None:
    """The graph's contact edges between genes whose places (Mb, by gene) are given."""
    own = _edges_between(edges, tss.index)
    own = own[own["kind"] == "contact"]
    first, second = tss[own["gene_1"]].to_numpy(), tss[own["gene_2"]].to_numpy()
    axes.scatter(
        np.maximum(first, second),
        np.minimum(first, second),
        s=8 if len(own) < 100 else 4,
        color=style.STEP,
        alpha=0.7,
        linewidths=0,
        rasterized=True,
    )
