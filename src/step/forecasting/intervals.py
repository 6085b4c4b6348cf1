"""Forecast intervals from a forecaster's own earlier errors."""

import numpy as np
from scipy.stats import norm

from step.typed import Share, settings

PRIOR_ORIGINS = 4.0


@settings
class IntervalSettings:
    """What the forecast intervals promise.

    Attributes:
        coverage: Nominal coverage.
    """

    coverage: Share


def half_widths(errors: np.ndarray, coverage: float) -> np.ndarray:
    """Half widths of the intervals at each origin, from the errors before it.

    A gene's error scale is the root mean square of its earlier errors, shrunk towards that of all
    genes as if by four origins more. The scale is multiplied by the `coverage` quantile of all
    earlier |error| / scale, as in split conformal prediction, or by the normal quantile until there
    is one. The coverage is approximate, for genes share their samples' noise.

    Args:
        errors: Observation less forecast, shape `[origin, gene]`, origins ascending; NaN where not
            measured. The error of an origin is used for later origins only.
        coverage: Nominal coverage, 0 to 1.

    Returns:
        Shape `[origin, gene]`; infinite at the first origin, before which there is no error.
    """
    widths = np.full(errors.shape, np.inf)
    standardised: list[np.ndarray] = []
    for origin in range(1, len(errors)):
        scale = _scale(errors[:origin])
        past = np.concatenate(standardised) if standardised else np.array([])
        factor = np.quantile(past, coverage) if len(past) else norm.ppf((1 + coverage) / 2)
        widths[origin] = factor * scale
        ratio = np.abs(errors[origin]) / scale
        standardised.append(ratio[~np.isnan(ratio)])
    return widths


def next_half_width(errors: np.ndarray, coverage: float) -> np.ndarray:
    """Half width for the origin after all those of `errors`, shape `[gene]`."""
    unknown = np.full((1, errors.shape[1]), np.nan)
    return half_widths(np.concatenate([errors, unknown]), coverage)[-1]


def _scale(errors: np.ndarray) -> np.ndarray:
    pooled = np.nanmean(errors**2)
    counted = (~np.isnan(errors)).sum(axis=0)
    return np.sqrt(
        (np.nansum(errors**2, axis=0) + PRIOR_ORIGINS * pooled) / (counted + PRIOR_ORIGINS)
    )
