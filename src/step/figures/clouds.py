"""Clouds of points: one by one or as hexagons, with the names of some."""

from collections.abc import Iterator

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.text import Annotation, Text

from step.figures import style

DIRECTIONS = np.exp(2j * np.pi * np.arange(12) / 12)
DISTANCES = (7.0, 14.0, 24.0, 38.0, 56.0)  # points
NAME_SIZE = 8.5
RING = {"mfc": "none", "mec": style.OBSERVED, "ms": 5, "mew": 0.7, "zorder": 5}
FAR = 45.0  # points from a name's middle to its point, beyond which a line joins them


def draw_cloud(axes: Axes, x: np.ndarray, y: np.ndarray, colour: str = style.STEP) -> None:
    """Draw points, or hexagons with a colour bar where there are too many to tell apart."""
    if len(x) <= style.MANY:
        axes.scatter(x, y, s=14, color=colour, alpha=0.6, linewidths=0, rasterized=True)
        return
    mesh = axes.hexbin(
        x,
        y,
        gridsize=40,
        mincnt=1,
        bins="log",
        cmap="Blues" if colour == style.STEP else "Greys",
        extent=(*padded(x), *padded(y)),
        linewidths=0.1,
        rasterized=True,
    )
    axes.figure.colorbar(mesh, ax=axes, label="number of points", pad=0.01, aspect=30)


def padded(values: np.ndarray, share: float = 0.05) -> tuple[float, float]:
    """Limits around values; one apart where they are all the same or none is finite."""
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    low, high = (values.min(), values.max()) if len(values) else (0.0, 0.0)
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-9):
        return float(low - 0.5), float(high + 0.5)
    margin = share * (high - low)
    return float(low - margin), float(high + margin)


def name_points(
    axes: Axes, x: np.ndarray, y: np.ndarray, names: dict[int, str]
) -> list[Annotation]:
    """Name some points of a cloud, where the names hide neither each other nor many points.

    Call it last: the places hold for the limits and the layout of that moment.

    Args:
        axes: Where the points are drawn.
        x: Of all points of the cloud.
        y: Likewise.
        names: By the position of the point in the cloud, the most important first; a name without
            a free place is left out.
    """
    axes.figure.draw_without_rendering()
    pixel = axes.figure.dpi / 72.0
    points = axes.transData.transform(np.column_stack([x, y]))
    taken: list[np.ndarray] = []
    drawn = []
    for position, name in names.items():
        text = axes.annotate(
            name,
            (x[position], y[position]),
            (0, 0),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=NAME_SIZE,
            arrowprops={"arrowstyle": "-", "color": style.OBSERVED, "lw": 0.5, "shrinkB": 2},
            path_effects=[patheffects.withStroke(linewidth=2, foreground="white")],
            zorder=6,
        )
        text.set_in_layout(False)
        extent = Text.get_window_extent(text)  # without its line
        places = list(_free_places(axes, points[position], extent.size, points, taken))
        if not places:
            text.remove()
            continue
        _, box = min(places, key=lambda place: place[0])
        offset = (box.mean(axis=0) - points[position]) / pixel
        text.set_position(tuple(offset))
        text.arrow_patch.set_visible(bool(np.abs(offset).max() > FAR))
        axes.plot(x[position], y[position], "o", **RING)
        taken.append(box)
        drawn.append(text)
    return drawn


def _free_places(
    axes: Axes,
    point: np.ndarray,
    size: np.ndarray,
    points: np.ndarray,
    taken: list[np.ndarray],
) -> Iterator[tuple[float, np.ndarray]]:
    """Boxes (pixels) for a name near its point, within the axes and off other names, with a cost:
    the points beneath, and the way there."""
    pixel = axes.figure.dpi / 72.0
    frame = axes.get_window_extent()
    for distance in DISTANCES:
        for direction in DIRECTIONS:
            unit = np.array([direction.real, direction.imag])
            centre = point + unit * (size / 2 + distance * pixel)
            box = np.array([centre - size / 2 - pixel, centre + size / 2 + pixel])
            inside = (box[0] >= frame.min).all() and (box[1] <= frame.max).all()
            free = all((box[1] < other[0]).any() or (other[1] < box[0]).any() for other in taken)
            if inside and free:
                beneath = ((points > box[0]) & (points < box[1])).all(axis=1).sum()
                yield float(beneath) + distance / 10.0, box
