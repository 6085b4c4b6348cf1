from dataclasses import replace

import numpy as np
import pytest

from step.forecasting.course import Course, times_ahead, walk
from tests.forecasting.recipes import copied, scrambled_after, summaries


def test_times_ahead_are_the_sampled_ones_and_then_usual_steps(study):
    panel, _ = study
    last = len(panel.times) - 1
    np.testing.assert_array_equal(times_ahead(panel, 0, 2), panel.times[1:3] - panel.times[0])
    np.testing.assert_array_equal(times_ahead(panel, last - 1, 3), [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(times_ahead(panel, last, 2), [1.0, 2.0])


def test_what_several_ask_for_is_computed_once(study):
    panel, graph = study
    course = walk(panel, {"contact": graph}, 1)
    asked = []

    def forecaster(course: Course) -> np.ndarray:
        asked.append(course)
        return course.panel.mean[:, None]

    assert course.once(forecaster) is course.once(forecaster)
    other = course.on({}, [forecaster])
    assert other.graphs == {}
    assert other.once(forecaster) is course.once(forecaster)
    assert asked == [course]


def test_the_unit_is_the_size_of_surprises(study):
    panel, _ = study
    rng = np.random.default_rng(0)
    noise = rng.normal(0, [0.1, 1.0], (60, 2))
    loud = replace(
        panel,
        genes=np.array(["a", "b"]),
        times=np.arange(60.0),
        mean=noise,
        robust=noise,
        weighted=noise,
        replicate_variance=np.tile([0.01, 1.0], (60, 1)),
        n_replicates=np.ones((60, 2)),
    )
    course = walk(loud, {}, 1)
    shrunk = np.sqrt((59 * np.array([0.01, 1.0]) + 3 * 0.505) / 62)
    np.testing.assert_allclose(course.unit[-1], shrunk, rtol=0.2)
    assert (course.surprise[0] == 0).all()
    surprise = loud.mean[30] - course.levels.forecast[29, 0]
    np.testing.assert_array_equal(course.surprise[30], surprise)


def test_what_was_not_measured_is_filled_with_the_level_and_surprises_nobody(study):
    panel, _ = study
    holes = copied(panel)
    for values in summaries(holes):
        values[7, 0] = np.nan
    course = walk(holes, {}, 1)
    assert course.filled[7, 0] == course.levels.path[7, 0]
    assert course.surprise[7, 0] == 0
    assert np.isfinite(course.unit).all()


@pytest.mark.parametrize("origin", [1, 5, 15])
def test_nothing_knows_a_later_time(study, origin):
    panel, _ = study
    courses = [walk(known, {}, 1) for known in (panel, scrambled_after(panel, origin))]
    for name in ("filled", "surprise", "unit"):
        before, after = (getattr(course, name)[: origin + 1] for course in courses)
        np.testing.assert_array_equal(before, after)


def test_a_genes_first_value_is_no_surprise(study):
    """It is held against the mean of all genes, which says nothing of the gene's own movement."""
    panel, _ = study
    late, whole = copied(panel), copied(panel)
    for values in (*summaries(late), *summaries(whole)):
        values[:, 0] += 5.0
    for values in summaries(late):
        values[:5, 0] = np.nan
    found, expected = (walk(each, {}, 1) for each in (late, whole))
    assert found.surprise[5, 0] == 0.0
    assert found.unit[-1, 0] < 1.5 * expected.unit[-1, 0]
