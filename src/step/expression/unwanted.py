"""Variation that replicates of one time share across genes: not biology, so it can be removed."""

import numpy as np

from step.errors import InputError

SMALLEST_DIRECTION = 1e-9  # relative to the values; what is smaller is rounding


def remove_unwanted(
    values: np.ndarray,
    detected: np.ndarray,
    times: np.ndarray,
    reference: np.ndarray,
    n_components: int,
) -> np.ndarray:
    """Remove the directions in which replicates of one time differ most.

    Replicates of a time differ by what was done to the samples, not by the time. The first
    principal components of the replicates' residuals from their time's mean, W [gene, component],
    are found in the reference samples; each sample x, a later one too, becomes
    x − W f with f its coordinates of x − c in W, c the reference samples' mean. Genes below
    background carry no signal of their own, so components and coordinates are those of the
    detected genes; the loadings of the others are regressed on them.

    After Gagnon-Bartsch & Speed (2012), Biostatistics 13:539 (RUV), with replicates as in RUVs
    (Risso et al. 2014, Nature Biotechnology 32:896).

    Args:
        values: log2, shape `[gene, sample]`, NaN where missing.
        detected: As values.
        times: Of the samples.
        reference: Which samples to learn from, a mask.
        n_components: k.

    Returns:
        Shape `[gene, sample]`; missing where it was.

    Raises:
        InputError: The reference samples have too few replicates, or no gene is detected in them.
    """
    known = values[:, reference]
    centre = np.nanmean(np.where(np.isnan(known).all(axis=1, keepdims=True), 0.0, known), axis=1)
    residual = _replicate_residuals(known, times[reference])
    control = detected[:, reference].mean(axis=1) >= 0.5
    if control.sum() <= n_components:
        raise InputError(
            f"Only {control.sum()} genes are detected in the samples of the first times, too few "
            "to find unwanted variation. Set `unwanted_components` to 0."
        )
    smallest = SMALLEST_DIRECTION * float(np.nanmax(np.abs(known[control])))
    loading = _first_directions(residual[control], n_components, smallest)
    score = loading.T @ residual[control]
    every_loading = residual @ score.T @ np.linalg.inv(score @ score.T)
    away = values - centre[:, None]
    return values - every_loading @ _coordinates(loading, away[control])


def _first_directions(residual: np.ndarray, n_components: int, smallest: float) -> np.ndarray:
    """The first principal components of residuals, `[gene, component]`.

    Raises:
        InputError: The residuals have no more directions than these of at least the smallest size.
    """
    directions, sizes, _ = np.linalg.svd(residual, full_matrices=False)
    n_directions = int(np.sum(sizes > smallest))
    if n_components >= n_directions:
        raise InputError(
            f"`unwanted_components` is {n_components}, but the replicates of the first times "
            f"differ in {n_directions} directions. Remove fewer components, or none."
        )
    return directions[:, :n_components]


def _replicate_residuals(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Each value less the mean of its time: `[gene, sample]`, 0 where missing."""
    residual = np.zeros_like(values)
    for time in np.unique(times):
        members = times == time
        of_time = values[:, members]
        count = (~np.isnan(of_time)).sum(axis=1, keepdims=True)
        mean = np.nansum(of_time, axis=1, keepdims=True) / np.maximum(count, 1)
        residual[:, members] = np.nan_to_num(of_time - mean)
    return residual


def _coordinates(loading: np.ndarray, away: np.ndarray) -> np.ndarray:
    """Least-squares coordinates of each sample, of the genes that it has: `[component, sample]`."""
    found = loading.T @ np.nan_to_num(away)
    for sample in np.flatnonzero(np.isnan(away).any(axis=0)):
        measured = ~np.isnan(away[:, sample])
        found[:, sample] = np.linalg.lstsq(loading[measured], away[measured, sample], rcond=None)[0]
    return found
