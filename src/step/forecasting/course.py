"""A course walked once, forward: what stands at a time depends on that time and earlier ones."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from step.forecasting.level import Levels, local_levels, surprises
from step.forecasting.panel import Panel
from step.graphs.gene_graph import GeneGraph

Found = TypeVar("Found")
SMALLEST_UNIT = 0.02  # log2
PRIOR_SURPRISES = 3.0


@dataclass(frozen=True)
class Course:
    """A course, and how far ahead it is forecast from each of its times.

    Attributes:
        panel: All times.
        ahead: From each time to each one to be forecast, in the study's unit, shape
            `[time, horizon]`: the next sampled times, and beyond the last the usual step.
        levels: The level at each time.
        graphs: The graphs of genes, by kind of edge.
        first: Index of the first time from which forecasts are asked for.
        network: The pretrained network, as `step.forecasting.in_context.InContextForecaster` has
            it; None where none is asked for.
        jobs: Processes that work side by side where a forecaster is fitted anew at each time.
    """

    panel: Panel
    ahead: np.ndarray
    levels: Levels
    graphs: dict[str, GeneGraph]
    first: int
    network: Callable[..., Any] | None = None
    jobs: int = 1
    _known: dict[Callable[["Course"], Any], Any] = field(default_factory=dict, repr=False)

    def once(self, function: Callable[["Course"], Found]) -> Found:
        """Compute once what several ask for."""
        if function not in self._known:
            self._known[function] = function(self)
        return self._known[function]

    def on(
        self, graphs: dict[str, GeneGraph], kept: Iterable[Callable[["Course"], Any]]
    ) -> "Course":
        """Return the same course with other graphs.

        Args:
            graphs: By kind of edge.
            kept: What depends on no graph, and is not computed again.
        """
        known = {each: self.once(each) for each in kept}
        other = replace(self, graphs=graphs, _known=known)
        other.__dict__.update(
            {
                name: getattr(self, name)
                for name in ("begun", "filled", "surprise", "unit", "usual_steps")
            }
        )
        return other

    def among(self, genes: np.ndarray) -> "Course":
        """Return the course of some of the genes, as if there were no others."""
        return walk(
            self.panel.among(genes),
            {kind: graph.among(genes) for kind, graph in self.graphs.items()},
            self.ahead.shape[1],
            self.first,
            self.network,
            self.jobs,
        )

    def came(self, later: int) -> np.ndarray:
        """What was measured some times after each, log2, `[time, gene]`; NaN beyond the last."""
        mean = self.panel.mean
        return np.concatenate([mean[later:], np.full_like(mean[:later], np.nan)])

    @cached_property
    def usual_steps(self) -> np.ndarray:
        """The usual step between times by each time, in the study's unit, `[time]`."""
        return self.panel.usual_steps(self.ahead[0, 0])

    @cached_property
    def filled(self) -> np.ndarray:
        """The measured means, with the level where none was measured, log2, `[time, gene]`."""
        return np.where(np.isnan(self.panel.mean), self.levels.path, self.panel.mean)

    @cached_property
    def surprise(self) -> np.ndarray:
        """Measured mean less what the level expected, log2, `[time, gene]`; 0 where unknown."""
        later = np.nan_to_num(surprises(self.panel, self.levels))
        return np.concatenate([np.zeros((1, later.shape[1])), later])

    @cached_property
    def begun(self) -> np.ndarray:
        """Whether a gene was measured by each time, `[time, gene]`."""
        return self.panel.begun()

    @cached_property
    def unit(self) -> np.ndarray:
        """The usual size of a gene's surprise by each time, log2, `[time, gene]`.

        The root mean square, shrunk towards that of all genes as if by three surprises more; until
        there is one, the size of the noise.
        """
        values = np.cumsum(~np.isnan(self.panel.mean), axis=0)
        counted = np.maximum(values - 1, 0)  # the first value is no surprise
        squares = np.cumsum(self.surprise**2, axis=0)
        total = counted.sum(axis=1, keepdims=True)
        noise = self.levels.noise_variance.mean(axis=1, keepdims=True)
        usual = np.where(
            total > 0, squares.sum(axis=1, keepdims=True) / np.maximum(total, 1), noise
        )
        unit = np.sqrt((squares + PRIOR_SURPRISES * usual) / (counted + PRIOR_SURPRISES))
        return np.maximum(unit, SMALLEST_UNIT)


Forecaster = Callable[[Course], np.ndarray]
"""Forecasts the times ahead from each time, log2, shape `[time, horizon, gene]`."""


def walk(
    panel: Panel,
    graphs: dict[str, GeneGraph],
    n_ahead: int,
    first: int = 0,
    network: Callable[..., Any] | None = None,
    jobs: int = 1,
) -> Course:
    """Walk a course.

    Args:
        panel: All times.
        graphs: The graphs of genes, by kind of edge.
        n_ahead: Sampled times to forecast.
        first: Index of the first time from which forecasts are asked for.
        network: The pretrained network.
        jobs: Processes that work side by side where a forecaster is fitted anew at each time.
    """
    ahead = np.stack([times_ahead(panel, time, n_ahead) for time in range(len(panel.times))])
    return Course(panel, ahead, local_levels(panel, ahead), graphs, first, network, jobs)


def times_ahead(panel: Panel, origin: int, n_ahead: int) -> np.ndarray:
    """Time from an origin to each of the next sampled times, in the study's unit.

    Args:
        panel: All times.
        origin: Index of the last known time.
        n_ahead: Number of sampled times; beyond the panel's last, they follow one another at the
            usual step.

    Returns:
        Shape `[n_ahead]`.
    """
    later = panel.times[origin + 1 : origin + 1 + n_ahead] - panel.times[origin]
    last = later[-1] if len(later) else 0.0
    beyond = last + panel.usual_step() * np.arange(1, n_ahead - len(later) + 1)
    return np.concatenate([later, beyond])
