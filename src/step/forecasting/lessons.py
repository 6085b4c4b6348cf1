"""Simulated courses as a network is taught them, and how well it does on them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from step.forecasting.arms.autoregression import targets
from step.forecasting.arms.context import Context, see
from step.forecasting.course import walk
from step.forecasting.in_context import operators, tensors
from step.forecasting.panel import panel_from_samples
from step.graphs.gene_graph import GeneGraph
from step.models.in_context import Mixture, mixture_loss
from step.simulation.prior import Nature, simulate_course

N_AHEAD = 3
FIRST_TIME = 3  # before it there is too little to learn from
UNCONNECTED = 0.1  # share of the courses whose edges are hidden


@dataclass(frozen=True)
class Lesson:
    """A course as a network is taught it.

    Attributes:
        context: What the network sees.
        target: What came, in units, `[time, horizon, gene]`; NaN where unknown.
        graphs: By kind of edge.
        nature: What the course was drawn as; coupled is `hidden` where no edge is known of
            neighbours that are followed.
    """

    context: Context
    target: np.ndarray
    graphs: dict[str, GeneGraph]
    nature: Nature


def draw_lesson(seed: int, number: int) -> Lesson:
    """Simulate a course, and gather what a network sees of it."""
    course = simulate_course([seed, number])
    panel = panel_from_samples(course.times, course.samples.values, course.samples.time)
    graphs, nature = course.graphs, course.nature
    if np.random.default_rng([seed, number, 1]).random() < UNCONNECTED:
        graphs = {kind: graph.without_edges() for kind, graph in graphs.items()}
        nature = replace(nature, coupled="hidden" if nature.coupling else "none")
    walked = walk(panel, graphs, N_AHEAD)
    return Lesson(see(walked), walked.once(targets).astype(np.float32), graphs, nature)


def validate(network: nn.Module, lessons: Sequence[Lesson]) -> dict[str, float]:
    """Score a network on held-back courses, one time ahead, over the last half of the times.

    Returns:
        Mean over the courses of the squared error relative to that of the level (`all`), of those
        coupled by each kind of edges, strongly coupled, and of each own motion; and `best_arm`,
        the mean relative to each course's best arm.
    """
    network.eval()
    ratios: dict[str, list[float]] = {}
    for lesson in lessons:
        with torch.inference_mode():
            mean = _forecast(network, lesson).mean[:, 0].cpu().numpy()
        scored = slice(len(mean) // 2 - 1, -1)
        came, arms = lesson.target[scored, 0], lesson.context.arms[scored, 0]
        error, still = np.nanmean((came - mean[scored]) ** 2), np.nanmean(came**2)
        best = np.nanmean((came[..., None] - arms) ** 2, axis=(0, 1)).min()
        ratio = float(error / still)
        kinds = ["all", lesson.nature.coupled, lesson.nature.motion]
        kinds += ["strongly coupled"] if lesson.nature.strongly_coupled else []
        for kind in kinds:
            ratios.setdefault(kind, []).append(ratio)
        ratios.setdefault("best_arm", []).append(float(error / best))
    return {kind: float(np.mean(values)) for kind, values in sorted(ratios.items())}


def lesson_loss(network: nn.Module, lesson: Lesson) -> Tensor:
    """Score a network on a course's times but the first few; see `mixture_loss`."""
    made = _forecast(network, lesson)
    made = Mixture(made.mean[FIRST_TIME:], made.spread[FIRST_TIME:], made.weights[FIRST_TIME:])
    target = torch.from_numpy(lesson.target[FIRST_TIME:])
    return mixture_loss(made, target.to(made.mean.device))


def _forecast(network: nn.Module, lesson: Lesson) -> Mixture:
    """Forecast from each time, on the network's device."""
    device = next(network.parameters()).device
    return network(*tensors(lesson.context, device), operators(lesson.graphs, device))
