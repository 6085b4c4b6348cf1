import numpy as np
import pytest

from step.forecasting.arms.context import COMBINED
from step.forecasting.arms.graph_level import graph_level, graph_levels
from step.forecasting.arms.network import (
    TIMES_OF_FOLLOWING,
    combination_weights,
    look,
    network,
    step,
    step_no_graph,
)
from step.forecasting.combination import FIRST_ORIGIN
from step.forecasting.course import walk
from tests.forecasting.recipes import course_of


@pytest.fixture(scope="module", params=["STEPmr", "STEPmi"])
def course(request, study):
    panel, graph = study
    return course_of(panel, graph, n_ahead=3, kind=request.param)


def test_step_combines_the_network_and_the_arms(course):
    weights = combination_weights(course)
    np.testing.assert_allclose(weights.sum(axis=-1), 1.0)
    assert (weights >= 0).all()
    parts = [network(course), *(arm(course) for arm in COMBINED)]
    time, horizon = 20, 1
    expected = sum(
        weight * part[time, horizon]
        for weight, part in zip(weights[time, horizon], parts, strict=True)
    )
    np.testing.assert_allclose(step(course)[time, horizon], expected, rtol=1e-5)


def test_until_an_outcome_is_known_the_graph_is_believed_as_far_as_genes_follow_it(course):
    weights = combination_weights(course)
    following = graph_levels(course).following.mean(axis=1)
    assert 0.1 < following[-1] < 0.9
    count = np.arange(1, len(following) + 1)
    following = following * count / (count + TIMES_OF_FOLLOWING)
    place = 1 + COMBINED.index(graph_level)
    for horizon in range(3):
        known = FIRST_ORIGIN + 1 + horizon  # when the first outcome that counts is known
        np.testing.assert_allclose(weights[:known, horizon, place], following[:known])
        np.testing.assert_allclose(weights[:known, horizon, 0], 1 - following[:known])
        assert weights[known, horizon, 0] != pytest.approx(1 - following[known])


def test_a_network_that_knows_nothing_is_left_alone(course):
    came = course.panel.mean[14:]
    errors = [np.mean((came - arm(course)[13:-1, 0]) ** 2) for arm in (step, network)]
    assert errors[0] < errors[1]


def test_without_edges_the_graph_is_not_heard(course):
    unconnected = {kind: graph.without_edges() for kind, graph in course.graphs.items()}
    alone = walk(course.panel, unconnected, 3, network=course.network)
    np.testing.assert_array_equal(step_no_graph(course), step(alone))
    assert not np.array_equal(step_no_graph(course), step(course))


def test_the_spread_is_positive_and_the_weights_are_shares(course):
    found = look(course)
    assert (found.spread > 0).all()
    np.testing.assert_allclose(found.weights.sum(axis=-1), 1.0, rtol=1e-5)


def test_a_course_without_network_says_so(study):
    panel, graph = study
    with pytest.raises(ValueError, match="no network"):
        look(walk(panel, {"contact": graph}, 1))
