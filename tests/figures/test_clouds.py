import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from step.figures import style
from step.figures.clouds import draw_cloud, name_points, padded


def axes_of():
    return Figure(figsize=(5, 4), layout="constrained").add_subplot()


def test_few_points_are_drawn_one_by_one_and_many_as_hexagons():
    rng = np.random.default_rng(0)
    for n, bars in ((style.MANY, 0), (style.MANY + 1, 1)):
        axes = axes_of()
        draw_cloud(axes, *rng.normal(size=(2, n)))
        assert len(axes.figure.axes) == 1 + bars
        cloud = axes.collections[0]
        assert (cloud.get_array().sum() if bars else len(cloud.get_offsets())) == n


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        ([0.0, 10.0], (-0.5, 10.5)),
        ([3.0, 3.0], (2.5, 3.5)),
        ([np.nan, 2.0], (1.5, 2.5)),
        ([], (-0.5, 0.5)),
    ],
)
def test_limits_leave_a_margin(values, limits):
    assert padded(values) == pytest.approx(limits)


def test_names_of_points_in_one_place_do_not_overlap():
    axes = axes_of()
    x, y = np.full(8, 0.5), np.full(8, 0.5)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    names = name_points(axes, x, y, {n: f"Gene{n}" for n in range(8)})
    axes.figure.draw_without_rendering()
    boxes = [Text.get_window_extent(name) for name in names]
    assert len(boxes) == 8
    assert not any(a.overlaps(b) for n, a in enumerate(boxes) for b in boxes[:n])


def test_a_name_without_a_free_place_is_left_out():
    axes = Figure(figsize=(0.9, 0.9)).add_subplot()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    place = np.array([0.5, 0.5])
    assert (
        name_points(axes, place, place, {0: "far too long a name for this", 1: "g"})[0].get_text()
        == "g"
    )
    assert [text.get_text() for text in axes.texts] == ["g"]


def test_names_avoid_the_points():
    axes = axes_of()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    right = np.column_stack([np.linspace(0.5, 1.0, 400), np.full(400, 0.5)])
    x, y = right.T
    name = name_points(axes, x, y, {0: "Gene"})[0]
    axes.figure.draw_without_rendering()
    box, points = Text.get_window_extent(name), axes.transData.transform(right)
    assert not any(box.contains(*point) for point in points)
