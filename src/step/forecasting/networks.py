"""A network as a forecaster: refitted from origin to origin, and trusted as far as it earned it.

The forecast is the local level plus λ times the network's correction. λ is learned from the
corrections made at earlier origins and what was observed after them, so a network that finds
nothing ends at the level, and does no harm.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import torch
from torch import nn

from step.embeddings.temporal import EmbeddingConfig
from step.forecasting.backtest import BacktestConfig, check_course, forecast_origins
from step.forecasting.level import Level, local_level
from step.forecasting.panel import Panel
from step.forecasting.training import choose_device, correct, fit, threads
from step.forecasting.windows import N_CHANNELS, Windows, last_window, training_windows
from step.graphs.gene_graph import GeneGraph
from step.graphs.weights import weights_over_time
from step.models.graph_operator import GraphOperator
from step.models.losses import LossConfig
from step.typed import settings

PRIOR_ORIGINS = 2.0

BuildModel = Callable[[int], nn.Module]


@settings
class TrainingConfig:
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
        mixed_precision: Whether to compute in bfloat16 where that is safe.
    """

    window: int
    initial_steps: int
    update_steps: int
    learning_rate: float
    weight_decay: float
    seed: int
    edge_weights: Literal["static", "over_time"] = "static"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    mixed_precision: bool = False


@dataclass(frozen=True)
class Recipe:
    """All that makes a network forecaster but the graph.

    Attributes:
        build: Makes the network for a number of input channels.
        loss: Loss weights.
        training: Fitting.
        embedding: Of the graph.
        backtest: Origins, and number of rewired graphs.
    """

    build: BuildModel
    loss: LossConfig
    training: TrainingConfig
    embedding: EmbeddingConfig
    backtest: BacktestConfig


@dataclass(frozen=True)
class NetworkRun:
    """What a network forecast.

    Attributes:
        level: Of each origin, log2, shape `[origin, gene]`.
        correction: The network's, before λ, log2, shape `[origin, gene]`.
        trust: λ at each origin, shape `[origin]`.
        future: Forecasts after the last time, log2, shape `[time, gene]`.
        future_spread: Standard deviation of a forecast that far ahead, relative to the first,
            shape `[time, gene]`.
        scale: Of the last windows, log2 units of one unit of the network's.
        curves: Loss components: origin (time), step, component columns, total.
        weights: The final network's, by name.
    """

    level: np.ndarray
    correction: np.ndarray
    trust: np.ndarray
    future: np.ndarray
    future_spread: np.ndarray
    scale: float
    curves: pd.DataFrame
    weights: dict[str, np.ndarray]

    @property
    def forecast(self) -> np.ndarray:
        """Of the time after each backtest origin, log2, shape `[origin, gene]`."""
        return (self.level + self.trust[:, None] * self.correction)[:-1]


class Graphs:
    """The graph of some windows, as tensors on a device: the same for all, or each its own.

    Args:
        edges: The graph.
        weights: Of each edge at each time, shape `[time, edge]`; None for static ones.
        device: Where to compute.
    """

    def __init__(self, edges: GeneGraph, weights: np.ndarray | None, device: torch.device):
        index, self._edge = edges.both_directions()
        self._index = torch.from_numpy(index)
        self._weights = weights
        self._n_genes = edges.n_genes
        self._device = device
        self._static = self._graph(edges.weight[self._edge]) if weights is None else None

    def of(self, rows: np.ndarray) -> GraphOperator:
        """Of windows that hold these times, shape `[batch, time]`; later ones count as the last."""
        if self._static is not None:
            return self._static
        known = np.minimum(rows, len(self._weights) - 1)
        return self._graph(self._weights[known][..., self._edge])

    def _graph(self, weight: np.ndarray) -> GraphOperator:
        tensor = torch.from_numpy(np.ascontiguousarray(weight, dtype=np.float32))
        return GraphOperator.from_edges(self._index, tensor, self._n_genes).to(self._device)


