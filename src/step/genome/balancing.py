"""Weights that make the bins of a contact map comparable."""

import warnings

import cooler
import numpy as np

from step.errors import InputError

PIXELS_AT_ONCE = 20_000_000
DIVISIVE = {
    "KR",
    "VC",
    "VC_SQRT",
    "SCALE",
}  # vectors of .hic files divide, cooler's weights multiply


def bin_weights(contacts: cooler.Cooler, balance: str) -> np.ndarray:
    """A multiplicative weight for each bin: contact = weight₁ · count · weight₂.

    Args:
        contacts: The map.
        balance: `ice` (iterative correction of each chromosome's own contacts, through cooler;
            Imakaev et al. 2012, Nature Methods 9:999; takes minutes for tens of millions of
            pixels), `none` (1 where a bin has contacts), or the name of weights that the map holds.

    Returns:
        Shape `[bin]`; NaN for bins to leave out.

    Raises:
        InputError: The map holds no such weights, or iterative correction does not converge.
    """
    if balance == "none":
        return np.where(_observed(contacts), 1.0, np.nan)
    if balance == "ice":
        return _iterative_correction(contacts)
    held = [name for name in contacts.bins().columns if name not in ("chrom", "start", "end")]
    if balance not in held:
        raise no_such_weights(contacts.filename, balance, held)
    weights = contacts.bins()[balance][:].to_numpy(dtype=float)
    if balance in DIVISIVE:
        with np.errstate(divide="ignore"):
            weights = 1.0 / weights
    return np.where(np.isfinite(weights), weights, np.nan)


def no_such_weights(name: str, balance: str, held: list[str]) -> InputError:
    """The error for weights that a map does not hold."""
    return InputError(
        f"{name} holds no weights {balance!r}"
        + (f"; it holds {', '.join(held)}" if held else " (it is not balanced)")
        + ". Set `balance` of the contact map in catalog_raw.yml to "
        + ("one that it holds, to " if held else "")
        + "ice (balance it now) or none (take the counts as they are)."
    )


def _iterative_correction(contacts: cooler.Cooler) -> np.ndarray:
    """Weights of the chromosomes whose correction converges."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # chromosomes without contacts
        weights, stats = cooler.balance_cooler(
            contacts, cis_only=True, chunksize=PIXELS_AT_ONCE, max_iters=500
        )
    for chrom, converged in zip(contacts.chromnames, stats["converged"], strict=True):
        if not converged:
            weights[slice(*contacts.extent(chrom))] = np.nan
    if not np.isfinite(weights).any():
        raise InputError(
            f"{contacts.filename} cannot be balanced: iterative correction does not converge. The "
            "map may be too sparse for its bins; choose a coarser one, or `balance: none`."
        )
    return weights


def _observed(contacts: cooler.Cooler) -> np.ndarray:
    """Which bins have any contact with their chromosome."""
    seen = np.zeros(contacts.shape[0], dtype=bool)
    pixels = contacts.pixels()
    for start in range(0, contacts.info["nnz"], PIXELS_AT_ONCE):
        chunk = pixels[start : start + PIXELS_AT_ONCE]
        counted = chunk[chunk["count"] > 0]
        seen[counted["bin1_id"]] = True
        seen[counted["bin2_id"]] = True
    return seen
