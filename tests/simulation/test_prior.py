from collections import Counter

import numpy as np
import pytest
import scipy.sparse

from step.expression.replicates import sample_weights
from step.simulation.motion import OWN, Coupling, simulate_motion
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
    assert 7 <= n_times == len(course.times) <= 60
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
    assert {nature.motion for nature in natures} == set(OWN)
    assert min(len(course.times) for course in courses) < 12
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


def test_a_ramp_goes_on_as_it_began(courses):
    alike = {True: [], False: []}
    for course in courses:
        nature = course.nature
        if nature.n_factors or nature.motion not in ("ramp", "walk"):
            continue
        half = len(course.times) // 2
        early, late = (
            course.latent[half] - course.latent[0],
            course.latent[-1] - course.latent[half],
        )
        alike[nature.motion == "ramp"].append(np.corrcoef(early, late)[0, 1])
    assert np.mean(alike[True]) > 0.6
    assert abs(np.mean(alike[False])) < 0.2


def test_genes_that_cycle_share_a_period_and_not_a_phase():
    """Their changes have two main directions, a sine and a cosine; those of walks have none."""
    n_genes, n_moments = 100, 160
    nobody = scipy.sparse.csr_array((n_genes, n_genes))
    alone = Coupling(nobody, 0.0, np.zeros(n_genes), np.ones(n_genes, dtype=bool), 1.0, 0.0)
    sizes = {"cycle": [], "walk": []}
    for seed in range(200):
        motion = simulate_motion(n_genes, n_moments, 0.25, alone, np.random.default_rng([7, seed]))
        if motion.own in sizes and not motion.n_factors:
            change = motion.path[8:] - motion.path[:-8]
            change = (change - change.mean(axis=0)) / change.std(axis=0)
            sizes[motion.own].append(np.linalg.svd(change, compute_uv=False)[:3] ** 2)
    first, second, third = np.mean(sizes["cycle"], axis=0)
    assert first < 2 * second
    assert second > 2 * third
    _, second, third = np.mean(sizes["walk"], axis=0)
    assert second < 1.3 * third


def test_times_are_regular_irregular_widening_or_clustered():
    rng = np.random.default_rng(0)
    drawn = [np.diff(draw_times(30, rng)) for _ in range(60)]
    assert any((steps == 1).all() for steps in drawn)
    assert any((np.diff(steps) >= 0).all() and steps[-1] >= 4 * steps[0] for steps in drawn)
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
