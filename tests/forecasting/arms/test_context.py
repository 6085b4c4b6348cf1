from dataclasses import replace

import numpy as np
import pytest

from step.forecasting.arms.autoregression import targets
from step.forecasting.arms.context import WIDTHS, see
from step.forecasting.course import walk
from step.graphs.gene_graph import GeneGraph
from tests.forecasting.recipes import copied, summaries


@pytest.fixture(scope="module")
def course(study):
    panel, graph = study
    return walk(panel, {"contact": graph}, 2)


def test_the_widths_are_those_that_are_seen(course):
    context = see(course)
    n_times, n_genes = course.panel.mean.shape
    assert context.inputs.shape == (n_times, n_genes, WIDTHS.inputs)
    assert context.ahead.shape == (n_times, 2, n_genes, WIDTHS.ahead)
    assert context.arms.shape == (n_times, 2, n_genes, WIDTHS.arms)
    assert context.kinds.shape == (1, n_times, WIDTHS.kinds)
    assert context.neighbours.shape == (1, n_times, n_genes, WIDTHS.neighbours)
    assert all(np.isfinite(values).all() for values in vars(context).values())


def test_targets_are_what_came_in_units(course):
    found = targets(course)
    expected = (course.panel.mean[7] - course.levels.path[5]) / course.unit[5]
    np.testing.assert_allclose(found[5, 1], np.clip(expected, -8, 8))
    assert np.isnan(found[-1]).all()
    assert np.isnan(found[-2, 1]).all()


def test_neither_scale_nor_the_unit_of_time_is_seen(course):
    panel = course.panel
    other = replace(
        panel,
        times=60 * panel.times,
        mean=4 * panel.mean + 3,
        robust=4 * panel.robust + 3,
        weighted=4 * panel.weighted + 3,
        replicate_variance=16 * panel.replicate_variance,
    )
    seen, again = see(course), see(walk(other, course.graphs, 2))
    for name in ("inputs", "ahead", "arms", "kinds", "neighbours"):
        np.testing.assert_allclose(
            getattr(seen, name), getattr(again, name), atol=1e-4, err_msg=name
        )


def test_genes_may_be_listed_in_any_order(course):
    panel, graph = course.panel, course.graphs["contact"]
    order = np.random.default_rng(0).permutation(len(panel.genes))
    place = np.argsort(order)
    moved = replace(
        panel,
        genes=panel.genes[order],
        **{
            name: getattr(panel, name)[:, order]
            for name in ("mean", "robust", "weighted", "replicate_variance", "n_replicates")
        },
    )
    listed = GeneGraph(place[graph.first], place[graph.second], graph.weight, graph.n_genes)
    seen, again = see(course), see(walk(moved, {"contact": listed}, 2))
    np.testing.assert_allclose(seen.inputs[:, order], again.inputs, atol=1e-3)
    np.testing.assert_allclose(seen.neighbours[:, :, order], again.neighbours, atol=1e-3)


def test_how_well_an_arm_did_is_seen_after_it_did(course):
    """Of two courses that differ at the last time, only what is seen there differs."""
    panel = course.panel
    other = copied(panel)
    for values in summaries(other):
        values[-1] += 3.0
    seen, again = see(course), see(walk(other, course.graphs, 2))
    np.testing.assert_array_equal(seen.inputs[:-1], again.inputs[:-1])
    assert not np.array_equal(seen.inputs[-1], again.inputs[-1])
