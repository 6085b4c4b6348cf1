"""How latent expression moves: by itself, with shared factors, and with neighbours."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse

OWN = {
    "walk": 0.2,
    "reverting": 0.15,
    "trend": 0.1,
    "ramp": 0.06,
    "switch": 0.1,
    "pulse": 0.1,
    "cycle": 0.1,
    "mixed": 0.19,
}
"""How most genes of a course move by themselves, and in what share of the courses."""
STIMULATED = 0.4  # share of the courses whose switches and pulses answer a stimulus at time 0
CALM = 0.15  # share of the courses in which little moves


@dataclass(frozen=True)
class Coupling:
    """Who follows whom.

    Attributes:
        pull: Row by row the genes that a gene follows, shape `[gene, gene]`.
        strength: Usual pull per step.
        rate: Pull per step of each gene, 0 for those that lead, shape `[gene]`.
        leading: Whether a gene leads, shape `[gene]`.
        following_share: The followers' own movement, relative to that of the leaders.
        delay: How long ago the neighbours were as they are followed, in steps.
    """

    pull: scipy.sparse.csr_array
    strength: float
    rate: np.ndarray
    leading: np.ndarray
    following_share: float
    delay: float


@dataclass(frozen=True)
class Motion:
    """Latent expression at every moment.

    Attributes:
        path: Around zero, log2, shape `[moment, gene]`.
        own: How most genes move by themselves.
        n_factors: Number of shared factors.
    """

    path: np.ndarray
    own: str
    n_factors: int


def simulate_motion(
    n_genes: int, n_moments: int, step: float, coupling: Coupling, rng: np.random.Generator
) -> Motion:
    """Simulate latent expression.

    x(t + h) = x(t) + rate · h · (pull · x(t − delay) − x(t)) − reversion · h · x(t) + own movement,
    and to the path of x the shared factors are added.

    Args:
        n_genes: Number of genes.
        n_moments: Number of moments.
        step: Time between moments, h.
        coupling: Who follows whom.
        rng: Source of randomness.
    """
    own = str(rng.choice(list(OWN), p=list(OWN.values())))
    amplitude = np.exp(rng.normal(np.log(0.3), 0.8)) * rng.lognormal(
        0.0, rng.uniform(0.1, 0.6), n_genes
    )
    amplitude = np.where(coupling.leading, amplitude, amplitude * coupling.following_share)
    kind = _kinds(own, n_genes, rng)
    movement = _own_movement(kind, amplitude, n_moments, step, rng)
    half_life = np.exp(rng.uniform(np.log(0.7), np.log(20.0), n_genes))
    reversion = np.where(kind == "reverting", np.log(2.0) / half_life, 0.0)
    delayed = round(coupling.delay / step)
    path = np.empty((n_moments, n_genes))
    state = rng.normal(0.0, 1.0, n_genes) * amplitude * rng.uniform(0.2, 2.0)
    for moment in range(n_moments):
        path[moment] = state
        drift = -reversion * state
        if coupling.strength:
            followed = path[max(moment - delayed, 0)]
            drift = drift + coupling.rate * (coupling.pull @ followed - state)
        state = state + step * drift + movement[moment]
    factors, loadings = _shared_factors(n_genes, n_moments, step, rng)
    scale = rng.uniform(0.05, 0.4) if rng.random() < CALM else 1.0
    return Motion(scale * (path + factors @ loadings), own, len(loadings))


def _kinds(own: str, n_genes: int, rng: np.random.Generator) -> np.ndarray:
    """Draw how each gene moves by itself; where genes cycle, many do not."""
    if own == "mixed":
        return rng.choice([kind for kind in OWN if kind != "mixed"], n_genes)
    if own == "cycle":
        cycling = rng.random(n_genes) < rng.uniform(0.1, 1.0)
        return np.where(cycling, own, rng.choice(["walk", "reverting"], n_genes))
    return np.full(n_genes, own)


def _own_movement(
    kind: np.ndarray,
    amplitude: np.ndarray,
    n_moments: int,
    step: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draw each gene's own change from moment to moment, shape `[moment, gene]`.

    A walk and a reverting gene take random steps; a trend is a velocity that changes slowly and
    dies away, a ramp one that stays; a switch moves once between two levels, a pulse away and back;
    cycles share a period, and each has its own phase.
    """
    n_genes = len(kind)
    change = rng.normal(0.0, np.sqrt(step), (n_moments, n_genes))
    trending = kind == "trend"
    if trending.any():
        kept = np.exp(-step / np.exp(rng.uniform(np.log(2.0), np.log(12.0), n_genes)))
        velocity = change[0] * 2.0
        for moment in range(n_moments):
            velocity = velocity * kept + 0.5 * change[moment]
            change[moment] = np.where(trending, velocity * step, change[moment])
    change *= np.where(np.isin(kind, ("ramp", "switch", "pulse", "cycle")), 0.15, 1.0)
    change += np.where(kind == "ramp", rng.normal(0.0, 0.4, n_genes) * step, 0.0)
    change *= amplitude
    moments = np.arange(n_moments + 1)[:, None] * step
    start = rng.uniform(0.0, n_moments * step, n_genes)
    if rng.random() < STIMULATED:
        start = rng.exponential(n_moments * step * rng.uniform(0.03, 0.3), n_genes)
    width = np.exp(rng.uniform(np.log(0.3), np.log(6.0), n_genes))
    height = amplitude * rng.normal(0.0, 4.0, n_genes)
    rise = 1.0 / (1.0 + np.exp(-np.clip((moments - start) / width, -30, 30)))
    length = width * rng.uniform(3.0, 10.0, n_genes)
    fall = 1.0 / (1.0 + np.exp(-np.clip((moments - start - length) / width, -30, 30)))
    change += np.where(kind == "switch", np.diff(height * rise, axis=0), 0.0)
    fall = fall * rng.uniform(0.5, 1.0, n_genes)
    change += np.where(kind == "pulse", np.diff(height * (rise - fall), axis=0), 0.0)
    period = np.exp(rng.uniform(np.log(4.0), np.log(30.0)))
    phase = 2 * np.pi * (moments / period + rng.random(n_genes))
    fading = np.exp(-moments / period * rng.choice([0.0, 0.1, 0.5]))
    change += np.where(kind == "cycle", np.diff(0.5 * height * fading * np.sin(phase), axis=0), 0.0)
    return change


