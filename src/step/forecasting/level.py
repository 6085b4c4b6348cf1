"""The local level of each gene: a Kalman filter whose observation noise the replicates inform.

y(t) = m(t) + noise; m(t + Δ) = μ + φ^Δ (m(t) − μ) + a random step, whose variance is r · v for a
usual step between times, with v the gene's noise variance by its replicates, r its signal-to-noise
ratio, and μ its mean so far (Durbin & Koopman, 2012, chapter 2, with time-varying steps; φ = 1 is
the local level proper, which never returns). The noise has variance v(t) + x · v: what the
replicates of the time tell, and x times more that they share and cannot tell (a batch, a day's
dissection).

(r, x, φ) is not estimated gene by gene, which a short course cannot bear: every gene is filtered
with each triple of a grid, the genes together say how common each triple is (an empirical Bayes
prior), and a gene's level is the mean over the grid by posterior probability.

What stands at a time is what filtering the course up to that time gives, with the noise known by
then; no later time enters. y is the mean of the replicates; or half their mean and half their
median, which an outlying replicate moves less; or their mean weighted by the quality of their
samples. Each is filtered as it is, and once more with shocks: where the squared surprises of a
time, averaged over genes, are larger than usual, its values get so much noise that such surprises
are expected, for the genes may share a poor batch. Which of these six filters stands is decided at
each time: the one that forecast the means best so far, with a handicap for shocks.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numba
import numpy as np
import pandas as pd

from step.forecasting.panel import Panel

RATIOS = np.exp(np.linspace(-5.5, 4.5, 10))
SHARED_NOISE = np.array([0.0, 0.7, 2.0, 6.0])
RETENTION = np.array([1.0, 0.5 ** (1 / 6), 0.5 ** (1 / 1.5)])  # φ: half-lives of 6 and 1.5 steps
DIFFUSE = 1e6
PRIOR_UPDATES = 4
HANDICAP = 0.3  # of filters with shocks, in errors of a usual time
LARGEST_SURPRISE = 25.0  # cap on one gene's squared surprise, relative to what was expected
FEWEST_SHOCKED = 10  # genes that tell a shock from a gene's own leap
FIRST_SHOCK = 3  # index of the first time that can be one: before it, too little is expected
LOG_EVERY = 8  # products of this many variances stay far from the ends of a double

_TRIPLES = np.array([(r, x, f) for f in RETENTION for r in RATIOS for x in SHARED_NOISE])


@dataclass(frozen=True)
class Levels:
    """The level of each gene at each time, by what was known then.

    Attributes:
        observed: What was filtered, log2, shape `[time, gene]`; NaN where not measured.
        path: The level, log2, shape `[time, gene]`.
        forecast: At the times ahead, log2, shape `[time, horizon, gene]`.
        variance: Of the level, log2², shape `[time, gene]`.
        step_variance: Of its random step in a usual step, log2², shape `[time, gene]`.
        noise_variance: Of an observation with the usual number of replicates, log2²,
            `[time, gene]`.
        usual_noise: What the replicates tell of it, v, log2², `[time, gene]`.
        replicate_noise: Variance of a single replicate, log2², `[time, gene]`.
        shock: Variance that the time's shock adds to an observation, log2², `[time, gene]`, by the
            filter that stood at the time.
    """

    observed: np.ndarray
    path: np.ndarray
    forecast: np.ndarray
    variance: np.ndarray
    step_variance: np.ndarray
    noise_variance: np.ndarray
    usual_noise: np.ndarray
    replicate_noise: np.ndarray
    shock: np.ndarray


def local_levels(panel: Panel, ahead: np.ndarray) -> Levels:
    """Filter a course up to each of its times; see the module for the model.

    Until a gene is first measured, its level is the mean of all genes that were.

    Args:
        panel: The course.
        ahead: From each time to those to be forecast, in the study's unit, shape `[time, horizon]`.
    """
    filters = _filters(panel, ahead)
    chosen, least = next(filters)
    for levels, error in filters:
        chosen, least = _where(error < least, levels, chosen), np.minimum(error, least)
    return chosen


def _filters(panel: Panel, ahead: np.ndarray) -> Iterator[tuple[Levels, np.ndarray]]:
    """Yield each of the levels to choose from, and what decides: its error by each time."""
    known = [panel.until(time).replicate_noise() for time in range(len(panel.times))]
    noise, calm = np.stack(known), np.zeros_like(panel.mean)
    handicap = 1.0 + HANDICAP / np.maximum(np.arange(len(calm)), 1)
    usual_steps = panel.usual_steps(ahead[0, 0])
    for summary in _distinct(panel.mean, panel.robust, panel.weighted):
        plain = _filtered(panel, summary, noise, calm, ahead, usual_steps)
        yield plain, _error_so_far(panel, plain)
        shock = shocks(panel, plain, usual_steps)
        if shock.any():
            shocked = _filtered(panel, summary, noise, shock, ahead, usual_steps)
            yield shocked, handicap * _error_so_far(panel, shocked)


def _distinct(first: np.ndarray, *others: np.ndarray) -> list[np.ndarray]:
    """Leave out what equals the first one; a value that differs by rounding is taken from it."""
    near = [
        np.where(np.isclose(other, first, rtol=1e-12, atol=0), first, other) for other in others
    ]
    return [first, *(each for each in near if not np.array_equal(each, first, equal_nan=True))]


def _where(better: np.ndarray, levels: Levels, others: Levels) -> Levels:
    """Take the one at some times and the other at the rest, by `better`, `[time]`."""
    return Levels(
        **{
            name: np.where(
                better.reshape(-1, *[1] * (values.ndim - 1)), values, getattr(others, name)
            )
            for name, values in vars(levels).items()
        }
    )


def _error_so_far(panel: Panel, levels: Levels) -> np.ndarray:
    """Sum of squared errors of all forecasts one time ahead that are known by a time, `[time]`."""
    missed = np.nan_to_num(surprises(panel, levels))
    return np.concatenate([[0.0], np.cumsum((missed**2).sum(axis=1))])


def surprises(panel: Panel, levels: Levels) -> np.ndarray:
    """Means less what the level expected, from the second time on, log2, `[time - 1, gene]`.

    NaN where unknown: a gene's first value is held against no value of its own.
    """
    return np.where(panel.begun()[:-1], panel.mean[1:] - levels.forecast[:-1, 0], np.nan)


def shocks(panel: Panel, levels: Levels, usual_steps: np.ndarray) -> np.ndarray:
    """Extra noise variance of the times at which genes surprise more than usual.

    Args:
        panel: The course.
        levels: Without shocks.
        usual_steps: Usual step between times by each time, in the study's unit, `[time]`.

    Returns:
        log2², `[time, gene]`: (κ − 1) times what was expected of a gene's squared surprise, where κ
        is above 1. κ is the mean over genes of the squared surprise relative to what was expected,
        and relative to the median of these means at earlier times where that is above 1.
    """
    squares = surprises(panel, levels) ** 2
    known = np.where(np.isnan(squares), 0.0, levels.variance[:-1])  # unknown before the first value
    expected = known + levels.noise_variance[:-1]
    elapsed = np.diff(panel.times) / usual_steps[:-1]
    expected += levels.step_variance[:-1] * elapsed[:, None]
    relative = pd.DataFrame(np.minimum(squares / expected, LARGEST_SURPRISE))
    size = relative.mean(axis=1).where(relative.notna().sum(axis=1) >= FEWEST_SHOCKED)
    usual = size.expanding().median().shift().clip(lower=1.0).fillna(1.0)
    excess = (size / usual - 1.0).clip(lower=0.0).fillna(0.0).to_numpy(copy=True)
    excess[: FIRST_SHOCK - 1] = 0.0
    return np.concatenate([np.zeros((1, expected.shape[1])), excess[:, None] * expected])


def _filtered(
    panel: Panel,
    observed: np.ndarray,
    noise: np.ndarray,
    shock: np.ndarray,
    ahead: np.ndarray,
    usual_steps: np.ndarray,
) -> Levels:
    """Filter up to each time what was observed, with the noise of a replicate known by then."""
    n_times, n_genes = observed.shape
    path, variance, step_variance, noise_variance, usual_noise = np.full(
        (5, n_times, n_genes), np.nan
    )
    forecast = np.full((n_times, ahead.shape[1], n_genes), np.nan)
    for time, usual_step in enumerate(usual_steps):
        known = observed[: time + 1]
        own_noise = noise[time] / np.maximum(panel.n_replicates[: time + 1], 1)
        seen = ~np.isnan(known)
        total = np.where(seen, own_noise, 0.0).sum(axis=0)
        usual = np.where(seen.any(axis=0), total / np.maximum(seen.sum(axis=0), 1), own_noise[0])
        elapsed = np.diff(panel.times[: time + 1], prepend=panel.times[0]) / usual_step
        told = own_noise + shock[: time + 1]
        log_likelihood, level, spread, mean = _filter(
            np.ascontiguousarray(known.T), np.ascontiguousarray(told.T), usual, elapsed
        )
        if not seen.any(axis=0).all() and seen.any():
            level = np.where(seen.any(axis=0), level, mean[seen.any(axis=0)].mean())
            mean = np.where(seen.any(axis=0), mean, level[0])
        weight = posterior(log_likelihood)
        ratio, shared, retention = _TRIPLES.T[:, :, None]
        path[time] = (weight * level).sum(axis=0)
        variance[time] = (weight * (spread + (level - path[time]) ** 2)).sum(axis=0)
        step_variance[time] = (weight * ratio).sum(axis=0) * usual
        usual_noise[time] = usual
        noise_variance[time] = (1.0 + (weight * shared).sum(axis=0)) * usual
        away = weight * (level - mean)
        for horizon, distance in enumerate(ahead[time] / usual_step):
            forecast[time, horizon] = mean + (away * retention**distance).sum(axis=0)
    return Levels(
        observed, path, forecast, variance, step_variance, noise_variance, usual_noise, noise, shock
    )


def _filter(
    observed: np.ndarray, noise: np.ndarray, usual: np.ndarray, elapsed: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Filter with each triple of the grid.

    Args:
        observed: Shape `[gene, time]`; NaN where not measured.
        noise: That the replicates tell, shape `[gene, time]`.
        usual: Usual noise of a gene, v, shape `[gene]`.
        elapsed: Since the time before, in usual steps, shape `[time]`.

    Returns:
        Log-likelihood, level and its variance at the last time, shape `[triple, gene]`, and the
        mean so far, shape `[gene]`; zero for a gene that was not measured.
    """
    ratio, shared, retention = (np.ascontiguousarray(column) for column in _TRIPLES.T)
    kept = retention ** elapsed[:, None]
    rate = -np.log(np.where(retention < 1.0, retention, 0.5))
    grown = np.where(retention < 1.0, (1.0 - kept**2) / (2.0 * rate), elapsed[:, None]) * ratio
    return _filter_genes(observed, noise, usual, shared, kept, grown)


