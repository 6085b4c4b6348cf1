"""The published protocol: what the publication scored, and how.

It is kept to show what its figures measure. The target is the last coordinate of an embedding that
saw all times, the scored windows overlap those trained on, and they also say when to stop; nothing
here is a forecast of expression.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import joblib
import numpy as np
import pandas as pd
import torch
from pydantic import Field
from torch import nn

from step.errors import InputError
from step.forecasting.training import apply, choose_device, descend, threads
from step.forecasting.windows import Windows
from step.graphs.gene_graph import GeneGraph
from step.models.graph_operator import GraphOperator
from step.models.losses import LossConfig, loss_components
from step.typed import Share, settings

BuildModel = Callable[[int], nn.Module]

logger = logging.getLogger(__name__)


@settings
class PublishedTraining:
    """How the networks of the publication were fitted.

    Attributes:
        window: Times in a window.
        train_share: Share of the windows that is trained on; all others are scored.
        split_seed: Of the draw of the windows.
        seeds: Of initial weights and dropout, one network each.
        learning_rate: Of Adam.
        weight_decay: Of Adam.
        warm_up_epochs: Epochs over which the learning rate rises to its height.
        halve_after: More epochs than this without a lower held-out loss halve the learning rate;
            None never halves it.
        anneals: Whether the learning rate falls along half a cosine, to zero after the last epoch.
        most_epochs: Passes over the windows trained on, at most.
        patience: Epochs without a lower held-out loss, after which training ends.
        threads: Of each network; the last digits of its sums depend on it.
        device: `auto`, `cpu` or `cuda`.
        mixed_precision: Whether to compute in bfloat16 where that is safe.
    """

    window: Annotated[int, Field(ge=1)]
    train_share: Share
    split_seed: int
    seeds: Annotated[tuple[int, ...], Field(min_length=1)]
    learning_rate: Annotated[float, Field(gt=0)]
    weight_decay: Annotated[float, Field(ge=0)]
    warm_up_epochs: Annotated[int, Field(ge=0)]
    halve_after: Annotated[int, Field(ge=0)] | None
    anneals: bool
    most_epochs: Annotated[int, Field(ge=1)]
    patience: Annotated[int, Field(ge=1)]
    threads: Annotated[int, Field(ge=1)]
    device: Literal["auto", "cpu", "cuda"] = "auto"
    mixed_precision: bool = False


@dataclass(frozen=True)
class PublishedRun:
    """One network, fitted and scored as published.

    Attributes:
        forecast: Of the scored windows, shape `[window, gene]`.
        curve: epoch, windows (trained or held_out), a column a loss component, total.
        best_epoch: The one whose weights were kept.
        weights: The network's, by name.
    """

    forecast: np.ndarray
    curve: pd.DataFrame
    best_epoch: int
    weights: dict[str, np.ndarray]


def split_windows(
    n_times: int, window: int, train_share: float, split_seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """The windows trained on, and those held out, by their first times, in the order drawn.

    Raises:
        InputError: There are too few windows for both.
    """
    n_windows = max(n_times - window, 0)
    n_train = int(n_windows * train_share)
    if not 0 < n_train < n_windows:
        raise InputError(
            f"{n_times} times make {n_windows} windows of {window} times and the next, which "
            f"cannot be split into a share of {train_share:g} to train on and some to score. Use a "
            "shorter window or more times."
        )
    state = torch.Generator().manual_seed(split_seed)
    drawn = torch.randperm(n_windows, generator=state).numpy()
    return drawn[:n_train], drawn[n_train:]


def coordinate_windows(embeddings: np.ndarray, length: int) -> Windows:
    """Every window; its target is the next time's last coordinate, in the embedding's units.

    Args:
        embeddings: Shape `[time, gene, dimension]`.
        length: Times in a window.
    """
    rows = np.arange(len(embeddings) - length)[:, None] + np.arange(length)
    scored = torch.from_numpy(embeddings[..., -1].copy())
    return Windows(
        inputs=torch.from_numpy(np.ascontiguousarray(embeddings[rows].transpose(0, 3, 1, 2))),
        history=scored[rows],
        target=scored[rows[:, -1] + 1],
        rows=rows,
        scale=1.0,
    )


def autoregress(windows: Windows, trained: np.ndarray, held_out: np.ndarray) -> np.ndarray:
    """What the scored coordinate's own past forecasts: one linear law, the same for all genes.

    Its weights, one for each time of a window, and its constant are fitted by least squares.

    Args:
        windows: Every window.
        trained: Numbers of those fitted to.
        held_out: Numbers of those forecast.

    Returns:
        Shape `[held_out, gene]`.
    """
    history = windows.history.double().numpy().swapaxes(1, 2)
    past = np.concatenate([history, np.ones_like(history[..., :1])], axis=2)
    known = windows.target[trained].double().numpy()
    rows = past[trained].reshape(-1, past.shape[2])
    weights, *_ = np.linalg.lstsq(rows, known.ravel(), rcond=None)
    return past[held_out] @ weights


def learning_rates(training: PublishedTraining, steps: int) -> np.ndarray:
    """The learning rate of each step, were it never halved, shape `[epoch, step]`.

    Args:
        training: Protocol.
        steps: In an epoch.
    """
    step = np.arange(1, training.most_epochs * steps + 1)
    risen = training.warm_up_epochs * steps
    share = np.minimum(step / max(risen, 1), 1.0)
    if training.anneals:
        way = (step - 1 - risen).clip(min=0) / max(len(step) - risen, 1)
        share = share * (1.0 + np.cos(np.pi * way)) / 2.0
    return (training.learning_rate * share).reshape(training.most_epochs, steps)


def run_published(
    embeddings: np.ndarray,
    edges: GeneGraph,
    build: BuildModel,
    loss: LossConfig,
    training: PublishedTraining,
) -> tuple[np.ndarray, list[PublishedRun], np.ndarray]:
    """Fit a network with each seed and an autoregression, and forecast the held-out windows.

    Args:
        embeddings: Shape `[time, gene, dimension]`, float32.
        edges: The first time's graph.
        build: Makes the network for a number of input channels.
        loss: Loss weights.
        training: Protocol.

    Returns:
        The held-out windows, by their first time, in the order drawn; a run a seed; and what
        `autoregress` forecasts.

    Raises:
        InputError: There are too few times, or training diverged.
    """
    trained, held_out = split_windows(
        len(embeddings), training.window, training.train_share, training.split_seed
    )
    windows = coordinate_windows(embeddings, training.window)
    alone = choose_device(training.device).type == "cuda"  # one device serves one network at a time
    jobs = 1 if alone else min(len(training.seeds), max(joblib.cpu_count() // training.threads, 1))
    tasks = (
        joblib.delayed(_run)(windows, trained, held_out, edges, build, loss, training, seed)
        for seed in training.seeds
    )
    return held_out, joblib.Parallel(n_jobs=jobs)(tasks), autoregress(windows, trained, held_out)


def _run(
    windows: Windows,
    trained: np.ndarray,
    held_out: np.ndarray,
    edges: GeneGraph,
    build: BuildModel,
    loss: LossConfig,
    training: PublishedTraining,
    seed: int,
) -> PublishedRun:
    device = choose_device(training.device)
    index, edge = edges.both_directions()
    weight = torch.from_numpy(edges.weight[edge].astype(np.float32))
    graph = GraphOperator.from_edges(torch.from_numpy(index), weight, edges.n_genes).to(device)
    torch.manual_seed(seed)
    model = build(windows.inputs.shape[1]).to(device)
    # The learning rate is set at each step; a fused step takes a third of the time.
    optimiser = torch.optim.Adam(model.parameters(), weight_decay=training.weight_decay, fused=True)
    rates = learning_rates(training, len(trained))
    each = [_some(windows, [number]).to(device) for number in trained]
    scored = _some(windows, held_out).to(device)
    curve, kept = [], None
    best_epoch, lowest, lowered = 0, float("inf"), training.warm_up_epochs
    with threads(training.threads):
        for epoch in range(training.most_epochs):
            fitted = _pass(model, optimiser, each, graph, loss, training, rates[epoch])
            forecast, held = _hold_out(model, scored, graph, loss, training)
            curve.append({"epoch": epoch, "windows": "trained"} | fitted)
            curve.append({"epoch": epoch, "windows": "held_out"} | held)
            logger.info(
                "seed %d, epoch %d: loss %.4f on the windows trained on, %.4f on those held out",
                seed,
                epoch,
                fitted["total"],
                held["total"],
            )
            if held["total"] < lowest:
                best_epoch, lowest, kept = epoch, held["total"], forecast
                weights = {
                    name: value.cpu().numpy().copy() for name, value in model.state_dict().items()
                }
            elif epoch - best_epoch >= training.patience:
                break
            since = epoch - max(best_epoch, lowered)
            if training.halve_after is not None and since > training.halve_after:
                rates[epoch + 1 :] /= 2
                lowered = epoch
    if kept is None:
        raise InputError(
            f"Training with seed {seed} diverged: the loss was never a number. Lower the network's "
            "`learning_rate`, or raise `warm_up_epochs`."
        )
    return PublishedRun(kept, pd.DataFrame(curve), best_epoch, weights)


def _pass(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    each: list[Windows],
    graph: GraphOperator,
    loss: LossConfig,
    training: PublishedTraining,
    rates: np.ndarray,
) -> dict[str, float]:
    """One step a window; the mean of each component of the loss."""
    steps = []
    for window, rate in zip(each, rates, strict=True):
        optimiser.param_groups[0]["lr"] = float(rate)
        steps.append(
            descend(
                model,
                optimiser,
                window,
                graph,
                loss,
                mixed_precision=training.mixed_precision,
                largest=None,
            )
        )
    return pd.DataFrame(steps).mean().to_dict()


def _hold_out(
    model: nn.Module,
    scored: Windows,
    graph: GraphOperator,
    loss: LossConfig,
    training: PublishedTraining,
) -> tuple[np.ndarray, dict[str, float]]:
    """Forecasts of the held-out windows, and the components of their loss."""
    model.eval()
    with torch.no_grad():
        forecast = apply(model, scored, graph, mixed_precision=training.mixed_precision)
        parts = loss_components(forecast, scored.target, scored.history, loss)
    held = {name: value.item() for name, value in parts.items()}
    return forecast.cpu().numpy(), held | {"total": sum(held.values())}


def _some(windows: Windows, numbers: list[int] | np.ndarray) -> Windows:
    return replace(
        windows,
        inputs=windows.inputs[numbers],
        history=windows.history[numbers],
        target=windows.target[numbers],
        rows=windows.rows[numbers],
    )
