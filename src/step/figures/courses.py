"""The courses of all genes at a glance."""

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from scipy.cluster.hierarchy import fcluster, leaves_list, linkage, optimal_leaf_ordering
from scipy.cluster.vq import kmeans2
from scipy.spatial.distance import pdist

from step.errors import counted
from step.evaluation.predictability import CLASSES
from step.expression.variation import is_rounding
from step.figures import style

N_SHAPES = 6
N_NAMED = 45
FEW = 400
"""Genes up to which the order within the clusters is the best one: it takes long to find."""
MANY, N_GROUPS = 5_000, 1_000
"""Genes beyond which groups of like courses are ordered: distances of all pairs fill the memory."""
LARGEST_Z, LARGEST_SKILL = 2.5, 50.0
CLASS_COLOURS = dict(
    zip(
        CLASSES,
        ("#FFFFFF", "#CC79A7", "#000000", "#D0D0D0", "#009E73", "#F0E442", "#56B4E9"),
        strict=True,
    )
)


@rc_context(style.STYLE)
def course_heatmap(expression: pd.DataFrame, per_gene: pd.DataFrame, time_unit: str) -> Figure:
    """Draw all courses, standardised and ordered by shape, beside each gene's class and skill.

    Args:
        expression: gene, time, mean.
        per_gene: gene, class, skill.
        time_unit: Day, hour, …
    """
    table = expression.pivot(index="gene", columns="time", values="mean").sort_index(axis=1)
    z = standardised(table.reindex(per_gene["gene"]).to_numpy(dtype=float))
    order, breaks = shape_order(z)
    if not len(order):
        return style.message("No gene varies over time.")
    shown = per_gene.iloc[order]
    few = len(order) <= N_NAMED
    height = 0.16 * max(len(order), 12) + 2.2 if few else 7.5
    figure = Figure(figsize=(8, height), layout="constrained")
    panels = figure.subplot_mosaic(
        [["main", "class", "skill", "z bar"], ["main", "class", "skill", "skill bar"]],
        width_ratios=[16, 1, 1, 0.6],
    )
    main = panels["main"]
    mesh = _draw_courses(main, z[order], table.columns.to_numpy(dtype=float))
    main.hlines(breaks, *main.get_xlim(), color=style.OBSERVED, linewidth=1)
    names = [style.shown_name(gene, 18) for gene in shown["gene"]]
    main.set_yticks(np.arange(len(order)) + 0.5 if few else [], names if few else [], fontsize=8.5)
    main.set_xlabel(f"time ({time_unit})")
    left_out = len(per_gene) - len(order)
    main.set_title(
        f"{counted(len(order), 'gene')} by shape"
        + (f" ({left_out} constant left out)" if left_out else "")
    )
    figure.colorbar(mesh, cax=panels["z bar"], label="standard deviations\nfrom the mean")
    _draw_classes(panels["class"], shown["class"])
    strip = _draw_skill(panels["skill"], shown["skill"])
    figure.colorbar(strip, cax=panels["skill bar"], label="skill (%)", extend="both")
    return figure


def _draw_courses(axes: Axes, z: np.ndarray, times: np.ndarray) -> QuadMesh:
    """A tile for each gene and time; a gap between times is left open."""
    edges, columns = tiles(times)
    spaced = np.full((len(z), len(edges) - 1), np.nan)
    spaced[:, columns] = z
    axes.set_facecolor(style.PALE)
    mesh = axes.pcolormesh(
        edges,
        np.arange(len(z) + 1),
        np.ma.masked_invalid(spaced),
        cmap="PuOr_r",
        vmin=-LARGEST_Z,
        vmax=LARGEST_Z,
        rasterized=True,
    )
    axes.set(xlim=(edges[0], edges[-1]), ylim=(len(z), 0))
    return mesh


