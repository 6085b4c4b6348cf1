"""Pretrained networks, applied to a whole course at once."""

import json
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

import numpy as np
import scipy.sparse
import torch
from pydantic import TypeAdapter
from safetensors.numpy import load

from step.errors import InputError
from step.forecasting.arms.context import WIDTHS, Context
from step.graphs.gene_graph import GeneGraph
from step.models.graph_operator import GraphOperator
from step.models.in_context import InContextConfig, InContextNetwork
from step.typed import settings


@dataclass(frozen=True)
class PretrainingCard:
    """What is needed to use pretrained weights, and how they came about.

    Attributes:
        network: Shape of the network.
        step_version: Of this package when they were made.
        torch_version: Of torch.
        seed: Of initial weights and courses.
        n_courses: Simulated courses that it was trained on.
        n_parameters: Numbers that were learned.
        validation: Mean squared error one time ahead on held-back courses, relative to that of the
            local level, by kind of course.
        prior: What the courses are, in words.
    """

    network: dict[str, Any]
    step_version: str
    torch_version: str
    seed: int
    n_courses: int
    n_parameters: int
    validation: dict[str, float]
    prior: str


@dataclass(frozen=True)
class PretrainedNetwork:
    """A network with its weights.

    Attributes:
        weights: By name.
        card: What is needed to use them.
    """

    weights: dict[str, np.ndarray]
    card: PretrainingCard


@dataclass(frozen=True)
class NetworkForecast:
    """What a network forecasts from each time.

    Attributes:
        mean: log2, shape `[time, horizon, gene]`.
        spread: Standard deviation of what comes around the mean, log2, as mean.
        weights: Of the level and the arms, `[time, horizon, gene, 1 + arm]`.
    """

    mean: np.ndarray
    spread: np.ndarray
    weights: np.ndarray


@settings
class NetworkSettings:
    """Which pretrained network forecasts.

    Attributes:
        kind: `STEPmr` or `STEPmi`.
    """

    kind: Literal["STEPmr", "STEPmi"]


def new_network(config: InContextConfig) -> InContextNetwork:
    """Make a network of a shape, with random weights."""
    return InContextNetwork(WIDTHS, config)


def load_pretrained(kind: str) -> PretrainedNetwork:
    """Load the pretrained weights that come with this package.

    Args:
        kind: `STEPmr` or `STEPmi`.

    Raises:
        InputError: This package has none of the kind.
    """
    folder = resources.files("step.models") / "pretrained"
    weights, card = folder / f"{kind}.safetensors", folder / f"{kind}.json"
    if not weights.is_file():
        raise InputError(
            f"There are no pretrained weights of {kind}. `kedro run --pipelines pretraining` makes "
            "them."
        )
    described = TypeAdapter(PretrainingCard).validate_python(json.loads(card.read_text("utf-8")))
    return PretrainedNetwork(load(weights.read_bytes()), described)


class InContextForecaster:
    """Applies a pretrained network to what it sees of a course.

    Args:
        pretrained: The network.
    """

    def __init__(self, pretrained: PretrainedNetwork):
        config = TypeAdapter(InContextConfig).validate_python(pretrained.card.network)
        self._network = new_network(config)
        self._network.load_state_dict(
            {name: torch.from_numpy(value) for name, value in pretrained.weights.items()}
        )
        self._network.eval()

    def __call__(self, context: Context, graphs: dict[str, GeneGraph]) -> NetworkForecast:
        """Forecast from each time."""
        with torch.inference_mode():
            made = self._network(*tensors(context), operators(graphs))
        unit, level = context.unit[:, None], context.level[:, None]
        return NetworkForecast(
            mean=level + unit * made.mean.numpy(),
            spread=unit * made.spread.numpy(),
            weights=made.weights.numpy(),
        )


def tensors(context: Context) -> tuple[torch.Tensor, ...]:
    """Return what a network takes of a context: inputs, ahead, arms, kinds, neighbours."""
    parts = (context.inputs, context.ahead, context.arms, context.kinds, context.neighbours)
    return tuple(torch.from_numpy(np.ascontiguousarray(part)) for part in parts)


def operators(graphs: dict[str, GeneGraph]) -> tuple[GraphOperator, ...]:
    """Return the graphs as a network's convolutions take them."""
    return tuple(_operator(each.neighbour_mean) for each in graphs.values())


def _operator(mean: scipy.sparse.csr_array) -> GraphOperator:
    return GraphOperator.of_neighbours(
        torch.from_numpy(mean.indptr.astype(np.int64)),
        torch.from_numpy(mean.indices.astype(np.int64)),
        torch.from_numpy(mean.data.astype(np.float32)),
    )