@threads(1)  # the same sums whatever the machine, and faster at these sizes
def run_network(
    panel: Panel, edges: GeneGraph, embeddings: np.ndarray, recipe: Recipe
) -> NetworkRun:
    """Forecast from every origin up to the last time.

    At each origin everything is computed anew from the panel cut there: level, windows, scale. The
    network goes on from its weights of the origin before, which have seen less.

    Args:
        panel: All times.
        edges: The graph.
        embeddings: Shape `[time, gene, dimension]`, each time's depending on no later one.
        recipe: The forecaster.

    Raises:
        InputError: The window is longer than the history before the first origin allows.
    """
    check_course(len(panel.times), recipe.training.window, recipe.backtest)
    first_origin = int(forecast_origins(len(panel.times), recipe.backtest).every[0])
    training, future_times = recipe.training, recipe.backtest.future_times
    torch.manual_seed(training.seed)
    device = choose_device(training.device)
    weights = None
    if training.edge_weights == "over_time":
        weights = weights_over_time(edges, panel.robust, recipe.embedding.expression_weight)
    graphs = Graphs(edges, weights, device)
    model = recipe.build(N_CHANNELS + embeddings.shape[-1]).to(device)

    def corrected(window: Windows) -> np.ndarray:
        graph = graphs.of(window.rows)
        made = correct(model, window.to(device), graph, mixed_precision=training.mixed_precision)
        return made.numpy().astype(float)

    optimiser = torch.optim.AdamW(
        model.parameters(), lr=training.learning_rate, weight_decay=training.weight_decay
    )
    usual_step = panel.usual_step()
    ahead = np.append(np.diff(panel.times), usual_step)
    levels, corrections, trusts, curves = [], [], [], []
    for origin in range(first_origin, len(panel.times)):
        known = panel.until(origin)
        level = local_level(known)
        embedded = embeddings[: origin + 1]
        windows = training_windows(known, level, embedded, training.window)
        steps = training.update_steps if levels else training.initial_steps
        losses = fit(
            model,
            optimiser,
            windows.to(device),
            graphs.of(windows.rows),
            recipe.loss,
            steps,
            mixed_precision=training.mixed_precision,
        )
        curve = pd.DataFrame(losses)
        curves.append(curve.assign(origin=known.times[-1], step=np.arange(len(curve))))
        observed = known.mean[first_origin + 1 :]
        trusts.append(_trust(observed, levels, corrections))
        levels.append(level.path[-1])
        window = last_window(known, level, embedded, training.window, ahead[origin])
        corrections.append(corrected(window))
    future = [levels[-1] + trusts[-1] * corrections[-1]]
    for _ in range(1, future_times):
        known, level, embedded = _extend(known, level, embedded, future[-1], usual_step)
        window = last_window(known, level, embedded, training.window, usual_step)
        future.append(future[-1] + trusts[-1] * corrected(window))
    variance = np.stack(
        [level.forecast_variance(k * usual_step) for k in range(1, future_times + 1)]
    )
    return NetworkRun(
        level=np.stack(levels),
        correction=np.stack(corrections),
        trust=np.array(trusts),
        future=np.stack(future),
        future_spread=np.sqrt(variance / variance[0]),
        scale=windows.scale,
        curves=pd.concat(curves, ignore_index=True),
        weights={name: value.cpu().numpy() for name, value in model.state_dict().items()},
    )


def _trust(observed: np.ndarray, levels: list[np.ndarray], corrections: list[np.ndarray]) -> float:
    """λ: the share of the earlier corrections that would have been best, 0 to 1.

    Least squares of (observation − level) on the correction over all earlier origins and genes,
    shrunk towards zero as if by two origins more whose corrections were worth nothing.
    """
    if not corrections:
        return 0.0
    made = np.stack(corrections)
    missed = observed - np.stack(levels)
    seen = ~np.isnan(missed)
    if not seen.any():
        return 0.0
    power = np.mean(made[seen] ** 2) * (1.0 + PRIOR_ORIGINS / len(made))
    if power == 0.0:
        return 0.0
    return float(np.clip(np.mean(made[seen] * missed[seen]) / power, 0.0, 1.0))


def _extend(
    panel: Panel, level: Level, embeddings: np.ndarray, forecast: np.ndarray, step: float
) -> tuple[Panel, Level, np.ndarray]:
    """As if the forecast had been observed, without surprise, one usual step later."""
    row = forecast[None]
    later = Panel(
        panel.genes,
        np.append(panel.times, panel.times[-1] + step),
        np.concatenate([panel.mean, row]),
        np.concatenate([panel.robust, row]),
        np.concatenate([panel.replicate_variance, panel.replicate_variance[-1:]]),
        np.concatenate([panel.n_replicates, panel.n_replicates[-1:]]),
    )
    extended = Level(
        np.concatenate([level.observed, row]),
        np.concatenate([level.path, row]),
        np.concatenate([level.surprise, np.zeros_like(row)]),
        level.variance,
        level.step_variance,
        level.noise_variance,
    )
    return later, extended, np.concatenate([embeddings, embeddings[-1:]])
