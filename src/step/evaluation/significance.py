"""Is a difference more than chance? The forecast origin is the unit, never the gene."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy import stats

ALIKE = 1e-6  # share of an error by which two differ by rounding alone
SIGNIFICANT = 0.05  # the largest p or q that is called more than chance
N_DRAWS = 2000


def diebold_mariano(loss: np.ndarray, other: np.ndarray, horizon: int = 1) -> float:
    """Two-sided p of equal forecast accuracy.

    Diebold & Mariano (1995) with the small-sample correction of Harvey, Leybourne & Newbold
    (1997), against Student's t with n − 1 degrees of freedom.

    Args:
        loss: Loss of a forecaster at each origin, in order, shape `[origin]`.
        other: Of the other forecaster.
        horizon: Steps ahead; autocovariances up to horizon − 1 are counted.

    Returns:
        NaN with fewer than three origins, or no more than the horizon; 1 where the losses are the
        same throughout.
    """
    difference = np.asarray(loss, dtype=float) - np.asarray(other, dtype=float)
    difference = difference[~np.isnan(difference)]
    n = len(difference)
    if n < 3 or n <= horizon:  # then all autocovariances together are 0, whatever the losses
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


def block_bootstrap(
    own: np.ndarray,
    other: np.ndarray,
    statistic: Callable[[np.ndarray, np.ndarray], np.ndarray],
    confidence: float = 0.95,
) -> tuple[float, float] | None:
    """Interval of a statistic of two sums over forecast origins.

    Origins are drawn in circular blocks (Politis & Romano, 1992) as long as the cube root of their
    number, for neighbouring origins are alike. The seed is fixed.

    Args:
        own: At each origin, in order, shape `[origin]`.
        other: Likewise.
        statistic: Of the sums of both over the origins of each draw, shape `[draw]`.
        confidence: Share of the draws inside.

    Returns:
        Lower and upper end; None with fewer than three origins.
    """
    n = len(own)
    if n < 3:
        return None
    length = max(round(n ** (1 / 3)), 1)
    rng = np.random.default_rng(0)
    starts = rng.integers(0, n, (N_DRAWS, -(-n // length)))
    drawn = (starts[..., None] + np.arange(length)).reshape(N_DRAWS, -1)[:, :n] % n
    values = statistic(own[drawn].sum(axis=1), other[drawn].sum(axis=1))
    tails = (1.0 - confidence) / 2.0
    low, high = np.quantile(values, [tails, 1.0 - tails])
    return float(low), float(high)


def permutation_p(real: float, controls: Sequence[float]) -> float:
    """p = (1 + #{controls that do at least as well as the real one}) / (1 + number of controls).

    What differs by rounding alone does as well.

    Args:
        real: A loss, the lower the better.
        controls: The same loss of each control.
    """
    as_well = np.asarray(controls) <= real * (1.0 + ALIKE)
    return (1 + int(as_well.sum())) / (1 + len(controls))
