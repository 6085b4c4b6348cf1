from dataclasses import replace

import numpy as np
import pytest

from step.forecasting.arms.autoregression import (
    forecast_by_kind,
    graph_ridge,
    graph_ridge_by_gene,
    movements,
    neighbour_features,
    own_features,
    ridge_ar,
    ridge_ar_forgetting,
)
from step.forecasting.course import Course, walk
from step.forecasting.panel import Panel
from step.graphs.gene_graph import GeneGraph

CHAIN = GeneGraph(np.arange(0, 100, 2), np.arange(1, 100, 2), np.ones(50), 100, directed=True)


def panel(values: np.ndarray) -> Panel:
    return Panel(
        genes=np.array([f"g{n}" for n in range(values.shape[1])]),
        times=np.arange(float(len(values))),
        mean=values,
        robust=values,
        weighted=values,
        replicate_variance=np.full(values.shape, 1e-4),
        n_replicates=np.full(values.shape, 3.0),
    )


def followers(share: float = 1.0, seed: int = 0) -> np.ndarray:
    """Each odd gene, or a share of them, does what the gene before it did a time ago."""
    rng = np.random.default_rng(seed)
    values = np.cumsum(rng.normal(0, 1.0, (40, 100)), axis=0)
    follow = np.arange(1, 100, 2)[: int(50 * share)]
    values[1:, follow] = values[:-1, follow - 1]
    return values


def error(course: Course, forecast: np.ndarray, genes: slice | np.ndarray = slice(None)) -> float:
    return float(np.mean((course.panel.mean[20:] - forecast[19:-1, 0])[:, genes] ** 2))


def test_a_law_of_ones_own_past_is_found():
    rng = np.random.default_rng(0)
    steps = np.zeros((40, 100))
    for time in range(1, 40):
        steps[time] = 0.8 * steps[time - 1] + rng.normal(0, 1.0, 100)
    course = walk(panel(np.cumsum(steps, axis=0)), {}, 2)
    assert error(course, ridge_ar(course)) == pytest.approx(1.0, abs=0.15)
    assert error(course, ridge_ar_forgetting(course)) == pytest.approx(1.0, abs=0.15)
    assert error(course, course.levels.forecast) > 1.5


def test_a_law_that_changes_is_forgotten():
    rng = np.random.default_rng(0)
    steps = np.zeros((40, 100))
    for time in range(1, 40):
        kept = 0.8 if time < 20 else -0.8
        steps[time] = kept * steps[time - 1] + rng.normal(0, 1.0, 100)
    course = walk(panel(np.cumsum(steps, axis=0)), {}, 1)
    assert error(course, ridge_ar_forgetting(course)) < error(course, ridge_ar(course))


def test_those_who_follow_are_foreseen():
    course = walk(panel(followers()), {"contact": CHAIN}, 1)
    odd = np.arange(1, 100, 2)
    assert error(course, graph_ridge(course), odd) < 0.2 * error(course, ridge_ar(course), odd)
    np.testing.assert_array_equal(graph_ridge(course), forecast_by_kind(course, "contact"))


def test_a_gene_follows_as_much_as_it_did():
    course = walk(panel(followers(share=0.4)), {"contact": CHAIN}, 1)
    assert error(course, graph_ridge_by_gene(course)) < 0.95 * error(course, graph_ridge(course))


def test_a_kind_of_edge_that_means_nothing_does_no_harm():
    rng = np.random.default_rng(1)
    nothing = GeneGraph(rng.permutation(100), rng.permutation(100), np.ones(100), 100, True)
    course = walk(panel(followers()), {"contact": CHAIN, "other": nothing}, 1)
    both, alone = graph_ridge(course), forecast_by_kind(course, "contact")
    assert error(course, both) == pytest.approx(error(course, alone), rel=0.02)
    assert error(course, forecast_by_kind(course, "other")) > 1.9 * error(course, alone)


def test_features_are_free_of_scale():
    values = followers()
    course = walk(panel(values), {"contact": CHAIN}, 1)
    larger = replace(panel(10 * values + 5), replicate_variance=np.full(values.shape, 1e-2))
    other = walk(larger, {"contact": CHAIN}, 1)
    np.testing.assert_allclose(own_features(course), own_features(other), atol=1e-4)
    np.testing.assert_allclose(
        neighbour_features(course, CHAIN), neighbour_features(other, CHAIN), atol=1e-4
    )


def test_later_times_are_regressed_on_themselves():
    course = walk(panel(np.arange(40.0)[:, None] * np.linspace(0.5, 1.5, 100)), {}, 3)
    forecast = ridge_ar(course)[20]
    came = course.panel.mean[21:24]
    np.testing.assert_allclose(forecast, came, rtol=0.03)


def test_a_gene_that_is_measured_late_has_not_moved_before():
    values = np.full((12, 3), 6.0) + np.random.default_rng(0).normal(0, 0.01, (12, 3))
    values[:, 2] += 6.0
    values[:4, 2] = np.nan
    course = walk(panel(values), {}, 1)
    assert np.abs(movements(course)).max() < 0.1
    np.testing.assert_array_equal(movements(course)[:5, 2, :2], 0.0)


@pytest.mark.parametrize("law", [ridge_ar, ridge_ar_forgetting])
def test_what_all_genes_did_together_a_few_times_is_no_law(law):
    """A hundred genes that move as one tell no more than one of them would."""
    ratios = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        together = np.cumsum(rng.normal(0, 1.0, (10, 1)), axis=0)
        course = walk(panel(together + rng.normal(0, 0.05, (10, 100))), {}, 1)
        errors = [
            np.mean((course.panel.mean[4:] - forecast[3:-1, 0]) ** 2)
            for forecast in (law(course), course.levels.forecast)
        ]
        ratios.append(errors[0] / errors[1])
    assert np.mean(ratios) < 2.0


@pytest.mark.parametrize("law", [ridge_ar, ridge_ar_forgetting])
def test_poor_batches_do_not_decide_the_law(law):
    """Genes go on as they began; at two times all are far off, and back at the next."""
    rng = np.random.default_rng(0)
    steps = np.zeros((40, 100))
    for time in range(1, 40):
        steps[time] = 0.8 * steps[time - 1] + rng.normal(0, 1.0, 100)
    values = np.cumsum(steps, axis=0)
    batches = values.copy()
    batches[[9, 15]] += rng.normal(0, 10.0, (2, 100))
    good, poor = (walk(panel(each), {}, 1) for each in (values, batches))
    assert error(poor, law(poor)) < 2.0 * error(good, law(good))
