from dataclasses import replace

import numpy as np
import pytest

from step.forecasting.arms.graph_level import graph_level, graph_levels, refit_times
from step.forecasting.course import walk
from step.graphs.gene_graph import GeneGraph
from step.graphs.rewiring import rewire
from tests.conftest import simulated_study
from tests.forecasting.arms.test_autoregression import CHAIN, error, panel
from tests.forecasting.recipes import copied, summaries
from tests.forecasting.test_level import batches
from tests.forecasting.test_level import panel as batch_panel

ODD = np.arange(1, 100, 2)


def pulled(sign: float = 1.0, seed: int = 0) -> np.ndarray:
    """Each odd gene is pulled half the way to the gene before it, or away from it."""
    rng = np.random.default_rng(seed)
    values = np.cumsum(rng.normal(0, 1.0, (40, 100)), axis=0)
    for time in range(39):
        aim = sign * values[time, ODD - 1]
        values[time + 1, ODD] = values[time, ODD] + 0.5 * (aim - values[time, ODD])
    return values + rng.uniform(-5, 5, 100) + rng.normal(0, 0.1, (40, 100))


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_those_who_follow_are_foreseen(sign):
    graph = replace(CHAIN, weight=sign * CHAIN.weight)
    course = walk(panel(pulled(sign)), {"contact": graph}, 1)
    forecast = graph_level(course)
    assert error(course, forecast, ODD) < 0.4 * error(course, course.levels.forecast, ODD)


def test_neighbours_that_move_within_a_step_are_followed_on_their_way():
    ratios = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        leading = np.cumsum(rng.normal(0, 0.3, (400, 50)), axis=0)
        following = leading.copy()
        for moment in range(399):
            away = following[moment] - leading[moment]
            following[moment + 1] = following[moment] - 0.15 * away
        values = np.empty((40, 100))
        values[:, ODD - 1], values[:, ODD] = leading[::10], following[::10]
        values += rng.uniform(-5, 5, 100) + rng.normal(0, 0.4, values.shape)
        course = walk(panel(values), {"contact": CHAIN}, 1)
        level = error(course, course.levels.forecast, ODD)
        ratios.append(error(course, graph_level(course), ODD) / level)
    assert np.mean(ratios) < 0.68  # 0.69 where they are taken as they stood before the step


def test_followers_of_followers_are_foreseen_by_where_those_will_be():
    ratios = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        values = np.cumsum(rng.normal(0, 1.0, (40, 120)), axis=0)
        first, second, third = (np.arange(start, 120, 3) for start in range(3))
        for time in range(39):
            for leading, following in ((first, second), (second, third)):
                away = values[time, following] - values[time, leading]
                values[time + 1, following] = values[time, following] - 0.5 * away
        values += rng.uniform(-5, 5, 120) + rng.normal(0, 0.1, values.shape)
        leading, following = np.concatenate([first, second]), np.concatenate([second, third])
        graph = GeneGraph(leading, following, np.ones(80), 120, directed=True)
        course = walk(panel(values), {"contact": graph}, 1)
        level = error(course, course.levels.forecast, third)
        ratios.append(error(course, graph_level(course), third) / level)
    assert np.mean(ratios) < 0.24  # 0.26 where the neighbours are taken as they stand


def test_followers_are_told_from_leaders():
    course = walk(panel(pulled()), {"contact": CHAIN}, 1)
    following = graph_levels(course).following[-1]
    assert following[ODD].mean() > 0.95
    assert (following[ODD - 1] == 0).all()  # no edge leads to them
    undirected = replace(CHAIN, directed=False)
    following = graph_levels(walk(panel(pulled()), {"contact": undirected}, 1)).following[-1]
    assert following[ODD].mean() > following[ODD - 1].mean() + 0.5


