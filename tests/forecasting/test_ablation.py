import numpy as np
import pytest

from step.forecasting.ablation import edge_weights, ingredients, likeness_of_embeddings, losses_of
from step.forecasting.arms import ARMS
from step.forecasting.backtest import scored_mse
from step.forecasting.course import walk
from step.forecasting.origins import forecast_origins
from tests.forecasting.recipes import BACKTEST, course_of, untrained


@pytest.fixture(scope="module")
def course(study):
    return course_of(*study)


@pytest.fixture(scope="module")
def origins(course):
    return forecast_origins(len(course.panel.times), BACKTEST)


def test_each_ingredient_is_left_out_once(course, origins):
    losses = losses_of(ingredients(course), course, origins)
    assert list(losses) == [
        "whole",
        "without graph",
        "network alone",
        "network without its correction",
        "arms without the network",
        "level alone",
    ]
    named = {"whole": "step", "without graph": "step_no_graph", "network alone": "network"}
    for variant, arm in named.items():
        forecast = course.once(ARMS[arm].forecast)
        expected = scored_mse(forecast, course.panel, origins)
        assert losses[variant].mse == pytest.approx(expected)


def test_each_kind_of_edge_is_left_out_where_there_are_several(study, origins):
    panel, graph = study
    graphs = {"contact": graph, "regulatory": graph.without_edges()}
    course = walk(panel, graphs, 1, 0, untrained())
    losses = losses_of(ingredients(course), course, origins)
    assert losses["without regulatory edges"].mse == pytest.approx(losses["whole"].mse, rel=1e-6)
    assert losses["without contact edges"].mse != losses["whole"].mse


def test_weights_that_say_the_same_change_nothing(course, origins):
    graph = course.graphs["contact"]
    shape = (len(course.panel.times), len(graph.first))
    of_step, of_ridge = edge_weights(
        course, 3 * graph.weight, np.broadcast_to(graph.weight, shape), np.ones(shape)
    )
    losses = losses_of(of_step | of_ridge, course, origins)
    whole = losses_of({"whole": ARMS["step"].forecast}, course, origins)["whole"]
    assert losses["edges weighed by contact alone"].mse == pytest.approx(whole.mse, rel=1e-6)
    assert losses["edges all alike"].mse != pytest.approx(whole.mse, rel=1e-6)
    for variant in ("graph AR, edges weighed over time", "graph AR, edges weighed by embedding"):
        assert losses[variant].mse == pytest.approx(losses["graph AR"].mse)


def test_likeness_does_not_depend_on_a_rotation(course):
    graph = course.graphs["contact"]
    rng = np.random.default_rng(0)
    embeddings = rng.normal(size=(2, graph.n_genes, 8))
    rotation = np.linalg.qr(rng.normal(size=(8, 8)))[0]
    found = likeness_of_embeddings(embeddings, graph)
    np.testing.assert_allclose(found, likeness_of_embeddings(5 * embeddings @ rotation, graph))
    alike = np.repeat(embeddings[:, :1], graph.n_genes, axis=1)
    np.testing.assert_allclose(likeness_of_embeddings(alike, graph), 1.0)
