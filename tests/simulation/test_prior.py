from collections import Counter

import numpy as np
import pytest

from step.expression.replicates import sample_weights
from step.simulation.prior import draw_times, simulate_course


@pytest.fixture(scope="module")
def courses():
    return [simulate_course([5, number]) for number in range(60)]


def test_a_seed_gives_the_same_course(courses):
    one, again = simulate_course([5, 3]), courses[3]
    np.testing.assert_array_equal(one.samples.values, again.samples.values)
    assert one.nature == again.nature


@pytest.mark.parametrize("number", range(0, 60, 6))
def test_a_course_is_whole(courses, number):
    course = courses[number]
    n_times, n_genes = course.latent.shape
    assert 12 <= n_times == len(course.times) <= 60
    assert 50 <= n_genes <= 2000
    assert (np.diff(course.times) > 0).all()
    assert np.isfinite(course.latent).all()
    assert course.samples.values.shape == (len(course.samples.time), n_genes)
    assert set(course.samples.time) == set(range(n_times))
    for graph in course.graphs.values():
        assert graph.n_genes == n_genes
        assert (graph.first != graph.second).all()


def test_the_prior_is_wide(courses):
    natures = [course.nature for course in courses]
    assert set(Counter(nature.coupled for nature in natures)) == {
        "none", "contact", "regulatory", "both",
    }  # fmt: skip
    assert len({nature.motion for nature in natures}) == 6
    assert {nature.n_replicates for nature in natures} == {1, 2, 3, 4, 5, 6}
    assert any(np.isnan(course.samples.values).any() for course in courses)
    assert any("regulatory" in course.graphs for course in courses)
    assert {nature.coupling for nature in natures if nature.coupled == "none"} == {0.0}


def test_followers_come_to_where_their_neighbours_are(courses):
    """Of contact neighbours, those of coupled courses move alike."""
    alike = {True: [], False: []}
    for course in courses:
        nature, graph = course.nature, course.graphs["contact"]
        if nature.n_factors or nature.coupled not in ("none", "contact"):
            continue
        steps = np.diff(course.latent, axis=0)
        steps = (steps - steps.mean(axis=0)) / (steps.std(axis=0) + 1e-9)
        products = (steps[:, graph.first] * steps[:, graph.second]).mean()
        alike[nature.coupled == "contact"].append(products)
    assert np.mean(alike[True]) > np.mean(alike[False]) + 0.03
    assert abs(np.mean(alike[False])) < 0.03


def test_times_are_regular_irregular_or_clustered():
    rng = np.random.default_rng(0)
    drawn = [np.diff(draw_times(30, rng)) for _ in range(60)]
    assert any((steps == 1).all() for steps in drawn)
    assert any(steps.max() >= 4 * steps.min() for steps in drawn)
    assert all((np.mod(steps, 0.25) == 0).all() for steps in drawn)


def test_samples_are_of_one_quality_in_some_courses_and_not_in_others(courses):
    differ = []
    for course in courses:
        values, time = course.samples.values, course.samples.time
        own = [values[time == each] for each in range(len(course.times))]
        weights = [np.log(sample_weights(each)).std() for each in own if len(each) > 2]
        differ += [np.mean(weights)] if weights else []
    assert min(differ) < 0.1
    assert max(differ) > 0.4
