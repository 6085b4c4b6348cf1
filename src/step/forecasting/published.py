"""The published protocol: what the publication scored, and how.

It is kept to show what its figures measure. The target is the last coordinate of an embedding that
saw all times, the scored windows overlap those trained on, and they also say when to stop; nothing
here is a forecast of expression.
"""

from dataclasses import dataclass, replace
from typing import Literal

import joblib
import numpy as np
import pandas as pd
import torch

from step.errors import InputError
from step.forecasting.networks import BuildModel
from step.forecasting.training import apply, choose_device, descend
from step.forecasting.windows import Windows
from step.genome.graphs import EdgeList
from step.models.graph import Graph
from step.models.losses import LossConfig, loss_components
from step.typed import settings


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
        halve_after: Epochs without a lower held-out loss, after which the learning rate is
            halved; None never halves it.
        most_epochs: Passes over the windows trained on, at most.
        patience: Epochs without a lower held-out loss, after which training ends.
        device: `auto`, `cpu` or `cuda`.
        mixed_precision: Whether to compute in bfloat16 where that is safe.
    """

    window: int
    train_share: float
    split_seed: int
    seeds: tuple[int, ...]
    learning_rate: float
    weight_decay: float
    halve_after: int | None
    most_epochs: int
    patience: int
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


def split_windows(n_windows: int, training: PublishedTraining) -> tuple[np.ndarray, np.ndarray]:
    """The windows trained on, and those held out, both in the order drawn.

    Raises:
        InputError: There are too few windows for both.
    """
    n_train = int(n_windows * training.train_share)
    if n_windows <= 0 or not 0 < n_train < n_windows:
        raise InputError(
            f"{max(n_windows, 0)} windows of {training.window} times cannot be split into some to "
            f"train on and some to score, with a share of {training.train_share:g} to train on. "
            "Use a shorter window or more times."
        )
    state = torch.Generator().manual_seed(training.split_seed)
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


def run_published(
    embeddings: np.ndarray,
    edges: EdgeList,
    build: BuildModel,
    loss: LossConfig,
    training: PublishedTraining,
) -> tuple[np.ndarray, list[PublishedRun]]:
    """Fit a network with each seed, and forecast the held-out windows.

    Args:
        embeddings: Shape `[time, gene, dimension]`, float32.
        edges: The first time's graph.
        build: Makes the network for a number of input channels.
        loss: Loss weights.
        training: Protocol.

    Returns:
        The held-out windows, by their first time, in the order drawn; and a run a seed.

    Raises:
        InputError: There are too few times.
    """
    trained, held_out = split_windows(len(embeddings) - training.window, training)
    windows = coordinate_windows(embeddings, training.window)
    cores = joblib.cpu_count()
    jobs = min(len(training.seeds), cores)
    tasks = (
        joblib.delayed(_run)(
            windows, trained, held_out, edges, build, loss, training, seed, cores // jobs
        )
        for seed in training.seeds
    )
    return held_out, joblib.Parallel(n_jobs=jobs)(tasks)


def _run(
    windows: Windows,
    trained: np.ndarray,
    held_out: np.ndarray,
    edges: EdgeList,
    build: BuildModel,
    loss: LossConfig,
    training: PublishedTraining,
    seed: int,
    threads: int,
) -> PublishedRun:
    torch.set_num_threads(threads)
    device = choose_device(training.device)
    index, edge = edges.both_directions()
    weight = torch.from_numpy(edges.weight[edge].astype(np.float32))
    graph = Graph.from_edges(torch.from_numpy(index), weight, edges.n_genes).to(device)
    torch.manual_seed(seed)
    model = build(windows.inputs.shape[1]).to(device)
    optimiser = torch.optim.Adam(
        model.parameters(), lr=training.learning_rate, weight_decay=training.weight_decay
    )
    rate = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimiser, factor=0.5, patience=training.most_epochs if training.halve_after is None else training.halve_after
    )
    mixed = training.mixed_precision
    each = [_some(windows, [number]).to(device) for number in trained]
    scored = _some(windows, held_out).to(device)
    curve = []
    best_epoch, lowest = 0, float("inf")
    for epoch in range(training.most_epochs):
        steps = [
            descend(model, optimiser, window, graph, loss, mixed_precision=mixed, largest=None)
            for window in each
        ]
        model.eval()
        with torch.no_grad():
            forecast = apply(model, scored, graph, mixed_precision=mixed)
            parts = loss_components(forecast, scored.target, scored.history, loss)
        held = {name: value.item() for name, value in parts.items()}
        held["total"] = sum(held.values())
        curve.append({"epoch": epoch, "windows": "trained"} | pd.DataFrame(steps).mean().to_dict())
        curve.append({"epoch": epoch, "windows": "held_out"} | held)
        rate.step(held["total"])
        if held["total"] < lowest:
            best_epoch, lowest = epoch, held["total"]
            kept = forecast.cpu().numpy()
            weights = {name: value.cpu().numpy().copy() for name, value in model.state_dict().items()}
        elif epoch - best_epoch >= training.patience:
            break
    return PublishedRun(kept, pd.DataFrame(curve), best_epoch, weights)


def _some(windows: Windows, numbers: list[int] | np.ndarray) -> Windows:
    return replace(
        windows,
        inputs=windows.inputs[numbers],
        history=windows.history[numbers],
        target=windows.target[numbers],
        rows=windows.rows[numbers],
    )
