"""Variances of genes moderated by what all genes share, as limma's `squeezeVar` does.

Source: Smyth, Statistical Applications in Genetics and Molecular Biology 3 (2004), section 6.2,
with a trend by mean expression (Sartor et al., BMC Bioinformatics 7, 2006).
"""

import numpy as np
from scipy.special import digamma, polygamma

FEWEST_FOR_TREND = 30
MOST_PRIOR_FREEDOM = 1e4
NEWTON_STEPS = 50


def moderate(variance: np.ndarray, freedom: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Shrink each gene's variance towards what its mean expression leads to expect.

    (d s² + d₀ s₀²) / (d + d₀), with s₀² and d₀ from the distribution of log s² over genes: s₀² is a
    cubic polynomial of the mean in log s², and the same for all where there are few genes.

    Args:
        variance: s², shape `[gene]`; without meaning where there is no freedom.
        freedom: Degrees of freedom, d, shape `[gene]`; 0 for a gene without replicates.
        mean: Mean expression, shape `[gene]`.

    Returns:
        Shape `[gene]`; NaN where fewer than three genes have a variance and the gene has none.
    """
    known = (freedom > 0) & (variance > 0)
    if known.sum() < 3:
        return np.where(freedom > 0, variance, np.nan)
    half = freedom[known] / 2
    log_variance = np.log(variance[known]) - digamma(half) + np.log(half)
    basis = _basis(mean, known)
    coefficients, *_ = np.linalg.lstsq(basis[known], log_variance, rcond=None)
    left = known.sum() - basis.shape[1]
    scatter = ((log_variance - basis[known] @ coefficients) ** 2).sum() / max(left, 1)
    spread = scatter - polygamma(1, half).mean()
    prior_freedom, shift = MOST_PRIOR_FREEDOM, 0.0
    if spread > 0:
        prior_half = min(_trigamma_inverse(spread), MOST_PRIOR_FREEDOM / 2)
        prior_freedom, shift = 2 * prior_half, float(digamma(prior_half) - np.log(prior_half))
    prior = np.exp(basis @ coefficients + shift)
    own = np.where(freedom > 0, variance, 0.0)
    return (freedom * own + prior_freedom * prior) / (freedom + prior_freedom)


def _basis(mean: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Powers of the standardised mean, `[gene, power]`; constant outside the bulk of the genes."""
    if known.sum() < FEWEST_FOR_TREND:
        return np.ones((len(mean), 1))
    low, high = np.quantile(mean[known], [0.02, 0.98])
    inside = np.clip(mean, low, high)
    centred = (inside - inside[known].mean()) / max(inside[known].std(), 1e-9)
    return np.vander(centred, 4, increasing=True)


def _trigamma_inverse(value: float) -> float:
    """Solve trigamma(y) = value by Newton's method (Smyth, 2004, appendix)."""
    y = 0.5 + 1.0 / value
    for _ in range(NEWTON_STEPS):
        trigamma = polygamma(1, y)
        change = trigamma * (1.0 - trigamma / value) / polygamma(2, y)
        y = y + change
        if -change / y < 1e-8:
            break
    return float(y)
