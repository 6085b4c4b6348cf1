"""Scales of expression values, and whether values can be of them."""

from typing import Literal

import numpy as np

from step.errors import InputError, quoted

Scale = Literal["log2", "ln", "linear", "counts", "log_ratio"]
LARGEST_LOG = 64.0  # log2; no detector counts to 2^64
LARGEST_USUAL_LOG = 24.0  # log2; above the 16 bits of scanners and the depth of sequencing runs


def check_scale(
    values: np.ndarray, scale: str, genes: np.ndarray, samples: list[str], source: str
) -> None:
    """Raise InputError unless values can be of the declared scale.

    Args:
        values: Shape `[gene, sample]`, NaN where missing, not all of them.
        scale: One of `Scale`.
        genes: Names of the rows.
        samples: Names of the columns.
        source: Name of the table.

    Raises:
        InputError: They cannot.
    """
    low, high = np.nanmin(values), np.nanmax(values)
    whole = bool(np.all(values[~np.isnan(values)] % 1 == 0))

    def refuse(extreme: float, why: str) -> None:
        row, column = np.argwhere(values == extreme)[0]
        raise InputError(
            f"{source}: {quoted(genes[row])} in sample {quoted(samples[column])} is {extreme:g}, "
            f"{why} Correct `scale`, or the table."
        )

    if scale in ("counts", "linear") and low < 0:
        name = "counts" if scale == "counts" else "linear values"
        refuse(low, f"but {name} are not negative. Is the scale log2 or log_ratio?")
    if scale == "counts" and high < LARGEST_USUAL_LOG and not whole:
        refuse(high, "the largest value, and fractions occur: hardly counts. Is the scale log2?")
    if scale in ("log2", "ln", "log_ratio"):
        if max(high, -low) > LARGEST_LOG:
            extreme = high if high > -low else low
            refuse(extreme, f"too much for a {scale} value. Is the scale counts or linear?")
        if whole and low >= 0 and high > LARGEST_USUAL_LOG:
            refuse(high, "and all values are whole numbers. Is the scale counts?")
    if scale == "log_ratio" and low >= 0:
        refuse(low, "the smallest value, but log ratios lie on both sides of 0. Is the scale log2?")


def to_log2(values: np.ndarray, scale: str) -> np.ndarray:
    """Values on the log2 scale: ln is converted, linear x becomes log2(x + 1)."""
    if scale == "ln":
        return values / np.log(2.0)
    if scale in ("linear", "counts"):
        return np.log2(values + 1.0)
    return values
