"""What a contact map has to hold, checked when it is read."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import cooler
import h5py
import numpy as np
import pandas as pd

from step.errors import InputError, quoted
from step.names import clean_name

PIXELS_AT_ONCE = 5_000_000
MOST_BINS = 20_000_000  # a human genome at 200 bp has 15 million
SMALL_TABLES = {"chroms", "bins", "indexes"}
MOST_TABLE_BYTES = 8 * (MOST_BINS + 1)  # of one column


def pixel_chunks(contacts: cooler.Cooler) -> Iterator[pd.DataFrame]:
    """The map's pixels, a few million at a time: bin1_id, bin2_id, count; the pixel's number."""
    pixels = contacts.pixels()[["bin1_id", "bin2_id", "count"]]
    for start in range(0, pixels.shape[0], PIXELS_AT_ONCE):
        yield pixels[start : start + PIXELS_AT_ONCE]


@contextmanager
def damage_explained(name: str) -> Iterator[None]:
    """Raise InputError for whatever goes wrong while a map is read; each layer has its own errors.

    Args:
        name: The file, for the message.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        raise _damaged(name, f"{type(error).__name__}: {error}"[:100]) from error


def check_bin_number(n_bins: int, name: str) -> None:
    """Raise InputError if a map has more bins than can be worked with.

    Args:
        n_bins: In the whole genome.
        name: The file, for the message.
    """
    if n_bins > MOST_BINS:
        raise InputError(
            f"{name} has {n_bins} bins, more than {MOST_BINS}. Name a map of larger bins."
        )


def check_tables(arrays: Iterable[h5py.Dataset], name: str) -> None:
    """Raise InputError if chromosomes, bins or indexes are larger than the most bins need.

    cooler reads them whole as it opens a map.

    Args:
        arrays: Of the file, whose maps these are.
        name: The file, for the message.
    """
    for array in arrays:
        at = array.name.removeprefix("/")
        if SMALL_TABLES & set(at.split("/")[:-1]) and array.nbytes > MOST_TABLE_BYTES:
            raise _damaged(name, f"{quoted(at)} holds {array.nbytes:.1e} bytes")


def check_map(contacts: cooler.Cooler, name: str) -> None:
    """Raise InputError unless the map's tables and indexes agree and its contacts are counts.

    Reads each pixel once.

    Args:
        contacts: The map; its weights do not matter here.
        name: The file, for the message.

    Raises:
        InputError: A table or index is missing, unreadable or contradicts another; a pixel names a
            bin that does not exist; a count is negative or no number; there is no contact within a
            chromosome.
    """
    previous, found = 0, False
    with damage_explained(name):
        for chrom in contacts.chromnames:
            clean_name(chrom, name)
        chromosome = _check_bins(contacts, name)
        n_pixels = np.zeros(len(chromosome), dtype=np.int64)
        for pixels in pixel_chunks(contacts):
            _check_pixels(pixels, contacts, previous, name)
            bin1 = pixels["bin1_id"].to_numpy()
            n_pixels += np.bincount(bin1, minlength=len(n_pixels))
            previous = bin1[-1]
            found = found or _within(pixels, chromosome).any()
        with contacts.open("r") as group:
            index = group["indexes/bin1_offset"][:]
        if not np.array_equal(index, np.concatenate([[0], np.cumsum(n_pixels)])):
            raise _damaged(name, "its index of pixels does not fit its pixels")
    if not found:
        raise InputError(
            f"{name} holds no contact within a chromosome: {n_pixels.sum()} pixels, all of them 0 "
            "or between chromosomes. STEP needs contacts within chromosomes; name another map."
        )


def check_weights(contacts: cooler.Cooler, weights: np.ndarray, balance: str, name: str) -> None:
    """Raise InputError unless some contact within a chromosome is between weighted bins.

    Args:
        contacts: A map that passes `check_map`.
        weights: Shape `[bin]`; NaN for bins to leave out.
        balance: What the weights are called.
        name: The file, for the message.
    """
    chromosome = contacts.bins()["chrom"][:].cat.codes.to_numpy()
    left_out = ~np.isfinite(weights)
    for pixels in pixel_chunks(contacts):
        masked = left_out[pixels["bin1_id"]] | left_out[pixels["bin2_id"]]
        if (_within(pixels, chromosome) & ~masked).any():
            return
    raise InputError(
        f"{name} has no usable contacts: its weights {balance!r} are NaN, 0 or infinite for "
        f"{left_out.sum()} of {len(weights)} bins, which leaves no contact within a chromosome. "
        "Set `balance` of the contact map in catalog_raw.yml to ice (balance it now) or none (take "
        "the counts as they are), or name a coarser map."
    )


