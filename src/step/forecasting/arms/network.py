"""A network as a forecaster: refitted from origin to origin, and trusted as far as it earned it.

The forecast is the local level plus λ times the network's correction. λ is learned from the
corrections made at earlier origins and what was observed after them, so a network that finds
nothing ends at the level, and does no harm.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch

from step.embeddings.temporal import temporal_embedding
from step.errors import InputError
from step.forecasting.arms.registry import NetworkRecipe, arm
from step.forecasting.course import Course
from step.forecasting.level import Level
from step.forecasting.panel import Panel
from step.forecasting.training import (
    WindowGraphs,
    choose_device,
    correct,
    fit,
    threads,
)
from step.forecasting.windows import N_CHANNELS, Windows, last_window, training_windows
from step.graphs.gene_graph import GeneGraph
from step.graphs.weights import weights_over_time

PRIOR_ORIGINS = 2.0


@arm("STEP", "#0072B2", "level, surprises, embedding and graph")
def step(recipe: NetworkRecipe) -> "NetworkForecaster":
    """Forecast with the network on the recipe's graph."""
    return NetworkForecaster(recipe)


@arm("STEP, no graph", "#E69F00", "level and surprises")
def step_no_graph(recipe: NetworkRecipe) -> "NetworkForecaster":
    """Forecast with the same network on the same genes, unconnected."""
    no_embedding = np.zeros_like(recipe.embeddings)
    return NetworkForecaster(
        replace(recipe, graph=recipe.graph.without_edges(), embeddings=no_embedding)
    )


def on_graph(recipe: NetworkRecipe, graph: GeneGraph, expression: np.ndarray) -> NetworkRecipe:
    """Take another graph through all that the recipe's own went through.

    Args:
        recipe: Of the real graph.
        graph: The other graph.
        expression: log2, shape `[time, gene]`; weighs edges for the embedding.
    """
    weights = weights_over_time(graph, expression, recipe.embedding.expression_weight)
    embeddings = temporal_embedding(graph, weights, recipe.embedding)
    return replace(recipe, graph=graph, embeddings=embeddings)


@dataclass(frozen=True)
class Correction:
    """What the network added at one origin.

    Attributes:
        level: One time ahead, log2, shape `[gene]`.
        correction: The network's, before λ, log2, shape `[gene]`.
        trust: λ.
    """

    level: np.ndarray
    correction: np.ndarray
    trust: float


