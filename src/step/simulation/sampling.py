"""Samples of simulated expression: replicates, noise, saturation and what is missing."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Samples:
    """What was measured.

    Attributes:
        values: log2, shape `[sample, gene]`; NaN where missing.
        time: Index of each sample's time, ascending, shape `[sample]`.
        usual_replicates: Usual number of samples a time.
    """

    values: np.ndarray
    time: np.ndarray
    usual_replicates: int


def draw_samples(latent: np.ndarray, rng: np.random.Generator) -> Samples:
    """Draw samples of a course as an assay would have measured it.

    Args:
        latent: Around zero, log2, shape `[time, gene]`.
        rng: Source of randomness.
    """
    n_times, n_genes = latent.shape
    usual = int(rng.choice([1, 1, 2, 3, 3, 4, 5, 6]))
    replicates = np.full(n_times, usual)
    if usual > 1:
        replicates = np.maximum(usual + rng.choice([-1, 0, 1], n_times, p=[0.1, 0.8, 0.1]), 1)
    time = np.repeat(np.arange(n_times), replicates)
    noise_sd = np.exp(rng.normal(np.log(0.3), 0.8)) * rng.lognormal(0.0, 0.4, n_genes)
    base = rng.uniform(4.0, 12.0, n_genes)
    if rng.random() < 0.5:  # many genes near the background, where noise is larger
        base = rng.uniform(-1.0, 9.0, n_genes)
        fade = np.exp(-np.maximum(base, 0.0) / rng.uniform(1.0, 4.0))
        noise_sd = noise_sd * (1.0 + rng.uniform(0.3, 2.5) * fade)
    noise = _noise(time, n_times, n_genes, rng) * noise_sd
    values = latent[time] + base + _shared_by_day(n_times, n_genes, rng)[time] + noise
    return Samples(_censored(values, time, rng), time, usual)


def _noise(time: np.ndarray, n_times: int, n_genes: int, rng: np.random.Generator) -> np.ndarray:
    """Draw noise, normal or heavy-tailed, whose usual size is about one.

    In some courses there are outlying samples; in some, each sample shifts all its genes; in some,
    samples are of unequal quality.
    """
    shape = (len(time), n_genes)
    noise = rng.normal(0.0, 1.0, shape)
    if rng.random() < 0.4:
        noise = rng.standard_t(3, shape) / 1.3
    if rng.random() < 0.35:
        outlying = rng.random((len(time), 1)) < 0.06
        size = rng.normal(0.0, rng.uniform(1.0, 4.0), (len(time), 1))
        noise = noise + outlying * size * np.abs(rng.normal(0.0, 1.0, (1, n_genes)))
    if rng.random() < 0.4:
        shift = rng.normal(0.0, 1.0, (len(time), 2)) @ rng.normal(0.0, 1.0, (2, n_genes))
        noise = noise + np.exp(rng.uniform(np.log(0.1), np.log(1.5))) * shift
    if rng.random() < 0.5:
        noise = noise * rng.lognormal(0.0, rng.uniform(0.1, 0.8), (len(time), 1))
    return noise


def _shared_by_day(n_times: int, n_genes: int, rng: np.random.Generator) -> np.ndarray:
    """Draw what all samples of a time share, and replicates cannot tell, `[time, gene]`.

    In some courses a few times have much of it.
    """
    if rng.random() < 0.4:
        return np.zeros((n_times, n_genes))
    size = np.exp(rng.uniform(np.log(0.02), np.log(0.4)))
    if rng.random() < 0.5:
        size = size * rng.lognormal(0.0, rng.uniform(0.3, 1.2), (n_times, 1))
    shared = rng.normal(0.0, 1.0, (n_times, 2)) @ rng.normal(0.0, 1.0, (2, n_genes))
    return size * (shared + rng.choice([0.0, 1.0]) * rng.normal(0.0, 1.0, (n_times, n_genes)))


def _censored(values: np.ndarray, time: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Saturate, floor and lose some values."""
    if rng.random() < 0.1:
        values = np.minimum(values, np.quantile(values, rng.uniform(0.9, 0.99)))
    if rng.random() < 0.25:
        background = np.quantile(values, rng.uniform(0.0, 0.3))
        values = np.logaddexp2(values, background)
    if rng.random() < 0.3:
        values = np.where(rng.random(values.shape) < rng.uniform(0.0, 0.1), np.nan, values)
        late = rng.random(values.shape[1]) < rng.uniform(0.0, 0.1)
        begins = rng.integers(0, max(int(time[-1]) // 2, 1), values.shape[1])
        values = np.where(late & (time[:, None] < begins), np.nan, values)
    return values
