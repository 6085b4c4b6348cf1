"""Combination of forecasters with weights that past origins teach.

At each time the weights are non-negative, sum to one, and minimise the mean squared error of the
combination over the forecasts whose outcome is known by then, plus a penalty for their distance
from weights believed before any outcome was known (after Bates & Granger, 1969; the constraint and
the shrinkage as in Diebold & Shin, International Journal of Forecasting 35, 2019). An origin at
which the arms missed by more than usual counts for less, for a poor batch would otherwise decide.

Where an arm is much better than was believed, a strong penalty holds the weights back; where there
are few origins, a weak one lets them follow chance. So weights are found with either, and averaged:
each counts by exp(−η · squared error of its combination so far), as in exponentially weighted
forecasters (Cesa-Bianchi & Lugosi, 2006, chapter 2), with most of the belief in the strong one.
"""

import numpy as np
from scipy.optimize import nnls
from scipy.special import expit, logit

PRIOR_ORIGINS = (5.0, 0.2)  # after as many the weights believed before and the errors weigh alike
WEAK_SHARE = 0.05  # of the second of these before any outcome
LEARNING_RATE = 5.0  # η, a usual squared error of an origin
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
    found = np.empty((len(PRIOR_ORIGINS), n_times, n_arms))
    missed = np.zeros(len(PRIOR_ORIGINS))
    sizes: list[float] = []
    weights = np.empty((n_times, n_arms))
    for time in range(n_times):
        origin = time - horizon
        if origin >= FIRST_ORIGIN:
            error = observed[origin] - forecasts[:, origin]
            known = np.isfinite(error).all(axis=0)
            if known.any():
                own = error[:, known] @ error[:, known].T / known.sum()
                missed += np.einsum("ka,ab,kb->k", found[:, origin], own, found[:, origin])
                sizes.append(float(np.median(np.diag(own))))
                usual = max(sizes[-1], float(np.median(sizes)))
                products += own / max(usual, np.finfo(float).tiny)
        n_origins = len(sizes)
        mean = products / max(n_origins, 1)
        for number, strength in enumerate(PRIOR_ORIGINS):
            found[number, time] = solve(mean, n_origins, prior[time], strength)
        more = (missed[1] - missed[0]) * n_origins / max(missed[0], np.finfo(float).tiny)
        weak = expit(logit(WEAK_SHARE) - LEARNING_RATE * more)
        weights[time] = (1.0 - weak) * found[0, time] + weak * found[1, time]
    return weights


def solve(
    products: np.ndarray, n_origins: int, prior: np.ndarray, prior_origins: float
) -> np.ndarray:
    """Return the weights of least error, shape `[arm]`.

    Args:
        products: Mean products of the arms' errors, up to a factor, shape `[arm, arm]`.
        n_origins: Origins that they are the mean of.
        prior: Weights believed before, shape `[arm]`.
        prior_origins: Origins after which these and the errors weigh alike.
    """
    best = np.diag(products).min()
    if n_origins == 0 or best <= 0:
        return prior
    penalty = prior_origins / n_origins * np.sqrt(best)
    values, vectors = np.linalg.eigh(products)
    root = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
    scale = SUM_WEIGHT * np.sqrt(best)
    n_arms = len(prior)
    rows = np.concatenate([root, penalty * np.eye(n_arms), np.full((1, n_arms), scale)])
    aims = np.concatenate([np.zeros(n_arms), penalty * prior, [scale]])
    weights, _ = nnls(rows, aims)
    return weights / weights.sum()
