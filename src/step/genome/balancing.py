"""Weights that make the bins of a contact map comparable."""

import warnings

import cooler
import numpy as np

from step.errors import InputError, listed
from step.genome.map_checks import pixel_chunks

PIXELS_AT_ONCE = 20_000_000  # of iterative correction
BIN_COLUMNS = ("chrom", "start", "end")
# Vectors of .hic files divide, cooler's weights multiply. GW_ and INTER_: of the whole genome.
DIVISIVE = {f"{of}{name}" for of in ("", "GW_", "INTER_") for name in ("KR", "VC", "SCALE")}
DIVISIVE |= {"VC_SQRT"}
ALTERNATIVES = (
    "Set `balance` of the contact map in catalog_raw.yml to other weights, ice (balance it now) or "
    "none (take the counts as they are)."
)


def bin_weights(contacts: cooler.Cooler, balance: str, name: str) -> np.ndarray:
    """A multiplicative weight for each bin: contact = weight₁ · count · weight₂.

    Args:
        contacts: The map.
        balance: `ice` (iterative correction of each chromosome's own contacts, through cooler;
            Imakaev et al. 2012, Nature Methods 9:999; takes minutes for tens of millions of
            pixels), `none` (1 where a bin has contacts), or the name of weights that the map holds.
        name: The file, for messages.

    Returns:
        Shape `[bin]`, positive; NaN for bins to leave out, as those whose weight is 0 or infinite.

    Raises:
        InputError: The map holds no such weights, they are negative or no numbers, or iterative
            correction does not converge.
    """
    if balance == "none":
        return np.where(_observed(contacts), 1.0, np.nan)
    if balance == "ice":
        return _iterative_correction(contacts, name)
    held = [column for column in contacts.bins().columns if column not in BIN_COLUMNS]
    if balance not in held:
        raise no_such_weights(name, balance, held)
    try:
        weights = contacts.bins()[balance][:].to_numpy(dtype=float)
    except (ValueError, TypeError, OSError):
        weights = np.empty(0)
    if len(weights) != contacts.shape[0]:
        raise InputError(
            f"{name}: the weights {balance!r} are not a number for each bin. {ALTERNATIVES}"
        )
    if balance in DIVISIVE:
        with np.errstate(divide="ignore"):
            weights = 1.0 / weights
    if (weights < 0).any():
        bin_ = int((weights < 0).argmax())
        raise InputError(
            f"{name}: the weight {balance!r} of bin {bin_} is negative, as are those of "
            f"{int((weights < 0).sum())} bins in all. {ALTERNATIVES}"
        )
    return np.where(np.isfinite(weights) & (weights > 0), weights, np.nan)


def no_such_weights(name: str, balance: str, held: list[str]) -> InputError:
    """The error for weights that a map does not hold."""
    return InputError(
        f"{name} holds no weights {balance!r}"
        + (f"; it holds {listed(held)}" if held else " (it is not balanced)")
        + ". Set `balance` of the contact map in catalog_raw.yml to "
        + ("one that it holds, to " if held else "")
        + "ice (balance it now) or none (take the counts as they are)."
    )


def _iterative_correction(contacts: cooler.Cooler, name: str) -> np.ndarray:
    """Weights of the chromosomes whose correction converges."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # chromosomes without contacts
        weights, stats = cooler.balance_cooler(
            contacts, cis_only=True, chunksize=PIXELS_AT_ONCE, max_iters=500
        )
    for chrom, converged in zip(contacts.chromnames, stats["converged"], strict=True):
        if not converged:
            weights[slice(*contacts.extent((chrom, None, None)))] = np.nan
    if not np.isfinite(weights).any():
        raise InputError(
            f"{name} cannot be balanced: iterative correction does not converge. The "
            "map may be too sparse for its bins; choose a coarser one, or `balance: none`."
        )
    return weights


def _observed(contacts: cooler.Cooler) -> np.ndarray:
    """Which bins have any contact."""
    seen = np.zeros(contacts.shape[0], dtype=bool)
    for pixels in pixel_chunks(contacts):
        counted = pixels[pixels["count"] > 0]
        seen[counted["bin1_id"]] = True
        seen[counted["bin2_id"]] = True
    return seen
