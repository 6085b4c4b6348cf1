"""Combination of forecasters with weights that past origins teach.

At each time the weights are non-negative, sum to one, and minimise the mean squared error of the
combination over the forecasts whose outcome is known by then, plus a penalty for their distance
from weights believed before any outcome was known (after Bates & Granger, 1969; the constraint and
the shrinkage as in Diebold & Shin, International Journal of Forecasting 35, 2019).
"""

import numpy as np
from scipy.optimize import nnls

PRIOR_ORIGINS = 5.0  # after as many the weights believed before and the errors weigh alike
FIRST_ORIGIN = 4  # before it the arms know too little for their errors to tell
SUM_WEIGHT = 1e3


def combine(
    forecasts: np.ndarray, observed: np.ndarray, prior: np.ndarray, horizon: int = 1
) -> np.ndarray:
    """Combine forecasts of one horizon.

    Args:
        forecasts: From each time, log2, shape `[arm, time, gene]`; NaN where an arm does not
            forecast yet, at the same times for all genes.
        observed: What came, log2, shape `[time, gene]`; NaN where not measured, and where it lies
            beyond the last time.
        prior: Weights believed at each time without any outcome, shape `[time, arm]`.
        horizon: Times after which an outcome is known.

    Returns:
        The weights at each time, shape `[time, arm]`.
    """
    n_arms, n_times, _ = forecasts.shape
    products = np.zeros((n_arms, n_arms))
    weights = np.empty((n_times, n_arms))
    n_origins = 0
    for time in range(n_times):
        origin = time - horizon
        if origin >= FIRST_ORIGIN:
            error = observed[origin] - forecasts[:, origin]
            known = np.isfinite(error).all(axis=0)
            if known.any():
                products += error[:, known] @ error[:, known].T / known.sum()
                n_origins += 1
        weights[time] = solve(products / max(n_origins, 1), n_origins, prior[time])
    return weights


def solve(products: np.ndarray, n_origins: int, prior: np.ndarray) -> np.ndarray:
    """Return the weights of least error, shape `[arm]`.

    Args:
        products: Mean products of the arms' errors, log2², shape `[arm, arm]`.
        n_origins: Origins that they are the mean of.
        prior: Weights believed before, shape `[arm]`.
    """
    best = np.diag(products).min()
    if n_origins == 0 or best <= 0:
        return prior
    penalty = PRIOR_ORIGINS / n_origins * np.sqrt(best)
    values, vectors = np.linalg.eigh(products)
    root = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
    scale = SUM_WEIGHT * np.sqrt(best)
    n_arms = len(prior)
    rows = np.concatenate([root, penalty * np.eye(n_arms), np.full((1, n_arms), scale)])
    aims = np.concatenate([np.zeros(n_arms), penalty * prior, [scale]])
    weights, _ = nnls(rows, aims)
    return weights / weights.sum()
