"""Seconds of STEP's forecasters and embedding beside those of well-known packages, in one run.

Printed as ratios to the reference, each on one core: AutoETS of statsforecast for forecasters, the
package node2vec for the embedding. What is asserted is that both computed the same kind of thing:
finite forecasts, and embeddings of one shape. Run with `make benchmark`.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest

from step.embeddings.engines import EmbeddingConfig
from step.embeddings.temporal import temporal_embedding
from step.forecasting.arms import ARMS
from step.forecasting.course import Course, walk
from step.forecasting.in_context import InContextForecaster, load_pretrained
from step.graphs.weights import weights_over_time
from tests.conftest import simulated_study

Found = TypeVar("Found")
N_GENES = 1_000
N_AHEAD = 3
FIRST = 7
EMBEDDING = EmbeddingConfig(
    dimensions=4,
    walk_length=20,
    walks_per_node=10,
    context=5,
    first_epochs=5,
    p=1.0,
    q=1.0,
    expression_weight=0.4,
    seed=42,
)


def timed(function: Callable[..., Found], *arguments: object) -> tuple[Found, float]:
    started = time.perf_counter()
    return function(*arguments), time.perf_counter() - started


def forecast(course: Course, arm: str) -> np.ndarray:
    return course.once(ARMS[arm].forecast)


@pytest.fixture(scope="module")
def course() -> Course:
    panel, graph = simulated_study(coupling=1.0, seed=3, n_genes=N_GENES)
    network = InContextForecaster(load_pretrained("STEPmr"))
    return walk(panel, {"contact": graph}, N_AHEAD, FIRST, network)


def test_forecasters(course):
    """Each arm with all that it needs and nobody computed before it."""
    seconds = {}
    for arm in (
        "auto_ets",
        "theta",
        "local_level",
        "graph_ridge",
        "graph_level",
        "network",
        "step",
    ):
        fresh = replace(course, _known={})
        made, seconds[arm] = timed(forecast, fresh, arm)
        assert np.isfinite(made[FIRST:]).all()
    print(f"\n{N_GENES} genes, {len(course.panel.times)} times; AutoETS = 1")
    for arm, own in seconds.items():
        print(f"{arm:<16}{own:8.2f} s {own / seconds['auto_ets']:8.3f} x AutoETS")


def test_embedding(course):
    pytest.importorskip("node2vec")
    graph = course.graphs["contact"]
    weights = weights_over_time(graph, course.panel.robust, EMBEDDING.expression_weight)[:3]
    temporal_embedding(graph, weights[:1], EMBEDDING)  # compiles what it needs
    own, seconds = timed(temporal_embedding, graph, weights, EMBEDDING)
    package = replace(EMBEDDING, engine="node2vec")
    other, reference = timed(temporal_embedding, graph, weights, package)
    assert own.shape == other.shape
    print(f"\n{N_GENES} genes, 3 times: {seconds:.2f} s, node2vec {reference:.2f} s", end="")
    print(f" ({reference / seconds:.1f} times as long)")
