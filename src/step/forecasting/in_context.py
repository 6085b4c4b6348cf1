"""Pretrained networks, applied to a whole course at once."""

import copy
import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import scipy.sparse
import torch
from pydantic import TypeAdapter
from safetensors.numpy import load

from step.checksums import CHECKSUM, require_weights
from step.errors import InputError
from step.forecasting.arms.context import WIDTHS, Context
from step.graphs.gene_graph import GeneGraph
from step.models.graph_operator import GraphOperator
from step.models.in_context import (
    InContextConfig,
    InContextNetwork,
    Mixture,
    mixture_loss,
)
from step.runtime import Device, choose_device
from step.typed import between, settings


@dataclass(frozen=True)
class ValidatedRound:
    """How well a network did after a round of its pretraining, on held-back courses.

    Attributes:
        n_courses: Simulated courses that it had been trained on.
        of_level: Mean squared error one time ahead, relative to that of the local level.
        of_best_arm: The same relative to each course's best arm, chosen with hindsight.
    """

    n_courses: int
    of_level: float
    of_best_arm: float


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
        history: Its rounds, without those of an earlier pretraining on courses of another prior,
            whose errors are those of other held-back courses.
        trainings: Settings of its pretraining and, where that was gone on with, of the later ones.
    """

    network: dict[str, Any]
    step_version: str
    torch_version: str
    seed: int
    n_courses: int
    n_parameters: int
    validation: dict[str, float]
    prior: str
    history: tuple[ValidatedRound, ...] = ()
    trainings: tuple[dict[str, Any], ...] = ()


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
        fine_tuning: Learning rate by which the last layer follows the study: at each time one step
            down the loss of the forecasts whose outcome has become known. 0 leaves the weights as
            they were pretrained.
    """

    kind: Literal["STEPmr", "STEPmi"]
    fine_tuning: Annotated[float, between(0, 1)]


def new_network(config: InContextConfig) -> InContextNetwork:
    """Make a network of a shape, with random weights."""
    return InContextNetwork(WIDTHS, config)


def trained_network(pretrained: PretrainedNetwork) -> InContextNetwork:
    """Make the network that a card describes, with its weights."""
    network = new_network(TypeAdapter(InContextConfig).validate_python(pretrained.card.network))
    network.load_state_dict(
        {name: torch.from_numpy(value) for name, value in pretrained.weights.items()}
    )
    return network


def load_pretrained(kind: str) -> PretrainedNetwork:
    """Load the pretrained weights that come with this package.

    Args:
        kind: `STEPmr` or `STEPmi`.

    Raises:
        InputError: This package has none of the kind, or the card is not theirs.
    """
    folder = Path(str(resources.files("step.models") / "pretrained"))
    weights, card = folder / f"{kind}.safetensors", folder / f"{kind}.json"
    if not weights.is_file():
        raise InputError(
            f"There are no pretrained weights of {kind}. `kedro run --pipelines pretraining` makes "
            "them."
        )
    described = json.loads(card.read_text("utf-8"))
    require_weights(weights, described.pop(CHECKSUM, None))
    card_of_weights = TypeAdapter(PretrainingCard).validate_python(described)
    return PretrainedNetwork(load(weights.read_bytes()), card_of_weights)


class InContextForecaster:
    """Applies a pretrained network to what it sees of a course.

    Args:
        pretrained: The network.
        fine_tuning: See `NetworkSettings`.
        device: Where it computes; chosen anew in each process.
    """

    def __init__(
        self, pretrained: PretrainedNetwork, fine_tuning: float = 0.0, device: Device = "cpu"
    ):
        self._fine_tuning = fine_tuning
        self._device = device
        self._network = trained_network(pretrained).eval()

    def __call__(
        self, context: Context, graphs: dict[str, GeneGraph], came: np.ndarray
    ) -> NetworkForecast:
        """Forecast from each time.

        Args:
            context: What the network sees.
            graphs: By kind of edge.
            came: What came, in units, `[time, horizon, gene]`, NaN where unknown; the last layer
                follows it, each outcome from when it was known.
        """
        device = choose_device(self._device)
        network = self._network
        if self._fine_tuning or device.type != "cpu":  # what other processes get stays as it is
            network = copy.deepcopy(network).to(device)
        if self._fine_tuning:
            made = self._follow(network, context, graphs, came)
        else:
            with torch.inference_mode():
                made = network(*tensors(context, device), operators(graphs, device))
        unit, level = context.unit[:, None], context.level[:, None]
        return NetworkForecast(
            mean=level + unit * made.mean.cpu().numpy(),
            spread=unit * made.spread.cpu().numpy(),
            weights=made.weights.cpu().numpy(),
        )

    def _follow(
        self,
        network: InContextNetwork,
        context: Context,
        graphs: dict[str, GeneGraph],
        came: np.ndarray,
    ) -> Mixture:
        """Forecast from each time with a last layer that has learned from the outcomes so far."""
        device = next(network.parameters()).device
        inputs, ahead, arms, kinds, neighbours = tensors(context, device)
        edges = operators(graphs, device)
        with torch.no_grad():
            blocks = network.hidden_in_blocks(inputs, ahead, kinds, neighbours, edges)
            hidden = torch.cat([each for _, each in blocks], dim=2)
        target = torch.from_numpy(came.astype(np.float32)).to(device)
        descent = torch.optim.SGD(network.head[-1].parameters(), self._fine_tuning)
        made = []
        for time in range(len(hidden)):
            origins = torch.arange(time - 1, time - 1 - target.shape[1], -1, device=device)
            known = origins >= 0
            horizon = torch.arange(target.shape[1], device=device)[known]
            outcome = target[origins[known], horizon]
            if not torch.isnan(outcome).all():
                seen = network.mix(hidden[origins[known], horizon], arms[origins[known], horizon])
                descent.zero_grad()
                mixture_loss(seen, outcome).backward()
                descent.step()
            with torch.no_grad():
                made.append(network.mix(hidden[time], arms[time]))
        return Mixture(
            *(torch.stack([getattr(each, name) for each in made]) for name in vars(made[0]))
        )


def tensors(context: Context, device: torch.device) -> tuple[torch.Tensor, ...]:
    """Return what a network takes of a context: inputs, ahead, arms, kinds, neighbours."""
    parts = (context.inputs, context.ahead, context.arms, context.kinds, context.neighbours)
    return tuple(torch.from_numpy(np.ascontiguousarray(part)).to(device) for part in parts)


def operators(graphs: dict[str, GeneGraph], device: torch.device) -> tuple[GraphOperator, ...]:
    """Return the graphs as a network's convolutions take them."""
    return tuple(_operator(each.neighbour_mean).to(device) for each in graphs.values())


def _operator(mean: scipy.sparse.csr_array) -> GraphOperator:
    return GraphOperator.of_neighbours(
        torch.from_numpy(mean.indptr.astype(np.int64)),
        torch.from_numpy(mean.indices.astype(np.int64)),
        torch.from_numpy(mean.data.astype(np.float32)),
    )
