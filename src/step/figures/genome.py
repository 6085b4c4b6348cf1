"""The genome and its graph."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from step.figures import style


def contact_map(
    matrix: np.ndarray, bins: pd.DataFrame, genes: pd.DataFrame, edges: pd.DataFrame
) -> Figure:
    """A chromosome's contacts with its compartments, insulation, boundaries and the study's genes.

    Args:
        matrix: Balanced contacts of the whole chromosome, square; zero where masked. Without any
            contact the map stays empty and says so.
        bins: The chromosome's bins with their features.
        genes: The study's genes on the chromosome: gene, tss.
        edges: Gene pairs; those of these genes are marked.
    """
    chrom = bins["chrom"].iloc[0]
    tss = genes.set_index("gene")["tss"].astype(float) / 1e6
    figure = Figure(figsize=(7, 8.2), layout="constrained")
    top, eigen, insulation = figure.subplots(
        3, 1, sharex=True, gridspec_kw={"height_ratios": [6, 1, 1]}
    )
    _draw_contacts(top, matrix, bins["end"].iloc[-1] / 1e6)
    _draw_pairs(top, tss, edges)
    top.set_ylabel(f"{chrom} (Mb)", parse_math=False)
    title = f"{chrom}: contacts, compartments, insulation and {len(tss)} genes"
    top.set_title(title, fontsize=10, parse_math=False)
    middle = (bins["start"] + bins["end"]).to_numpy() / 2e6
    value = bins["eigenvector"].to_numpy()
    eigen.fill_between(middle, 0, np.where(value > 0, value, 0), step="mid", color=style.WORSE)
    eigen.fill_between(middle, 0, np.where(value < 0, value, 0), step="mid", color=style.STEP)
    eigen.set_ylabel("E1 (A > 0)")
    _draw_insulation(insulation, middle, bins, tss)
    insulation.set_xlabel(f"{chrom} (Mb)", parse_math=False)
    return figure


def _draw_contacts(axes: Axes, matrix: np.ndarray, end: float) -> None:
    """The contacts on a logarithmic scale, from 0 to the chromosome's end (Mb)."""
    contacts = matrix[matrix > 0]
    if not len(contacts):
        axes.set(xlim=(0, end), ylim=(end, 0))
        axes.text(0.5, 0.5, "no contacts", ha="center", va="center", transform=axes.transAxes)
        return
    low, high = np.percentile(contacts, [2, 99])
    mesh = axes.imshow(
        np.where(matrix > 0, matrix, np.nan),
        norm=LogNorm(low, max(high, low * 1.01)),
        cmap="YlOrRd",
        extent=(0, end, end, 0),
        interpolation="none",
        aspect="auto",
    )
    axes.figure.colorbar(mesh, ax=axes, label="balanced contact", shrink=0.7)


def _draw_pairs(axes: Axes, tss: pd.Series, edges: pd.DataFrame) -> None:
    """The graph's pairs of genes whose places (Mb, by gene) are given."""
    own = edges[edges["gene_1"].isin(tss.index) & edges["gene_2"].isin(tss.index)]
    own = own[own["kind"] == "contact"]
    first, second = tss[own["gene_1"]].to_numpy(), tss[own["gene_2"]].to_numpy()
    axes.scatter(
        np.maximum(first, second),
        np.minimum(first, second),
        s=16,
        facecolors="none",
        edgecolors=style.STEP,
        linewidths=0.9,
        label="gene pairs of the graph",
    )
    axes.legend(loc="lower left", fontsize=8)


def _draw_insulation(axes: Axes, middle: np.ndarray, bins: pd.DataFrame, tss: pd.Series) -> None:
    """The insulation score at the bins' middles, its boundaries and the genes (Mb)."""
    axes.plot(middle, bins["insulation_score"], color=style.OBSERVED, linewidth=1)
    boundary = bins["boundary_strength"].notna().to_numpy()
    axes.scatter(
        middle[boundary],
        bins["insulation_score"][boundary],
        s=12,
        color=style.WORSE,
        zorder=3,
        label="boundary",
    )
    axes.vlines(
        tss,
        0,
        0.12,
        transform=axes.get_xaxis_transform(),
        color=style.STEP,
        linewidth=0.8,
        label="gene",
    )
    axes.legend(fontsize=7, ncols=2, loc="upper right")
    axes.set_ylabel("insulation\n(log2)")


def embedding_trajectories(
    embeddings: np.ndarray, genes: pd.DataFrame, gene_names: np.ndarray
) -> Figure:
    """The embedding's two main directions: where genes lie, coloured by chromosome, and move.

    Args:
        embeddings: Shape `[time, gene, dimension]`.
        genes: gene, chrom.
        gene_names: Names in the order of `embeddings`.
    """
    connected = np.abs(embeddings).sum(axis=(0, 2)) > 0
    if not connected.any():
        return style.message("No gene is connected to another.")
    figure = Figure(figsize=(6.4, 5.2), layout="constrained")
    axes = figure.add_subplot()
    points = embeddings[:, connected]
    centre = points.mean(axis=(0, 1))
    flat = (points - centre).reshape(-1, points.shape[-1])
    _, _, directions = np.linalg.svd(flat, full_matrices=False)
    path = (points - centre) @ directions[:2].T
    chrom = genes.set_index("gene")["chrom"].reindex(gene_names)[connected].to_numpy()
    names = sorted(set(chrom), key=lambda name: (len(name), name))
    colours = [f"C{names.index(name) % 10}" for name in chrom]
    for gene, colour in enumerate(colours):
        axes.plot(path[:, gene, 0], path[:, gene, 1], color=colour, linewidth=0.4, alpha=0.4)
    axes.scatter(path[-1, :, 0], path[-1, :, 1], c=colours, s=14)
    axes.set_title(
        f"temporal node2vec of {int(connected.sum())} connected genes, colour = chromosome\n"
        "(line: the course, dot: the last time)",
        fontsize=9,
    )
    axes.set_xlabel("first principal direction")
    axes.set_ylabel("second principal direction")
    return figure