@numba.njit(parallel=True, cache=True, error_model="numpy")
def _filter_genes(
    observed: np.ndarray,
    noise: np.ndarray,
    usual: np.ndarray,
    shared: np.ndarray,
    kept: np.ndarray,
    grown: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    n_genes, n_times = observed.shape
    n_triples = len(shared)
    log_likelihood = np.zeros((n_triples, n_genes))
    level = np.zeros((n_triples, n_genes))
    variance = np.zeros((n_triples, n_genes))
    mean = np.zeros(n_genes)
    for gene in numba.prange(n_genes):
        m = np.zeros(n_triples)
        p = np.full(n_triples, DIFFUSE)
        product = np.ones(n_triples)
        squares = np.zeros(n_triples)
        logs = np.zeros(n_triples)
        so_far, count = 0.0, 0
        scale = 1.0 / usual[gene]
        for time in range(n_times):
            for k in range(n_triples):
                m[k] = so_far + kept[time, k] * (m[k] - so_far)
                p[k] = kept[time, k] ** 2 * p[k] + grown[time, k] * usual[gene]
            y = observed[gene, time]
            if np.isnan(y):
                continue
            told = noise[gene, time]
            if count == 0:
                for k in range(n_triples):
                    m[k] = y
                    total = told + shared[k] * usual[gene]
                    p[k] = p[k] * total / (p[k] + total)
            else:
                for k in range(n_triples):
                    total = p[k] + told + shared[k] * usual[gene]
                    surprise = y - m[k]
                    product[k] *= total * scale
                    squares[k] += surprise * surprise / total
                    gain = p[k] / total
                    m[k] += gain * surprise
                    p[k] *= 1.0 - gain
                if count % LOG_EVERY == 0:
                    for k in range(n_triples):
                        logs[k] += np.log(product[k])
                        product[k] = 1.0
            count += 1
            so_far += (y - so_far) / count
        mean[gene] = so_far
        for k in range(n_triples):
            log_likelihood[k, gene] = -0.5 * (logs[k] + np.log(product[k]) + squares[k])
            level[k, gene] = m[k]
            variance[k, gene] = p[k]
    return log_likelihood, level, variance, mean


def posterior(log_likelihood: np.ndarray) -> np.ndarray:
    """Probability of each triple for each gene under `mixture_prior`, `[triple, gene]`."""
    scaled = np.exp(log_likelihood - log_likelihood.max(axis=0))
    weight = mixture_prior(scaled)[:, None] * scaled
    return weight / weight.sum(axis=0)


def mixture_prior(likelihood: np.ndarray, allowed: np.ndarray | None = None) -> np.ndarray:
    """How common each point of a grid is among all genes, `[point]`.

    Fitted by expectation-maximisation, as in a mixture of known components; few steps keep it near
    a flat prior. A gene tells how common its points are relative to one another, and nothing of
    those that it cannot have: the maximisation is that of Hunter (2004) for choices among a part of
    the alternatives.

    Args:
        likelihood: Of each point for each gene, up to a factor of the gene, 0 where the gene cannot
            have the point, `[point, gene]`.
        allowed: 1 where a gene can have a point, 0 where not, `[point, gene]`; None where all can.
    """
    n_points, n_genes = likelihood.shape
    prior = np.full(n_points, 1.0 / n_points, dtype=likelihood.dtype)
    for _ in range(PRIOR_UPDATES):
        found = prior * (likelihood @ (1.0 / (prior @ likelihood)))
        if allowed is None:
            prior = found / n_genes
        else:
            prior = found / np.maximum(allowed @ (1.0 / (prior @ allowed)), 1.0)
            prior /= prior.sum()
    return prior