def test_of_several_neighbours_the_strongest_may_be_followed():
    """An edge to a gene that is not followed, at a tenth of the weight, does little harm."""
    rng = np.random.default_rng(1)
    other = GeneGraph(
        np.concatenate([CHAIN.first, rng.choice(ODD - 1, 50)]),
        np.concatenate([CHAIN.second, ODD]),
        np.concatenate([np.ones(50), np.full(50, 0.4)]),
        100,
        directed=True,
    )
    one, two = (walk(panel(pulled()), {"contact": graph}, 1) for graph in (CHAIN, other))
    assert error(two, graph_level(two), ODD) < 1.2 * error(one, graph_level(one), ODD)


def test_of_several_kinds_the_one_that_is_followed_is_found():
    nothing = GeneGraph(ODD - 1, np.roll(ODD, 7), np.ones(50), 100, directed=True)
    course = walk(panel(pulled()), {"contact": CHAIN, "regulatory": nothing}, 1)
    alone = walk(panel(pulled()), {"contact": CHAIN}, 1)
    found, expected = (error(each, graph_level(each), ODD) for each in (course, alone))
    assert found == pytest.approx(expected, rel=0.03)


def test_simulated_studies_are_foreseen_by_their_graph_and_not_by_another():
    ratios = []
    for seed in (41, 42, 43):
        study, graph = simulated_study(coupling=1.0, seed=seed, n_genes=100)
        course, other = (walk(study, {"contact": each}, 1) for each in (graph, rewire(graph, 1)))
        level = np.mean((study.mean[14:] - course.levels.forecast[13:-1, 0]) ** 2)
        errors = [
            np.mean((study.mean[14:] - graph_level(each)[13:-1, 0]) ** 2)
            for each in (course, other)
        ]
        ratios.append(np.array(errors) / level)
    assert np.mean(ratios, axis=0)[0] < 0.93
    assert 0.98 < np.mean(ratios, axis=0)[1] < 1.05


def test_how_many_genes_have_no_neighbour_says_nothing_of_those_that_have():
    short = pulled()[:9]
    rng = np.random.default_rng(4)
    others = np.cumsum(rng.normal(0.0, 0.3, (len(short), 900)), axis=0)
    both = np.concatenate([short, others], axis=1)
    more = GeneGraph(CHAIN.first, CHAIN.second, CHAIN.weight, 1000, directed=True)
    alone, among = (
        graph_levels(walk(panel(values), {"contact": graph}, 1)).following[-1, ODD].mean()
        for values, graph in ((short, CHAIN), (both, more))
    )
    assert among == pytest.approx(alone, abs=0.1)


def test_a_gene_that_is_not_measured_yet_is_at_its_level():
    values = panel(pulled())
    late = copied(values)
    for each in summaries(late):
        each[:6, 1] = np.nan
    course = walk(late, {"contact": CHAIN}, 2)
    found = graph_levels(course)
    np.testing.assert_array_equal(found.forecast[:6, :, 1], course.levels.forecast[:6, :, 1])
    np.testing.assert_array_equal(found.path[:6, 1], course.levels.path[:6, 1])
    assert (found.following[:6, 1] == 0).all()


def test_without_edges_it_is_a_level():
    values = np.random.default_rng(0).normal(size=(30, 40)).cumsum(axis=0)
    course = walk(panel(values), {}, 2)
    found = graph_levels(course)
    assert (found.following == 0).all()
    np.testing.assert_array_equal(found.forecast[:, 0], found.path)
    assert error(course, found.forecast, slice(None)) < 1.1


def test_refits_are_few_and_depend_on_the_past_alone():
    times = refit_times(60)
    assert times[:5] == [0, 1, 2, 3, 4]
    assert len(times) < 20
    assert refit_times(30) == [time for time in times if time < 30]


def test_a_time_of_shocks_moves_it_as_little_as_the_level():
    truth, seen = batches(6, kept=False)
    graph = GeneGraph(np.arange(0, 200, 2), np.arange(1, 200, 2), np.ones(100), 200)
    course = walk(batch_panel(seen, 0.1), {"contact": graph}, 1)
    calm = replace(course, levels=replace(course.levels, shock=np.zeros_like(seen)), _known={})
    later = [17, 23, 29, 35]
    error, without = (
        np.mean((graph_levels(each).path[later] - truth[later]) ** 2) for each in (course, calm)
    )
    assert error < 0.3 * without
