import numba
import numpy as np
import pandas as pd
import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from step.forecasting.arms.autoregression import graph_ridge
from step.forecasting.arms.network import step
from step.forecasting.backtest import scored_losses
from step.forecasting.course import walk
from step.forecasting.graph_backtest import (
    Places,
    gene_places,
    next_time_only,
    real_losses,
    rewired_losses,
    shifted_losses,
)
from step.forecasting.origins import forecast_origins
from step.graphs.rewiring import rewire, shift
from tests.forecasting.recipes import BACKTEST, course_of, untrained


@pytest.fixture(scope="module")
def course(study):
    panel, graph = study
    return course_of(panel, graph, n_ahead=3)


@pytest.fixture(scope="module")
def origins(course):
    return forecast_origins(len(course.panel.times), BACKTEST)


def test_a_rewired_graph_goes_through_all_that_the_real_one_does(course, origins):
    graph = course.graphs["contact"]
    alone = walk(course.panel, {"contact": rewire(graph, 5)}, 3, 0, untrained())
    expected = scored_losses(step(alone), course.panel, origins).mean
    (found,) = rewired_losses(course, origins, step, [5], jobs=1)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_course_asked_for_its_next_time_alone_is_forecast_alike(course):
    np.testing.assert_allclose(step(next_time_only(course))[:, 0], step(course)[:, 0], rtol=1e-6)


def test_the_real_graph_is_scored_as_its_controls_are(course, origins):
    """Bit by bit, so that a control that leaves the graph as it is ties with it."""
    n_genes = len(course.panel.genes)
    places = Places(np.zeros(n_genes, int), np.arange(n_genes))
    moved = [shift(course.graphs["contact"], *vars(places).values(), seed) for seed in range(400)]
    still = next(
        seed
        for seed, graph in enumerate(moved)
        if np.array_equal(graph.first, course.graphs["contact"].first)
    )
    (control,) = shifted_losses(course, origins, step, places, [still], jobs=1)
    np.testing.assert_array_equal(real_losses(course, origins, step).mean, control)


def test_processes_change_nothing(course, origins):
    seeds = range(12)
    alone, together = (rewired_losses(course, origins, step, seeds, jobs) for jobs in (1, 2))
    np.testing.assert_array_equal(alone, together)  # bit by bit
    assert len(np.unique(alone, axis=0)) == 12


def test_genes_are_shifted_along_their_chromosomes(course, origins):
    n_genes = len(course.panel.genes)
    places = Places(np.arange(n_genes) % 3, np.arange(n_genes))
    found = shifted_losses(course, origins, graph_ridge, places, range(3), jobs=1)
    assert len(found) == 3
    unplaced = Places(np.full(n_genes, -1), np.arange(n_genes))
    assert not len(shifted_losses(course, origins, graph_ridge, unplaced, [1], jobs=1))


def test_places_are_looked_up_by_name():
    genes = pd.DataFrame(
        {"gene": ["a", "b", "c"], "chrom": ["chr1", None, "chr1"], "tss": [5, pd.NA, 3]}
    )
    places = gene_places(genes, np.array(["c", "b", "a"]))
    assert places.chromosome.tolist() == [0, -1, 0]
    assert places.place.tolist() == [3.0, -1.0, 5.0]


def test_without_edges_nothing_is_rewired(course, origins):
    unconnected = course.on({"contact": course.graphs["contact"].without_edges()}, [])
    assert not len(rewired_losses(unconnected, origins, step, range(3), jobs=1))


def blas_threads() -> set[int]:
    found = threadpool_info()
    return {pool["num_threads"] for pool in found if pool["user_api"] == "blas"}


def test_a_process_computes_with_one_thread_and_gives_the_others_back(course, origins):
    within = []

    def forecaster(course):
        within.append((torch.get_num_threads(), numba.get_num_threads(), blas_threads()))
        return graph_ridge(course)

    with threadpool_limits(2, user_api="blas"):
        before = torch.get_num_threads(), numba.get_num_threads(), blas_threads()
        rewired_losses(course, origins, forecaster, [1], jobs=1)
        assert (torch.get_num_threads(), numba.get_num_threads(), blas_threads()) == before
    assert within == [(1, 1, {1})]
