"""Fitting a network as published: one window a step, the best epoch chosen on the scored windows.

It is kept to show what the published figures measure. The scored windows overlap those trained on
and also say when to stop, so nothing here is a forecast.
"""

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import nn

from step.errors import InputError
from step.graphs.gene_graph import GeneGraph
from step.models.graph_operator import GraphOperator
from step.models.losses import loss_components
from step.published.descent import apply, descend, graph_operator, threads
from step.published.settings import PublishedNetwork, PublishedTraining
from step.published.windows import Split, Windows, select_windows
from step.runtime import Device, choose_device

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class FittedNetwork:
    """One network, fitted and scored as published.

    Attributes:
        seed: Of its initial weights and dropout.
        forecast: Of the held-out windows, shape `[window, gene]`.
        trained: Forecast of the windows trained on, likewise, by the same weights.
        curve: seed, epoch, windows (trained or held_out), a column for each weighted component of
            the loss, total, kept (whether the weights of the epoch were kept).
        weights: By name, those of the epoch with the lowest held-out loss.
    """

    seed: int
    forecast: np.ndarray
    trained: np.ndarray
    curve: pd.DataFrame
    weights: dict[str, np.ndarray]


def learning_rates(training: PublishedTraining, steps: int) -> np.ndarray:
    """Schedule the learning rate, apart from halving: one of each step, shape `[epoch, step]`.

    Args:
        training: Its height, warm-up and annealing.
        steps: Number of steps in an epoch.
    """
    step = np.arange(1, training.max_epochs * steps + 1)
    risen = training.warm_up_epochs * steps
    share = np.minimum(step / max(risen, 1), 1.0)
    if training.anneals:
        progress = (step - 1 - risen).clip(min=0) / max(len(step) - risen, 1)
        share = share * (1.0 + np.cos(np.pi * progress)) / 2.0
    return training.learning_rate * share.reshape(training.max_epochs, steps)


def fit_network(
    windows: Windows,
    split: Split,
    graph: GeneGraph,
    network: PublishedNetwork,
    device: Device,
    seed: int,
) -> FittedNetwork:
    """Fit a network to the windows trained on, and forecast those held out.

    Args:
        windows: All windows, in the main memory.
        split: Which are trained on, and which are held out.
        graph: The graph of genes.
        network: Shape, loss and training.
        device: Where to compute.
        seed: Of initial weights and dropout.

    Raises:
        InputError: Training diverged, or there is no such device.
    """
    training, place = network.training, choose_device(device)
    operator = graph_operator(graph, place)
    torch.manual_seed(seed)
    model = network.build(windows.inputs.shape[1]).to(place)
    # The learning rate is set at each step; a fused step takes a third of the time.
    optimiser = torch.optim.Adam(model.parameters(), weight_decay=training.weight_decay, fused=True)
    rates = learning_rates(training, len(split.trained))
    batches = [select_windows(windows, first).to(place) for first in split.trained[:, None]]
    scored = select_windows(windows, split.held_out).to(place)
    losses = []
    best_epoch, lowest, lowered, forecast = 0, float("inf"), training.warm_up_epochs, None
    with threads(training.threads):
        for epoch in range(training.max_epochs):
            trained = _train_epoch(model, optimiser, batches, operator, network, rates[epoch])
            candidate, held_out = _hold_out(model, scored, operator, network)
            losses += [{"windows": "trained"} | trained, {"windows": "held_out"} | held_out]
            _log(seed, epoch, trained["total"], held_out["total"])
            if held_out["total"] < lowest:
                best_epoch, lowest, forecast = epoch, held_out["total"], candidate
                weights = _weights(model)
            elif epoch - best_epoch >= training.patience:
                break
            since = epoch - max(best_epoch, lowered)
            if training.halve_after is not None and since > training.halve_after:
                rates[epoch + 1 :] /= 2
                lowered = epoch
    if forecast is None:
        raise InputError(
            f"Training with seed {seed} diverged: the loss was never a number. Lower the network's "
            "`learning_rate`, or raise `warm_up_epochs`."
        )
    model.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    with threads(training.threads):
        trained = _forecast(model, batches, operator, network)
    return FittedNetwork(seed, forecast, trained, _curve(losses, seed, best_epoch), weights)


def _train_epoch(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    batches: list[Windows],
    operator: GraphOperator,
    network: PublishedNetwork,
    rates: np.ndarray,
) -> dict[str, float]:
    """Take a step for each batch; return the mean of each component of the loss."""
    steps = []
    for batch, rate in zip(batches, rates, strict=True):
        optimiser.param_groups[0]["lr"] = float(rate)
        steps.append(
            descend(
                model,
                optimiser,
                batch,
                operator,
                network.loss,
                mixed_precision=network.training.mixed_precision,
            )
        )
    return pd.DataFrame(steps).mean().to_dict()


def _hold_out(
    model: nn.Module, scored: Windows, operator: GraphOperator, network: PublishedNetwork
) -> tuple[np.ndarray, dict[str, float]]:
    """Forecast the held-out windows, and return the components of their loss."""
    model.eval()
    with torch.no_grad():
        forecast = apply(model, scored, operator, mixed_precision=network.training.mixed_precision)
        weighted = loss_components(forecast, scored.target, scored.history, network.loss)
    components = {name: value.item() for name, value in weighted.items()}
    return forecast.cpu().numpy(), components | {"total": sum(components.values())}


def _forecast(
    model: nn.Module, batches: list[Windows], operator: GraphOperator, network: PublishedNetwork
) -> np.ndarray:
    """Forecast windows one after another, for all at once would need much memory."""
    model.eval()
    mixed = network.training.mixed_precision
    with torch.no_grad():
        forecasts = [apply(model, each, operator, mixed_precision=mixed) for each in batches]
    return torch.cat(forecasts).cpu().numpy()


def _weights(model: nn.Module) -> dict[str, np.ndarray]:
    return {name: value.cpu().numpy().copy() for name, value in model.state_dict().items()}


def _curve(losses: list[dict[str, object]], seed: int, best_epoch: int) -> pd.DataFrame:
    """Two rows an epoch, as `losses` has them."""
    epoch = np.arange(len(losses)) // 2
    curve = pd.DataFrame({"seed": seed, "epoch": epoch})
    return curve.join(pd.DataFrame(losses)).assign(kept=epoch == best_epoch)


def _log(seed: int, epoch: int, trained: float, held_out: float) -> None:
    logger.info(
        "seed %d, epoch %d: loss %.4f on the windows trained on, %.4f on those held out",
        seed,
        epoch,
        trained,
        held_out,
    )
