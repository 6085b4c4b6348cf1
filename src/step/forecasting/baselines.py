"""What a user would pick instead of a network.

Each takes a panel cut at the origin and gives the next observation of every gene, log2, `[gene]`.
"""

from collections.abc import Callable

import numpy as np

from step.forecasting.level import local_level
from step.forecasting.panel import Panel

SMOOTHING = np.linspace(0.05, 1.0, 20)


def last_value(panel: Panel) -> np.ndarray:
    """The last measured mean."""
    return _filled(panel.mean)[-1]


def gene_mean(panel: Panel) -> np.ndarray:
    """The mean over all times so far."""
    return _filled(panel.mean).mean(axis=0)


def ses(panel: Panel) -> np.ndarray:
    """Simple exponential smoothing, with the one constant that served all genes best so far.

    m ← m + α (y − m), α from a grid of 20 by the mean squared one-step error on the panel.
    """
    observed = _filled(panel.mean)
    level = np.repeat(observed[:1], len(SMOOTHING), axis=0)
    squared_error = np.zeros(len(SMOOTHING))
    for value in observed[1:]:
        surprise = value - level
        squared_error += (surprise**2).mean(axis=1)
        level = level + SMOOTHING[:, None] * surprise
    return level[np.argmin(squared_error)]


def filtered_level(panel: Panel) -> np.ndarray:
    """The local level, its observation noise taken from the replicates; see `local_level`."""
    return local_level(panel).path[-1]


BASELINES: dict[str, Callable[[Panel], np.ndarray]] = {
    "last_value": last_value,
    "gene_mean": gene_mean,
    "ses": ses,
    "local_level": filtered_level,
}


def _filled(values: np.ndarray) -> np.ndarray:
    """Missing values replaced by the last one before, or the mean of the genes where none was."""
    filled = values.copy()
    filled[0] = np.where(np.isnan(filled[0]), np.nanmean(filled[0]), filled[0])
    for time in range(1, len(filled)):
        filled[time] = np.where(np.isnan(filled[time]), filled[time - 1], filled[time])
    return filled
