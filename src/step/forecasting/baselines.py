"""What a user would pick instead of a network.

Each takes a panel cut at the origin and gives the next observation of every gene, log2, `[gene]`.
"""

from collections.abc import Callable

import numpy as np

from step.forecasting.level import local_level
from step.forecasting.panel import Panel

SMOOTHING = np.linspace(0.05, 1.0, 20)


def last_value(panel: Panel) -> np.ndarray:
    """The last measured mean; that of all genes for a gene not yet measured."""
    last = np.full(panel.mean.shape[1], np.nanmean(panel.mean))
    for value in panel.mean:
        last = np.where(np.isnan(value), last, value)
    return last


def gene_mean(panel: Panel) -> np.ndarray:
    """The mean over all times so far; that of all genes for a gene not yet measured."""
    measured = ~np.isnan(panel.mean)
    total = np.where(measured, panel.mean, 0.0).sum(axis=0)
    count = measured.sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nanmean(panel.mean))


def ses(panel: Panel) -> np.ndarray:
    """Simple exponential smoothing, with the one constant that served all genes best so far.

    m ← m + α (y − m), starting at the first measured value; α from a grid of 20 by the squared
    one-step errors on the panel.
    """
    level = np.full((len(SMOOTHING), panel.mean.shape[1]), np.nan)
    squared_error = np.zeros(len(SMOOTHING))
    for value in panel.mean:
        surprise = np.nan_to_num(value - level)
        squared_error += (surprise**2).sum(axis=1)
        level = np.where(np.isnan(level), value, level + SMOOTHING[:, None] * surprise)
    best = level[np.argmin(squared_error)]
    return np.where(np.isnan(best), np.nanmean(panel.mean), best)


def filtered_level(panel: Panel) -> np.ndarray:
    """The local level, its observation noise taken from the replicates; see `local_level`."""
    return local_level(panel).path[-1]


BASELINES: dict[str, Callable[[Panel], np.ndarray]] = {
    "last_value": last_value,
    "gene_mean": gene_mean,
    "ses": ses,
    "local_level": filtered_level,
}
