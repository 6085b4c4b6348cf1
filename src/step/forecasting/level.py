"""The local level of each gene: a Kalman filter whose observation noise the replicates give.

y(t) = m(t) + noise, noise variance known from the replicates; m(t + Δ) = m(t) + a random step of
variance r · v · Δ, with v the gene's noise variance and r its signal-to-noise ratio per time unit
(Durbin & Koopman, 2012, chapter 2, with time-varying steps). The ratio is not estimated gene by
gene, which a short course cannot bear: every gene is filtered under each ratio of a grid, the
genes together say how common each ratio is (an empirical Bayes prior), and a gene's level is the
mean over the grid by posterior probability.
"""

from dataclasses import dataclass

import numpy as np

from step.forecasting.panel import Panel

RATIOS = np.exp(np.linspace(-6.0, 3.0, 31))
DIFFUSE = 1e6
PRIOR_UPDATES = 20


@dataclass(frozen=True)
class Level:
    """What the filter knows at the last time of its panel.

    Attributes:
        path: The filtered level at each time, log2, shape `[time, gene]`.
        surprise: Observation less the level expected before it, log2, `[time, gene]`; zero where
            nothing was measured or expected.
        variance: Of the last level, log2², shape `[gene]`.
        step_variance: Of the level's random step, log2² per time unit, shape `[gene]`.
        noise_variance: Of an observation with the usual number of replicates, log2², `[gene]`.
    """

    path: np.ndarray
    surprise: np.ndarray
    variance: np.ndarray
    step_variance: np.ndarray
    noise_variance: np.ndarray

    def forecast_variance(self, ahead: float) -> np.ndarray:
        """Variance of an observation `ahead` time units after the last, log2², shape `[gene]`."""
        return self.variance + self.step_variance * ahead + self.noise_variance


def local_level(panel: Panel) -> Level:
    """Filter a panel; see the module for the model.

    A gene keeps the mean of all others as its level until it is first measured.
    """
    noise = panel.noise_variance()
    per_step = RATIOS[:, None] * noise.mean(axis=0)
    n_times, n_genes = panel.mean.shape
    with np.errstate(invalid="ignore"):
        start = np.nan_to_num(np.nanmean(panel.robust[0])) if n_times else 0.0
    level = np.full((len(RATIOS), n_genes), start)
    variance = np.full((len(RATIOS), n_genes), DIFFUSE)
    log_likelihood = np.zeros((len(RATIOS), n_genes))
    started = np.zeros(n_genes, dtype=bool)
    levels, surprises = [], []
    elapsed = np.diff(panel.times, prepend=panel.times[0])
    for time in range(n_times):
        observed = panel.robust[time]
        seen = ~np.isnan(observed)
        variance = variance + per_step * elapsed[time]
        total = variance + noise[time]
        surprise = np.where(seen & started, observed - level, 0.0)
        gain = np.where(seen, variance / total, 0.0)
        log_likelihood -= np.where(seen & started, 0.5 * (np.log(total) + surprise**2 / total), 0.0)
        level = level + gain * np.where(seen, observed - level, 0.0)
        variance = variance * (1.0 - gain)
        started |= seen
        levels.append(level)
        surprises.append(surprise)
    weight = _posterior(log_likelihood)
    final = (weight * level).sum(axis=0)
    return Level(
        path=np.einsum("rg,trg->tg", weight, np.stack(levels)),
        surprise=np.einsum("rg,trg->tg", weight, np.stack(surprises)),
        variance=(weight * (variance + (level - final) ** 2)).sum(axis=0),
        step_variance=(weight * per_step).sum(axis=0),
        noise_variance=noise.mean(axis=0),
    )


def _posterior(log_likelihood: np.ndarray) -> np.ndarray:
    """Probability of each ratio for each gene under a prior fitted to all genes, `[ratio, gene]`.

    The prior is fitted by expectation-maximisation, as in a mixture of known components.
    """
    scaled = np.exp(log_likelihood - log_likelihood.max(axis=0))
    prior = np.full((len(log_likelihood), 1), 1.0 / len(log_likelihood))
    for _ in range(PRIOR_UPDATES):
        posterior = prior * scaled
        posterior /= posterior.sum(axis=0)
        prior = posterior.mean(axis=1, keepdims=True)
    return posterior