class NetworkForecaster:
    """Forecasts one course after another, each with one time more than the one before.

    Everything is computed anew from each course: windows, scale, λ. The network goes on from its
    weights of the course before, which has seen less. It draws from torch's random state, which is
    seeded here: roll one forecaster before making the next.

    Attributes:
        corrections: One a course.
        curves: Loss components: origin (time), step, component columns, total; one table a course.
        scale: Of the last course's windows, log2 units of one unit of the network's.
    """

    def __init__(self, recipe: NetworkRecipe):
        """Make the network of a recipe."""
        torch.manual_seed(recipe.network.training.seed)
        self._recipe = recipe
        self._device = choose_device(recipe.network.training.device)
        in_channels = N_CHANNELS + recipe.embeddings.shape[-1]
        self._model = recipe.network.build(in_channels).to(self._device)
        self._optimiser = torch.optim.AdamW(
            self._model.parameters(),
            lr=recipe.network.training.learning_rate,
            weight_decay=recipe.network.training.weight_decay,
        )
        self.corrections: list[Correction] = []
        self.curves: list[pd.DataFrame] = []
        self.scale = float("nan")

    def weights(self) -> dict[str, np.ndarray]:
        """The network's weights by name."""
        return {name: value.cpu().numpy() for name, value in self._model.state_dict().items()}

    def __call__(self, course: Course) -> np.ndarray:
        """Fit to the course's windows and forecast, log2, shape `[horizon, gene]`.

        Raises:
            InputError: The course holds no window with its target, or training diverged.
        """
        with threads(1):  # the same sums whatever the machine, and faster at these sizes
            graphs = self._window_graphs(course.panel)
            self._fit(course, graphs)
            known, level = course.panel, course.level
            embeddings = self._recipe.embeddings[: len(known.times)]
            steps = np.diff(course.ahead, prepend=0.0)
            trust = self._trust(course)
            correction = self._correct(known, level, embeddings, steps[0], graphs)
            self.corrections.append(Correction(level.path[-1], correction, trust))
            forecasts = [level.path[-1] + trust * correction]
            for elapsed in steps[1:]:
                known, level = _extend(known, level, forecasts[-1], elapsed)
                embeddings = np.concatenate([embeddings, embeddings[-1:]])
                correction = self._correct(known, level, embeddings, elapsed, graphs)
                forecasts.append(forecasts[-1] + trust * correction)
        return np.stack(forecasts)

    def _window_graphs(self, panel: Panel) -> WindowGraphs:
        recipe = self._recipe
        weights = None
        if recipe.network.training.edge_weights == "over_time":
            weights = weights_over_time(
                recipe.graph, panel.robust, recipe.embedding.expression_weight
            )
        return WindowGraphs(recipe.graph, weights, self._device)

    def _fit(self, course: Course, graphs: WindowGraphs) -> None:
        training = self._recipe.network.training
        n_times = len(course.panel.times)
        if n_times <= training.window:
            raise InputError(
                f"The first forecast is made at time {n_times}, and a `window` of "
                f"{training.window} with its target needs {training.window + 1}. Shorten the "
                "window, or raise `history_share`."
            )
        embeddings = self._recipe.embeddings[:n_times]
        windows = training_windows(course.panel, course.level, embeddings, training.window)
        losses = fit(
            self._model,
            self._optimiser,
            windows.to(self._device),
            graphs.of(windows.rows),
            self._recipe.network.loss,
            training.update_steps if self.curves else training.initial_steps,
            mixed_precision=training.mixed_precision,
        )
        curve = pd.DataFrame(losses)
        self.curves.append(curve.assign(origin=course.panel.times[-1], step=np.arange(len(curve))))
        self.scale = windows.scale

    def _trust(self, course: Course) -> float:
        """λ: the share of the earlier corrections that would have been best, 0 to 1.

        Least squares of (observation − level) on the correction over all earlier origins and
        genes, shrunk towards zero as if by two origins more whose corrections were worth nothing.
        """
        if not self.corrections:
            return 0.0
        corrections = np.stack([earlier.correction for earlier in self.corrections])
        observed = course.panel.mean[-len(corrections) :]
        missed = observed - np.stack([earlier.level for earlier in self.corrections])
        seen = ~np.isnan(missed)
        if not seen.any():
            return 0.0
        power = np.mean(corrections[seen] ** 2) * (1.0 + PRIOR_ORIGINS / len(corrections))
        if power == 0.0:
            return 0.0
        return float(np.clip(np.mean(corrections[seen] * missed[seen]) / power, 0.0, 1.0))

    def _correct(
        self,
        panel: Panel,
        level: Level,
        embeddings: np.ndarray,
        elapsed: float,
        graphs: WindowGraphs,
    ) -> np.ndarray:
        training = self._recipe.network.training
        window: Windows = last_window(panel, level, embeddings, training.window, elapsed)
        correction = correct(
            self._model,
            window.to(self._device),
            graphs.of(window.rows),
            mixed_precision=training.mixed_precision,
        ).numpy()
        if not np.isfinite(correction).all():
            raise InputError(
                f"Training diverged by the origin {panel.times[-1]:g}: the network's forecast is "
                "no number. Lower its `learning_rate`."
            )
        return correction.astype(float)


def _extend(
    panel: Panel, level: Level, forecast: np.ndarray, elapsed: float
) -> tuple[Panel, Level]:
    """As if the forecast had been observed, without surprise, some time later."""
    row = forecast[None]
    later = Panel(
        panel.genes,
        np.append(panel.times, panel.times[-1] + elapsed),
        np.concatenate([panel.mean, row]),
        np.concatenate([panel.robust, row]),
        np.concatenate([panel.replicate_variance, panel.replicate_variance[-1:]]),
        np.concatenate([panel.n_replicates, panel.n_replicates[-1:]]),
    )
    extended = replace(
        level,
        observed=np.concatenate([level.observed, row]),
        path=np.concatenate([level.path, row]),
        surprise=np.concatenate([level.surprise, np.zeros_like(row)]),
    )
    return later, extended
