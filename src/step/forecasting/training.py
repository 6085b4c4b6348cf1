"""Fitting a network to windows."""

import torch
from torch import nn

from step.forecasting.windows import Windows
from step.models.layers import Graph
from step.models.losses import LossConfig, loss_components


def fit(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    windows: Windows,
    graph: Graph,
    loss: LossConfig,
    steps: int,
) -> list[dict[str, float]]:
    """Take full-batch steps; the model and the optimiser are changed in place.

    The forecast is the last level plus the model's correction, so in the windows' units, where the
    last level is zero, it is the correction itself.

    Returns:
        One row a step: each weighted component of the loss, and `total`.
    """
    model.train()
    curve = []
    for _ in range(steps):
        optimiser.zero_grad()
        correction = model(windows.inputs, graph)
        components = loss_components(correction, windows.target, windows.history, loss)
        total = torch.stack(list(components.values())).sum()
        total.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        curve.append(
            {name: value.item() for name, value in components.items()} | {"total": total.item()}
        )
    return curve


def correct(model: nn.Module, window: Windows, graph: Graph) -> torch.Tensor:
    """The model's correction to the level, log2, shape `[gene]`."""
    model.eval()
    with torch.no_grad():
        return model(window.inputs, graph)[0] * window.scale
