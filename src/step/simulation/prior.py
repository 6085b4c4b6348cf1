"""Courses whose nature varies widely: what networks are pretrained on.

A course is what a study might have measured: genes on chromosomes and regulators of genes, latent
expression that moves by itself, with shared factors and with neighbours, and noisy samples of it
at some times. Each is drawn from its own seed; no two have the same nature. One step is the usual
time between samples, and the unit of all rates here.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse

from step.graphs.gene_graph import GeneGraph
from step.simulation.motion import Coupling, simulate_motion
from step.simulation.neighbours import Neighbours, simulate_contact, simulate_regulation
from step.simulation.sampling import Samples, draw_samples

FINE = 4  # moments simulated a step
COUPLED = {"none": 0.40, "contact": 0.32, "regulatory": 0.14, "both": 0.14}
REGULATION_SHOWN = 0.3  # of the courses whose regulators do nothing
LARGE = 0.03  # share of courses of more than 400 genes
SHORT = 0.1  # share of courses of at most 12 times


@dataclass(frozen=True)
class Nature:
    """What a course was drawn as.

    Attributes:
        coupled: Kinds of edges that genes follow: `none`, `contact`, `regulatory` or `both`; or
            `hidden`, where a lesson tells of no edge of them.
        coupling: Pull of the neighbours per step; 0 where there is none.
        leading_share: Share of the genes that follow no neighbour.
        following_share: The followers' own movement, relative to that of the leaders.
        motion: How most genes move by themselves; see `step.simulation.motion.OWN`.
        n_factors: Number of shared factors.
        n_replicates: Usual number of samples a time.
    """

    coupled: str
    coupling: float
    leading_share: float
    following_share: float
    motion: str
    n_factors: int
    n_replicates: int

    @property
    def strongly_coupled(self) -> bool:
        """Whether known neighbours tell most of what their followers will do."""
        known = self.coupled != "hidden"
        return known and self.coupling >= 1.0 and self.following_share <= 0.2


@dataclass(frozen=True)
class SimulatedCourse:
    """A simulated course.

    Attributes:
        times: In steps, ascending, shape `[time]`.
        samples: What was measured.
        graphs: What is known of the neighbours, by kind of edge: with missing and false edges.
        latent: Expression without noise, log2, shape `[time, gene]`.
        nature: What it was drawn as.
    """

    times: np.ndarray
    samples: Samples
    graphs: dict[str, GeneGraph]
    latent: np.ndarray
    nature: Nature


def simulate_course(seed: int | list[int]) -> SimulatedCourse:
    """Draw a course of the prior.

    Args:
        seed: Of everything, its nature included.
    """
    rng = np.random.default_rng(seed)
    n_genes = _draw_size(rng)
    fewest, most = (7, 12) if rng.random() < SHORT else (12, 60)
    times = draw_times(int(rng.integers(fewest, most + 1)), rng)
    coupled = str(rng.choice(list(COUPLED), p=list(COUPLED.values())))
    contact = simulate_contact(n_genes, rng)
    regulation = None
    if coupled in ("regulatory", "both") or rng.random() < REGULATION_SHOWN:
        regulation = simulate_regulation(n_genes, rng)
    coupling = _draw_coupling(coupled, contact, regulation, rng)
    position = np.round((times - times[0]) * FINE).astype(int)
    motion = simulate_motion(n_genes, int(position[-1]) + 1, 1.0 / FINE, coupling, rng)
    latent = motion.path[position]
    samples = draw_samples(latent, rng)
    graphs = {"contact": contact.known}
    if regulation is not None:
        graphs["regulatory"] = regulation.known
    nature = Nature(
        coupled=coupled,
        coupling=coupling.strength,
        leading_share=float(coupling.leading.mean()),
        following_share=coupling.following_share,
        motion=motion.own,
        n_factors=motion.n_factors,
        n_replicates=samples.usual_replicates,
    )
    return SimulatedCourse(times, samples, graphs, latent, nature)


def draw_times(n_times: int, rng: np.random.Generator) -> np.ndarray:
    """Draw sampling times: regular, irregular, dense at first, ever further apart, or in clusters.

    Returns:
        Multiples of a quarter of a step, ascending from 0, shape `[time]`.
    """
    layout = rng.choice(["regular", "irregular", "dense first", "widening", "clustered"])
    n_steps = n_times - 1
    if layout == "regular":
        steps = np.ones(n_steps)
    elif layout == "irregular":
        steps = rng.choice([0.5, 1.0, 1.0, 2.0, 3.0], n_steps)
    elif layout == "dense first":
        steps = np.where(np.arange(n_steps) < n_steps * rng.uniform(0.2, 0.8), 0.5, 1.0)
        if rng.random() < 0.3:
            steps[0] = rng.choice([2.0, 4.0])
    elif layout == "widening":
        steps = np.geomspace(rng.choice([0.25, 0.5]), rng.choice([2.0, 4.0, 8.0]), n_steps)
        steps = np.round(steps * FINE) / FINE
    else:
        size = int(rng.integers(2, 6))
        gap = rng.choice([2.0, 3.0, 5.0])
        steps = np.where(np.arange(1, n_steps + 1) % size == 0, gap, rng.choice([0.25, 0.5, 1.0]))
    return np.concatenate([[0.0], np.cumsum(steps)])


def _draw_size(rng: np.random.Generator) -> int:
    low, high = (400, 2000) if rng.random() < LARGE else (50, 250)
    return int(np.exp(rng.uniform(np.log(low), np.log(high))))


def _draw_coupling(
    coupled: str, contact: Neighbours, regulation: Neighbours | None, rng: np.random.Generator
) -> Coupling:
    """Draw who follows whom, and how closely."""
    n_genes = contact.pull.shape[0]
    kinds = {"none": [], "contact": [contact], "regulatory": [regulation]}.get(
        coupled, [contact, regulation]
    )
    share = rng.dirichlet(np.ones(len(kinds))) if kinds else []
    pull = scipy.sparse.csr_array((n_genes, n_genes))
    for weight, kind in zip(share, kinds, strict=True):
        pull = pull + weight * kind.pull
    strength = rng.uniform(0.2, 2.0) if kinds else 0.0
    leading = rng.random(n_genes) < rng.uniform(0.05, 0.95)
    leading |= np.asarray(abs(pull).sum(axis=1)).ravel() == 0
    by_gene = np.where(leading, 0.0, strength)
    if rng.random() < 0.3:
        by_gene = by_gene * rng.uniform(0.3, 1.5, n_genes)
    return Coupling(
        pull=pull,
        strength=float(strength),
        rate=by_gene,
        leading=leading,
        following_share=float(np.exp(rng.uniform(np.log(0.05), 0.0))) if kinds else 1.0,
        delay=float(rng.choice([0.0, 0.5, 1.0, 2.0])) if rng.random() < 0.3 else 0.0,
    )
