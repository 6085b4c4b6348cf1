"""The same forecaster on the real graph and on rewired ones: inference, not training."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import joblib
import numpy as np
import pandas as pd
import torch

from step.forecasting.arms.context import WITHOUT_GRAPH
from step.forecasting.arms.network import step
from step.forecasting.backtest import scored_mse
from step.forecasting.course import Course
from step.forecasting.origins import Origins
from step.graphs.gene_graph import GeneGraph
from step.graphs.rewiring import rewire, shift
from step.progress import progress

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


def rewired_errors(
    course: Course, origins: Origins, seeds: Sequence[int], jobs: int
) -> list[float]:
    """Errors of `step` where connected genes exchanged places; see `step.graphs.rewiring.rewire`.

    Args:
        course: On the real graphs.
        origins: The origins whose next time is scored.
        seeds: One a rewiring.
        jobs: Processes that work side by side.

    Returns:
        Mean squared error, log2², one a seed; nothing where no graph has an edge.
    """
    return _errors(course, origins, seeds, jobs, rewire)


def shifted_errors(
    course: Course, origins: Origins, places: Places, seeds: Sequence[int], jobs: int
) -> list[float]:
    """Errors of `step` where genes are shifted along their chromosomes; see `shift`.

    Nothing where no chromosome holds two genes; otherwise as `rewired_errors`.
    """
    placed = places.chromosome[places.chromosome >= 0]
    if len(np.unique(placed)) == len(placed):
        return []
    return _errors(course, origins, seeds, jobs, _Shift(places))


@dataclass(frozen=True)
class _Shift:
    places: Places

    def __call__(self, graph: GeneGraph, seed: int) -> GeneGraph:
        return shift(graph, self.places.chromosome, self.places.place, seed)


def _errors(
    course: Course, origins: Origins, seeds: Sequence[int], jobs: int, rewiring: Rewiring
) -> list[float]:
    if not any(len(graph.first) for graph in course.graphs.values()):
        return []
    near = next_time_only(course)
    parts = [seeds[start : start + GRAPHS_A_TASK] for start in range(0, len(seeds), GRAPHS_A_TASK)]
    tasks = (joblib.delayed(_some_errors)(near, origins, part, rewiring) for part in parts)
    found = joblib.Parallel(n_jobs=jobs, return_as="generator")(tasks)
    return [mse for part in progress(found, len(parts), "rewired graphs") for mse in part]


def next_time_only(course: Course) -> Course:
    """Return the course asked for its next time alone, with what depends on no graph computed."""
    levels = replace(course.levels, forecast=course.levels.forecast[:, :1])
    known = {arm: course.once(arm)[:, :1] for arm in WITHOUT_GRAPH}
    return replace(course, ahead=course.ahead[:, :1], levels=levels, _known=known)


def _some_errors(
    course: Course, origins: Origins, seeds: Sequence[int], rewiring: Rewiring
) -> list[float]:
    torch.set_num_threads(1)
    errors = []
    for seed in seeds:
        graphs = {kind: rewiring(graph, seed) for kind, graph in course.graphs.items()}
        forecast = course.on(graphs, WITHOUT_GRAPH).once(step)
        errors.append(scored_mse(forecast[origins.index, 0], course.panel, origins))
    return errors
