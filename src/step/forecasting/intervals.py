"""Forecast intervals from a forecaster's own earlier errors."""

import numpy as np
from scipy.stats import norm

from step.typed import Share, settings

PRIOR_ORIGINS = 8.0
KEPT = 0.9  # weight of an origin's ratios, relative to those of the origin after
ADAPTATION = 0.2  # γ
LEAST = 5.0 / 9.0  # of the nominal coverage that the adapted level falls to
FEWEST_MISSED = 0.05  # of the nominal share of misses that it leaves at least
RATIOS = np.geomspace(1e-4, 1e4, 4001)  # bins of |error| / scale, 0.5 % wide


@settings
class IntervalSettings:
    """What the forecast intervals promise.

    Attributes:
        coverage: Nominal coverage.
    """

    coverage: Share


def half_widths(
    errors: np.ndarray, spread: np.ndarray, coverage: float, horizon: int = 1
) -> np.ndarray:
    """Half widths of the intervals at each origin, from the errors that are known there.

    A gene's error scale is its spread times the root mean square of its earlier errors in units of
    their spreads, shrunk towards that of all genes as if by `PRIOR_ORIGINS` origins more. The scale
    is multiplied by a quantile of all earlier |error| / scale, as in split conformal prediction
    (by that of the normal distribution until there is one), where older ones count less. The
    quantile's level rises by γ / √horizon times the share of genes that was missed beyond the
    nominal one (adaptive conformal inference: Gibbs & Candès, 2021). Neither learns from origins
    before any error was known: the size of those errors is in the scale, and would count twice. The
    coverage is approximate, for genes share their samples' noise.

    Args:
        errors: Observation less forecast, shape `[origin, gene]`, origins ascending and one time
            apart; NaN where not measured, or not yet.
        spread: Standard deviation expected of the error, log2, as errors.
        coverage: Nominal coverage, 0 to 1.
        horizon: Times after an origin at which its error is known.

    Returns:
        Shape `[origin, gene]`.
    """
    n_origins, n_genes = errors.shape
    standardised = errors / spread
    widths, ratios = np.empty_like(errors), np.empty_like(errors)
    squares, counted = np.zeros((2, n_genes))
    histogram, scaled = np.zeros(len(RATIOS) + 1), np.zeros(n_origins, dtype=bool)
    level, rate = coverage, ADAPTATION / np.sqrt(horizon)
    margins = LEAST * coverage, 1.0 - FEWEST_MISSED * (1.0 - coverage)
    for origin in range(n_origins):
        known = origin - horizon
        if known >= 0 and (seen := ~np.isnan(errors[known])).any():
            squares = squares + np.where(seen, standardised[known], 0.0) ** 2
            counted = counted + seen
            if scaled[known]:
                place = np.searchsorted(RATIOS, ratios[known, seen])
                histogram = KEPT * histogram + np.bincount(place, minlength=len(histogram))
                missed = np.mean(np.abs(errors[known, seen]) > widths[known, seen])
                level = np.clip(level + rate * (missed - (1.0 - coverage)), *margins)
        scaled[origin] = counted.any()
        pooled = squares.sum() / counted.sum() if scaled[origin] else 1.0
        scale = np.sqrt((squares + PRIOR_ORIGINS * pooled) / (counted + PRIOR_ORIGINS))
        scale = np.maximum(scale, RATIOS[0])
        ratios[origin] = np.abs(standardised[origin]) / scale
        widths[origin] = _quantile(histogram, level) * scale * spread[origin]
    return widths


def _quantile(histogram: np.ndarray, level: float) -> float:
    if not histogram.any():
        return float(norm.ppf((1.0 + level) / 2.0))
    share = np.cumsum(histogram) / histogram.sum()
    return float(RATIOS[min(int(np.searchsorted(share, level)), len(RATIOS) - 1)])
