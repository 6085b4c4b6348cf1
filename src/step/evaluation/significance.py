"""Is a difference more than chance? The forecast origin is the unit, never the gene."""

from collections.abc import Sequence

import numpy as np
from scipy import stats


def diebold_mariano(loss: np.ndarray, other: np.ndarray, horizon: int = 1) -> float:
    """Two-sided p of equal forecast accuracy.

    Diebold & Mariano (1995) with the small-sample correction of Harvey, Leybourne & Newbold
    (1997), against Student's t with n − 1 degrees of freedom.

    Args:
        loss: Loss of a forecaster at each origin, in order, shape `[origin]`.
        other: Of the other forecaster.
        horizon: Steps ahead; autocovariances up to horizon − 1 are counted.

    Returns:
        NaN with fewer than three origins; 1 where the losses are the same throughout.
    """
    difference = np.asarray(loss, dtype=float) - np.asarray(other, dtype=float)
    difference = difference[~np.isnan(difference)]
    n = len(difference)
    if n < 3:
        return float("nan")
    centred = difference - difference.mean()
    variance = float(centred @ centred) / n
    for lag in range(1, horizon):
        variance += 2.0 * float(centred[lag:] @ centred[:-lag]) / n
    if variance <= 0.0:
        return 1.0 if np.allclose(difference, 0.0) else float("nan")
    statistic = difference.mean() / np.sqrt(variance / n)
    statistic *= np.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    return float(2.0 * stats.t.sf(abs(statistic), df=n - 1))


def permutation_p(real: float, controls: Sequence[float]) -> float:
    """p = (1 + #{controls that do at least as well as the real one}) / (1 + number of controls).

    Args:
        real: A loss, the lower the better.
        controls: The same loss of each control.
    """
    return (1 + sum(control <= real for control in controls)) / (1 + len(controls))