def _within(pixels: pd.DataFrame, chromosome: np.ndarray) -> np.ndarray:
    """Which pixels are contacts within a chromosome."""
    same = chromosome[pixels["bin1_id"]] == chromosome[pixels["bin2_id"]]
    return same & (pixels["count"].to_numpy() > 0)


def _check_bins(contacts: cooler.Cooler, name: str) -> np.ndarray:
    """Raise InputError unless the bins tile the chromosomes in the order of their index.

    Returns:
        Number of each bin's chromosome, shape `[bin]`.
    """
    with contacts.open("r") as group:
        columns = [group["bins"][column] for column in ("chrom", "start", "end")]
        check_bin_number(len(columns[0]), name)
        if len({column.shape for column in columns}) > 1 or not len(columns[0]):
            raise _damaged(name, "the columns of its bins are of different lengths, or empty")
        if len(group["indexes/bin1_offset"]) != len(columns[0]) + 1:
            raise _damaged(name, "its index of pixels does not fit its bins")
        if len(group["pixels/bin1_id"]) > len(columns[0]) ** 2:
            raise _damaged(name, "it has more pixels than pairs of bins")
        chromosome, start, _ = (column[:] for column in columns)
        index = group["indexes/chrom_offset"][:]
    if not 0 <= chromosome.min() <= chromosome.max() < len(contacts.chromnames):
        raise _damaged(name, "its bins are of chromosomes that it does not name")
    n_bins = np.bincount(chromosome, minlength=len(contacts.chromnames))
    if not np.array_equal(index, np.concatenate([[0], np.cumsum(n_bins)])):
        raise _damaged(name, "its index of chromosomes does not fit its bins")
    if (np.diff(chromosome) < 0).any():
        raise _damaged(name, "its bins are not sorted by chromosome")
    if contacts.binsize is not None:
        position = np.arange(len(chromosome)) - index[chromosome]
        if (start != position * contacts.binsize).any():
            raise _damaged(name, f"its bins do not follow one another every {contacts.binsize} bp")
    return chromosome


def _check_pixels(pixels: pd.DataFrame, contacts: cooler.Cooler, previous: int, name: str) -> None:
    """Raise InputError unless pixels are sorted counts of pairs of bins.

    Args:
        pixels: bin1_id, bin2_id, count.
        contacts: The map.
        previous: bin1_id of the pixel before these.
        name: The file, for the message.
    """
    n_bins = contacts.shape[0]
    bins = pixels[["bin1_id", "bin2_id"]].to_numpy()
    outside = ((bins < 0) | (bins >= n_bins)).any(axis=1)
    if outside.any():
        row = outside.argmax()
        raise _damaged(
            name,
            f"pixel {pixels.index[row]} is of the bins {bins[row, 0]} and {bins[row, 1]}, but the "
            f"map has {n_bins} bins",
        )
    if (np.diff(bins[:, 0], prepend=previous) < 0).any():
        raise _damaged(name, "its pixels are not sorted by bin1_id")
    count = pixels["count"].to_numpy(dtype=float)
    wrong = ~(np.isfinite(count) & (count >= 0))
    if wrong.any():
        row = wrong.argmax()
        table = contacts.bins()[["chrom", "start"]]
        places = [table[int(place)].iloc[0] for place in bins[row]]
        between = " and ".join(f"{place['chrom']:.40}:{place['start']}" for place in places)
        raise InputError(
            f"{name}: the count of pixel {pixels.index[row]} (the bins at {between}) is "
            f"{count[row]:g}. Counts are numbers that are not negative; write the map anew from "
            "its reads or pairs."
        )


def _damaged(name: str, what: str) -> InputError:
    return InputError(
        f"{name} is damaged: {what}. Copy or download it again, or write it anew with cooler."
    )
