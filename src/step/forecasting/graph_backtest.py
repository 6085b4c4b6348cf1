"""The same forecaster on the real graph and on rewired ones: inference, not training."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from step.forecasting.arms.context import KEPT, WITHOUT_GRAPH
from step.forecasting.backtest import Losses, scored_losses
from step.forecasting.course import Course, Forecaster
from step.forecasting.origins import Origins
from step.graphs.gene_graph import GeneGraph
from step.graphs.rewiring import rewire, shift
from step.parallel import run_tasks
from step.progress import progress
from step.task import run_task

GRAPHS_A_TASK = 10

Rewiring = Callable[[GeneGraph, int], GeneGraph]


@dataclass(frozen=True)
class Places:
    """Where genes lie.

    Attributes:
        chromosome: Number of each gene's chromosome, -1 where unplaced, shape `[gene]`.
        place: On the chromosome, base pairs, shape `[gene]`.
    """

    chromosome: np.ndarray
    place: np.ndarray

    def among(self, genes: np.ndarray) -> "Places":
        """The places of some of the genes."""
        return Places(self.chromosome[genes], self.place[genes])


def gene_places(genes: pd.DataFrame, names: np.ndarray) -> Places:
    """Look up where genes lie.

    Args:
        genes: gene, chrom, tss (missing where unplaced).
        names: The genes in the order of the course.
    """
    placed = genes.set_index("gene").reindex(names)
    chromosome = placed["chrom"].factorize()[0]
    place = pd.to_numeric(placed["tss"], errors="coerce").fillna(-1)
    return Places(chromosome, place.to_numpy(dtype=float))


def real_losses(course: Course, origins: Origins, forecaster: Forecaster) -> Losses:
    """Score a forecaster on the course's own graphs, as it is scored on rewired ones.

    Args:
        course: On the real graphs.
        origins: The origins whose next time is scored.
        forecaster: What is scored.
    """
    forecast = run_task(next_time_only(course).once, (), (forecaster,))
    return scored_losses(forecast, course.panel, origins)


def rewired_losses(
    course: Course, origins: Origins, forecaster: Forecaster, seeds: Sequence[int], jobs: int
) -> np.ndarray:
    """Score a forecaster where connected genes exchanged places (`step.graphs.rewiring.rewire`).

    Args:
        course: On the real graphs.
        origins: The origins whose next time is scored.
        forecaster: What is scored.
        seeds: One a rewiring.
        jobs: Processes that work side by side.

    Returns:
        Mean squared error over the genes, log2², shape `[seed, origin]`; no row where no graph has
        an edge.
    """
    return _losses(course, origins, forecaster, seeds, jobs, rewire)


def shifted_losses(
    course: Course,
    origins: Origins,
    forecaster: Forecaster,
    places: Places,
    seeds: Sequence[int],
    jobs: int,
) -> np.ndarray:
    """Score a forecaster where genes are shifted along their chromosomes; see `shift`.

    No row where no chromosome holds two genes; otherwise as `rewired_losses`.
    """
    placed = places.chromosome[places.chromosome >= 0]
    alone = len(np.unique(placed)) == len(placed)
    return _losses(course, origins, forecaster, () if alone else seeds, jobs, _Shift(places))


@dataclass(frozen=True)
class _Shift:
    places: Places

    def __call__(self, graph: GeneGraph, seed: int) -> GeneGraph:
        return shift(graph, self.places.chromosome, self.places.place, seed)


def _losses(
    course: Course,
    origins: Origins,
    forecaster: Forecaster,
    seeds: Sequence[int],
    jobs: int,
    rewiring: Rewiring,
) -> np.ndarray:
    if not any(len(graph.first) for graph in course.graphs.values()):
        seeds = ()
    near = next_time_only(course)
    parts = [seeds[start : start + GRAPHS_A_TASK] for start in range(0, len(seeds), GRAPHS_A_TASK)]
    shared = (near, origins, forecaster, rewiring)
    found = run_tasks(_some, [(part,) for part in parts], jobs, shared)
    rows = [row for part in progress(found, len(parts), "rewired graphs") for row in part]
    return np.array(rows).reshape(len(rows), len(origins.scored))


def next_time_only(course: Course) -> Course:
    """Return the course asked for its next time alone, with what depends on no graph computed."""
    levels = replace(course.levels, forecast=course.levels.forecast[:, :1])
    known = {arm: course.once(arm)[:, :1] for arm in WITHOUT_GRAPH}
    return replace(course, ahead=course.ahead[:, :1], levels=levels, _known=known)


def _some(
    course: Course,
    origins: Origins,
    forecaster: Forecaster,
    rewiring: Rewiring,
    seeds: Sequence[int],
) -> list[np.ndarray]:
    losses = []
    for seed in seeds:
        graphs = {kind: rewiring(graph, seed) for kind, graph in course.graphs.items()}
        forecast = course.on(graphs, KEPT).once(forecaster)
        losses.append(scored_losses(forecast, course.panel, origins).mean)
    return losses