def _shared_factors(
    n_genes: int, n_moments: int, step: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw what many genes share: factors, `[moment, factor]`, and loadings, `[factor, gene]`."""
    n_factors = int(rng.integers(0, 6)) if rng.random() < 0.75 else 0
    factors = np.empty((n_moments, n_factors))
    for number in range(n_factors):
        factors[:, number] = _factor(n_moments, step, rng)
    size = np.exp(rng.normal(np.log(0.25), 0.7, (n_factors, 1)))
    shared = rng.random((n_factors, n_genes)) < rng.uniform(0.2, 1.0)
    return factors, rng.normal(0.0, 1.0, (n_factors, n_genes)) * size * shared


def _factor(n_moments: int, step: float, rng: np.random.Generator) -> np.ndarray:
    """Draw a walk, a cycle that drifts or fades, a sigmoid, or an integrated walk."""
    moments = np.arange(n_moments) * step
    kind = rng.choice(["walk", "cycle", "sigmoid", "integrated"])
    if kind == "walk":
        factor = np.cumsum(rng.normal(0.0, np.sqrt(step), n_moments)) * 0.4
    elif kind == "cycle":
        period = np.exp(rng.uniform(np.log(4.0), np.log(30.0)))
        drift = np.cumsum(rng.normal(0.0, 0.05, n_moments)) * np.sqrt(step)
        factor = np.sin(2 * np.pi * moments / period + rng.uniform(0, 2 * np.pi) + drift)
        factor = factor * np.exp(-moments * rng.choice([0.0, 0.01, 0.03]))
    elif kind == "sigmoid":
        centre, width = rng.uniform(0.0, moments[-1]), rng.uniform(1.0, 8.0)
        factor = 2.0 / (1.0 + np.exp(-(moments - centre) / width))
    else:
        velocity, factor = 0.0, np.zeros(n_moments)
        for moment in range(1, n_moments):
            velocity = velocity * 0.95 + rng.normal(0.0, 0.2) * np.sqrt(step)
            factor[moment] = factor[moment - 1] + velocity * step
    return factor / (factor.std() + 0.3)