def standardised(values: np.ndarray) -> np.ndarray:
    """Each gene in standard deviations from its mean; NaN where it was not measured or is constant.

    Args:
        values: log2, shape `[gene, time]`.
    """
    known = np.isfinite(values)
    n = np.maximum(known.sum(axis=1, keepdims=True), 1)
    mean = np.where(known, values, 0.0).sum(axis=1, keepdims=True) / n
    variance = np.where(known, (values - mean) ** 2, 0.0).sum(axis=1, keepdims=True) / n
    varies = ~np.asarray(is_rounding(variance, mean))
    return np.where(varies & known, values - mean, np.nan) / np.sqrt(
        np.where(varies, variance, 1.0)
    )


def shape_order(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Genes that vary, courses of like shape together (Ward's method), and where shapes change.

    Of very many genes, groups of like courses (k-means) take the places of single genes.

    Args:
        z: Standardised courses, shape `[gene, time]`; what is missing counts as the mean.

    Returns:
        Positions of the genes; places in their order before which another of the six main shapes
        begins.
    """
    varying = np.flatnonzero(np.isfinite(z).any(axis=1))
    if len(varying) < 3:
        return varying, np.empty(0, dtype=int)
    points = np.nan_to_num(z[varying])
    group = np.arange(len(points))
    if len(points) > MANY:
        _, group = kmeans2(points, N_GROUPS, iter=20, minit="points", rng=0)
        group = np.unique(group, return_inverse=True)[1]
        count = np.bincount(group)
        points = np.stack([np.bincount(group, column) / count for column in points.T], axis=1)
    distances = pdist(points)
    tree = linkage(distances, "ward")
    if len(points) <= FEW:
        tree = optimal_leaf_ordering(tree, distances)
    leaves = leaves_list(tree)
    order = np.argsort(np.argsort(leaves)[group], kind="stable")
    shapes = fcluster(tree, N_SHAPES, "maxclust")[group[order]]
    return varying[order], np.flatnonzero(np.diff(shapes)) + 1


def tiles(times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Borders of tiles around ascending times, half-way to the next, or at most a usual step away.

    Returns:
        Borders; positions, among the tiles, of those of the times: the others are gaps.
    """
    steps = np.diff(times)
    reach = float(np.median(steps)) if len(steps) else 1.0
    before = np.minimum(np.concatenate([[reach], steps]) / 2, reach)
    after = np.minimum(np.concatenate([steps, [reach]]) / 2, reach)
    edges, columns = [times[0] - before[0]], []
    for low, high in zip(times - before, times + after, strict=True):
        if low > edges[-1] + 1e-9 * reach:
            edges.append(low)
        columns.append(len(edges) - 1)
        edges.append(high)
    return np.array(edges), np.array(columns)


def _strip(axes: Axes, title: str) -> None:
    axes.set(xticks=[], yticks=[])
    axes.invert_yaxis()
    axes.set_title(title, rotation=90, loc="center", va="bottom", fontsize=9)


def _draw_classes(axes: Axes, classes: pd.Series) -> None:
    numbers = classes.map({name: number for number, name in enumerate(CLASSES)})
    axes.pcolormesh(
        [0, 1],
        np.arange(len(classes) + 1),
        numbers.to_numpy(dtype=float)[:, None],
        cmap=ListedColormap([CLASS_COLOURS[name] for name in CLASSES]),
        vmin=-0.5,
        vmax=len(CLASSES) - 0.5,
        rasterized=True,
    )
    _strip(axes, "class")
    counts = classes.value_counts()
    handles = [
        Patch(
            facecolor=CLASS_COLOURS[name],
            edgecolor=style.BASELINE,
            label=f"{name} ({counts[name]})",
        )
        for name in CLASSES
        if name in counts
    ]
    axes.figure.legend(handles=handles, loc="outside lower center", ncols=3)


def _draw_skill(axes: Axes, skill: pd.Series) -> QuadMesh:
    mesh = axes.pcolormesh(
        [0, 1],
        np.arange(len(skill) + 1),
        np.ma.masked_invalid(100.0 * skill.to_numpy(dtype=float)[:, None]),
        cmap="BrBG",
        vmin=-LARGEST_SKILL,
        vmax=LARGEST_SKILL,
        rasterized=True,
    )
    _strip(axes, "skill")
    return mesh
