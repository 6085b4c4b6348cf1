"""The local level of each gene: a Kalman filter whose observation noise the replicates inform.

y(t) = m(t) + noise; m(t + Δ) = m(t) + a random step of variance r · v · Δ, with v the gene's noise
variance by its replicates and r its signal-to-noise ratio per time unit (Durbin & Koopman, 2012,
chapter 2, with time-varying steps). The noise has variance v(t) + x · v: what the replicates of the
time tell, and x times more that they share and cannot tell (a batch, a day's dissection).

The pair (r, x) is not estimated gene by gene, which a short course cannot bear: every gene is
filtered under each pair of a grid, the genes together say how common each pair is (an empirical
Bayes prior), and a gene's level is the mean over the grid by posterior probability.

y is the mean of the replicates, or half their mean and half their median, which an outlying sample
moves less: whichever forecast the means of the past better, one time ahead.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from step.forecasting.panel import Panel

RATIOS = np.exp(np.linspace(-6.0, 5.0, 15))
SHARED_NOISE = np.array([0.0, 0.5, 1.0, 2.0, 4.0, 8.0])
DIFFUSE = 1e6
PRIOR_UPDATES = 20


@dataclass(frozen=True)
class Level:
    """What the filter knows at the last time of its panel.

    Attributes:
        observed: What was filtered, log2, shape `[time, gene]`; NaN where not measured.
        path: The filtered level at each time, log2, shape `[time, gene]`.
        surprise: Observation less the level expected before it, log2, `[time, gene]`; zero where
            nothing was measured or expected.
        variance: Of the last level, log2², shape `[gene]`.
        step_variance: Of the level's random step, log2² per time unit, shape `[gene]`.
        noise_variance: Of an observation with the usual number of replicates, log2², `[gene]`.
    """

    observed: np.ndarray
    path: np.ndarray
    surprise: np.ndarray
    variance: np.ndarray
    step_variance: np.ndarray
    noise_variance: np.ndarray

    def forecast_variance(self, ahead: float) -> np.ndarray:
        """Variance of an observation `ahead` time units after the last, log2², shape `[gene]`."""
        return self.variance + self.step_variance * ahead + self.noise_variance


@dataclass(frozen=True)
class _State:
    """The filter after one time, under every pair of the grid: arrays `[pair, gene]`."""

    level: np.ndarray
    variance: np.ndarray
    surprise: np.ndarray
    log_likelihood: np.ndarray


def local_level(panel: Panel) -> Level:
    """Filter a panel; see the module for the model.

    Until a gene is first measured, its level is the mean of all genes at the first time at which
    any was; before that time there is none.
    """
    plain = _filtered(panel, panel.mean)
    robust = _filtered(panel, panel.robust)
    return robust if _past_error(panel, robust) < _past_error(panel, plain) else plain


def _past_error(panel: Panel, level: Level) -> float:
    """Mean squared error of each level as a forecast of the next mean."""
    missed = panel.mean[1:] - level.path[:-1]
    return float(np.nanmean(missed**2)) if len(missed) else 0.0


def _filtered(panel: Panel, observed: np.ndarray) -> Level:
    noise = panel.noise_variance()
    seen = ~np.isnan(observed)
    total = np.where(seen, noise, 0.0).sum(axis=0)
    usual = np.where(seen.any(axis=0), total / np.maximum(seen.sum(axis=0), 1), noise[0])
    ratio = np.repeat(RATIOS, len(SHARED_NOISE))[:, None]
    shared = np.tile(SHARED_NOISE, len(RATIOS))[:, None]

    def states() -> Iterator[_State]:
        return _filter(observed, panel.times, ratio * usual, noise, shared * usual)

    (last,) = deque(states(), maxlen=1)
    weight = _posterior(last.log_likelihood)
    path = np.empty_like(observed)
    surprise = np.empty_like(observed)
    # A second pass: the weights are known only now, and the grid's paths would fill the memory.
    for time, state in enumerate(states()):
        path[time] = (weight * state.level).sum(axis=0)
        surprise[time] = (weight * state.surprise).sum(axis=0)
    spread = (last.level - path[-1]) ** 2
    return Level(
        observed=observed,
        path=path,
        surprise=surprise,
        variance=(weight * (last.variance + spread)).sum(axis=0),
        step_variance=(weight * ratio * usual).sum(axis=0),
        noise_variance=usual + (weight * shared * usual).sum(axis=0),
    )


def _filter(
    course: np.ndarray,
    times: np.ndarray,
    step_variance: np.ndarray,
    noise: np.ndarray,
    shared: np.ndarray,
) -> Iterator[_State]:
    """The filter's states, time by time.

    Args:
        course: What was observed, shape `[time, gene]`.
        times: Shape `[time]`.
        step_variance: Per time unit, shape `[pair, gene]`.
        noise: That the replicates tell, shape `[time, gene]`.
        shared: That they do not, shape `[pair, gene]`.
    """
    shape = step_variance.shape
    level = np.full(shape, np.nan)
    variance = np.full(shape, DIFFUSE)
    log_likelihood = np.zeros(shape)
    started = np.zeros(shape[1], dtype=bool)
    elapsed = np.diff(times, prepend=times[0])
    for time, observed in enumerate(course):
        seen = ~np.isnan(observed)
        if seen.any() and not started.any():
            level = np.full(shape, observed[seen].mean())
        expected = seen & started
        variance = variance + step_variance * elapsed[time]
        total = variance + noise[time] + shared
        missed = np.where(seen, observed - level, 0.0)
        surprise = np.where(expected, missed, 0.0)
        log_likelihood = log_likelihood - np.where(
            expected, 0.5 * (np.log(total) + surprise**2 / total), 0.0
        )
        gain = np.where(seen, variance / total, 0.0)
        level = level + gain * missed
        variance = variance * (1.0 - gain)
        started = started | seen
        yield _State(level, variance, surprise, log_likelihood)


def _posterior(log_likelihood: np.ndarray) -> np.ndarray:
    """Probability of each pair for each gene under a prior fitted to all genes, `[pair, gene]`.

    The prior is fitted by expectation-maximisation, as in a mixture of known components.
    """
    scaled = np.exp(log_likelihood - log_likelihood.max(axis=0))
    prior = np.full((len(log_likelihood), 1), 1.0 / len(log_likelihood))
    for _ in range(PRIOR_UPDATES):
        posterior = prior * scaled
        posterior /= posterior.sum(axis=0)
        prior = posterior.mean(axis=1, keepdims=True)
    return posterior
