"""Fitting a network to windows."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from step.errors import InputError
from step.forecasting.windows import Windows
from step.models.graph_operator import GraphOperator
from step.models.losses import LossConfig, loss_components


def choose_device(name: str) -> torch.device:
    """The device to compute on: `cpu`, `cuda`, or `auto`, CUDA where there is one.

    Raises:
        InputError: The name is none of these, or there is no CUDA.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise InputError(f"`device` is {name!r}; it is auto, cpu or cuda.")
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError(
            "`device` is cuda, but torch finds no CUDA device. Set it to auto or cpu, or install a "
            "torch built for CUDA."
        )
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


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
            model, optimiser, windows, graph, loss, mixed_precision=mixed_precision, largest=1.0
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
    largest: float | None,
) -> dict[str, float]:
    """Take one step; the model and the optimiser are changed in place.

    Args:
        model: The network.
        optimiser: Of its parameters.
        windows: On the model's device.
        graph: On the model's device.
        loss: Weights of the loss.
        mixed_precision: See `fit`.
        largest: Norm that the gradient is cut down to; None leaves it as it is.

    Returns:
        Each weighted component of the loss before the step, and `total`.
    """
    model.train()
    optimiser.zero_grad()
    forecast = apply(model, windows, graph, mixed_precision=mixed_precision)
    components = loss_components(forecast, windows.target, windows.history, loss)
    total = torch.stack(list(components.values())).sum()
    total.backward()
    if largest is not None:
        nn.utils.clip_grad_norm_(model.parameters(), largest)
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
    device = windows.inputs.device.type
    with torch.autocast(device, dtype=torch.bfloat16, enabled=mixed_precision):
        return model(windows.inputs, graph).float()
