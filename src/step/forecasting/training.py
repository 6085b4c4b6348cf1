"""Fitting a network to windows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import Field, RootModel, StrictBool
from torch import nn

from step.errors import InputError
from step.forecasting.windows import Windows
from step.graphs.gene_graph import GeneGraph
from step.models.graph_operator import GraphOperator
from step.models.losses import LossConfig, loss_components
from step.models.networks import STEPmiSettings, STEPmrSettings
from step.typed import Seed, between, settings

Device = Literal["auto", "cpu", "cuda"]
LearningRate = Annotated[float, between(0, 10, inclusive="right")]
WeightDecay = Annotated[float, between(0, 100)]


@settings
class TrainingSettings:
    """How a network is fitted.

    Attributes:
        window: Times in a window.
        initial_steps: Full-batch steps at the first origin.
        update_steps: Further steps at each later origin, on all windows known by then.
        learning_rate: Of AdamW.
        weight_decay: Of AdamW.
        seed: Of initial weights and dropout.
        edge_weights: `static`, the structural weights alone; or `over_time`, with the likeness of
            expression at each time of a window.
        device: `auto`, `cpu` or `cuda`.
        mixed_precision: Whether to compute in bfloat16 where that is safe and the device can.
    """

    window: Annotated[int, between(1, 1000)]
    initial_steps: Annotated[int, between(0, 100_000)]
    update_steps: Annotated[int, between(0, 100_000)]
    learning_rate: LearningRate
    weight_decay: WeightDecay
    seed: Seed
    edge_weights: Literal["static", "over_time"] = "static"
    device: Device = "auto"
    mixed_precision: StrictBool = False


@settings
class TrainedSTEPmr(STEPmrSettings):
    """A STEPmr and how it is fitted to a course.

    Attributes:
        training: How it is fitted.
    """

    training: TrainingSettings


@settings
class TrainedSTEPmi(STEPmiSettings):
    """A STEPmi and how it is fitted to a course.

    Attributes:
        training: How it is fitted.
    """

    training: TrainingSettings


TrainedNetwork = TrainedSTEPmr | TrainedSTEPmi


class NetworkSettings(RootModel[Annotated[TrainedNetwork, Field(discriminator="kind")]]):
    """The network that `kind` names: `network: {kind: STEPmr, …}`; it is `root`."""


class WindowGraphs:
    """The graph of some windows as an operator on a device: the same for all, or each its own.

    Args:
        graph: The graph of genes.
        weights: Of each edge at each time, shape `[time, edge]`; None for static ones.
        device: Where to compute.
    """

    def __init__(self, graph: GeneGraph, weights: np.ndarray | None, device: torch.device):
        index, self._edge = graph.both_directions()
        self._index = torch.from_numpy(index)
        self._weights = weights
        self._n_genes = graph.n_genes
        self._device = device
        self._static = self._operator(graph.weight[self._edge])

    def of(self, rows: np.ndarray) -> GraphOperator:
        """Of windows that hold these times, shape `[batch, time]`; later ones count as the last."""
        if self._weights is None:
            return self._static
        known = np.minimum(rows, len(self._weights) - 1)
        return self._operator(self._weights[known][..., self._edge])

    def _operator(self, weight: np.ndarray) -> GraphOperator:
        tensor = torch.from_numpy(np.ascontiguousarray(weight, dtype=np.float32))
        return GraphOperator.from_edges(self._index, tensor, self._n_genes).to(self._device)


def choose_device(name: Device) -> torch.device:
    """Choose the device to compute on; `auto` is CUDA where there is one.

    Raises:
        InputError: There is no CUDA.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError(
            "`device` is cuda, but torch finds no CUDA device. Set it to auto or cpu, or install a "
            "torch built for CUDA."
        )
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def computes_bfloat16(device: torch.device) -> bool:
    """Return whether a device computes in bfloat16, LSTMs included."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    # No public function tells; without support torch raises an error in the LSTM.
    return torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()


@contextmanager
def threads(number: int) -> Iterator[None]:
    """Compute with some number of threads; a sum's last digits depend on it."""
    usual = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(usual)


def fit(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    windows: Windows,
    graph: GraphOperator,
    loss: LossConfig,
    steps: int,
    *,
    mixed_precision: bool,
) -> list[dict[str, float]]:
    """Take full-batch steps; the model and the optimiser are changed in place.

    The forecast is the last level plus the model's correction, so in the windows' units, where the
    last level is zero, it is the correction itself.

    Args:
        model: The network.
        optimiser: Of its parameters.
        windows: On the model's device.
        graph: On the model's device.
        loss: Weights of the loss.
        steps: Number of steps.
        mixed_precision: Whether the network computes in bfloat16 where that is safe; the loss, the
            weights and the sums over the graph stay in single precision.

    Returns:
        One row a step: each weighted component of the loss, and `total`.
    """
    return [
        descend(
            model,
            optimiser,
            windows,
            graph,
            loss,
            mixed_precision=mixed_precision,
            max_grad_norm=1.0,
        )
        for _ in range(steps)
    ]


def descend(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    windows: Windows,
    graph: GraphOperator,
    loss: LossConfig,
    *,
    mixed_precision: bool,
    max_grad_norm: float | None,
) -> dict[str, float]:
    """Take one step; the model and the optimiser are changed in place.

    Args:
        model: The network.
        optimiser: Of its parameters.
        windows: On the model's device.
        graph: On the model's device.
        loss: Weights of the loss.
        mixed_precision: See `fit`.
        max_grad_norm: Norm to which a larger gradient is scaled down; None leaves it as it is.

    Returns:
        Each weighted component of the loss before the step, and `total`.
    """
    model.train()
    optimiser.zero_grad()
    forecast = apply(model, windows, graph, mixed_precision=mixed_precision)
    components = loss_components(forecast, windows.target, windows.history, loss)
    total = torch.stack(list(components.values())).sum()
    total.backward()
    if max_grad_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), max_grad_norm)
    optimiser.step()
    return {name: value.item() for name, value in components.items()} | {"total": total.item()}


def correct(
    model: nn.Module, window: Windows, graph: GraphOperator, *, mixed_precision: bool
) -> torch.Tensor:
    """The model's correction to the level, log2, shape `[gene]`, in the main memory."""
    model.eval()
    with torch.no_grad():
        made = apply(model, window, graph, mixed_precision=mixed_precision)
    return made[0].cpu() * window.scale


def apply(
    model: nn.Module, windows: Windows, graph: GraphOperator, *, mixed_precision: bool
) -> torch.Tensor:
    """The network's output for each window, shape `[batch, gene]`, in single precision."""
    device = windows.inputs.device
    mixed_precision = mixed_precision and computes_bfloat16(device)
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=mixed_precision):
        return model(windows.inputs, graph).float()
