"""Chromatin features of bins: compartments, insulation and domain boundaries, through cooltools."""

import warnings
from typing import Annotated

import bioframe
import cooler
import cooltools
import numpy as np
import pandas as pd
from cooltools.api.eigdecomp import cis_eig
from cooltools.lib import numutils

from step.errors import InputError, listed
from step.genome.contacts import ChromosomePatterns, coarse_contacts, is_one_of
from step.typed import between, settings

IGNORED_DIAGONALS = 2
FINEST_COMPARTMENTS = 100_000  # base pairs; finer eigenvectors follow domains and noise
SMALLEST_WINDOW = 250_000  # base pairs
BINS_PER_WINDOW = 5
# The solver starts from a random vector; the digits that follow differ from run to run.
EIGENVECTOR_DECIMALS = 6

numutils.observed_over_expected.enable_caching()  # else compiled anew in every run


@settings
class Features:
    """How to compute chromatin features.

    Attributes:
        excluded_chromosomes: Patterns of chromosomes without features.
        insulation_window: Side of the diamond of the insulation score, base pairs, a multiple of
            the bins; None takes five bins, or as many as reach 250 kb.
    """

    excluded_chromosomes: ChromosomePatterns
    insulation_window: Annotated[int, between(1, 1_000_000_000)] | None = None


def chromatin_features(
    contacts: cooler.Cooler, tss: pd.DataFrame, settings: Features
) -> pd.DataFrame:
    """Features of every bin of the map.

    The compartment eigenvector is, of the first three of a chromosome, the one that goes most with
    gene density (Spearman), signed so that it is positive (A) where genes are dense.

    Args:
        contacts: A map with weights; see `step.genome.balancing`.
        tss: chrom and tss of all annotated genes.
        settings: Windows and chromosomes.

    Returns:
        chrom, start, end, eigenvector, compartment (A, B, or missing), insulation_score (log2),
        boundary_strength (missing where there is no boundary), tad_boundary_distance (base pairs
        from the bin's middle to the nearest boundary of the chromosome). Missing where the map has
        too few contacts.

    Raises:
        InputError: No chromosome with contacts is left, or the window does not fit the bins.
    """
    window = insulation_window(contacts.binsize, settings)
    bins = contacts.bins()[["chrom", "start", "end"]][:].astype({"chrom": str})
    density = gene_density(bins, tss)["count"].to_numpy()
    bins_per_row = -(-FINEST_COMPARTMENTS // contacts.binsize)
    eigenvector = np.full(len(bins), np.nan)
    with_contacts = []
    for chrom in kept_chromosomes(contacts, settings.excluded_chromosomes):
        matrix = coarse_contacts(contacts, chrom, bins_per_row, mean=True)
        if matrix.any():
            with_contacts.append(chrom)
            start, stop = contacts.extent((chrom, None, None))
            row = np.arange(stop - start) // bins_per_row
            genes = np.bincount(row, weights=density[start:stop])
            eigenvector[start:stop] = compartment_eigenvector(matrix, genes)[row]
    if not with_contacts:
        raise InputError(
            "hic_contacts has no contacts on the chromosomes that "
            "`features.excluded_chromosomes` leaves. Exclude fewer."
        )
    compartment = np.select([eigenvector > 0, eigenvector <= 0], ["A", "B"], default=None)
    features = bins.assign(eigenvector=eigenvector, compartment=compartment).merge(
        _insulation(contacts, with_contacts, window), on=["chrom", "start"], how="left"
    )
    boundary = features.pop("is_boundary").eq(True)
    features["boundary_strength"] = features["boundary_strength"].where(boundary)
    features["tad_boundary_distance"] = _boundary_distance(features, boundary)
    return features


def insulation_window(bin_size: int, settings: Features) -> int:
    """Side of the diamond of the insulation score, base pairs.

    Raises:
        InputError: The window that the settings name is no multiple of the bins.
    """
    if settings.insulation_window is None:
        return bin_size * max(BINS_PER_WINDOW, -(-SMALLEST_WINDOW // bin_size))
    if settings.insulation_window % bin_size or settings.insulation_window < 3 * bin_size:
        raise InputError(
            f"`features.insulation_window` is {settings.insulation_window} bp, no multiple by 3 or "
            f"more of the bins of hic_contacts ({bin_size} bp). Choose one, or null."
        )
    return settings.insulation_window


def compartment_eigenvector(matrix: np.ndarray, genes: np.ndarray) -> np.ndarray:
    """The compartment eigenvector of one chromosome.

    Args:
        matrix: Mean balanced contacts, shape `[row, row]`; zero where nothing was seen.
        genes: Number of genes of each row, shape `[row]`.

    Returns:
        Shape `[row]`, rounded; NaN where nothing was seen, and throughout where there is nothing to
        find: genes are everywhere equally dense, or contacts depend on the distance alone.
    """
    genes = np.where(matrix.sum(axis=0) == 0, np.nan, genes)
    if not np.nanstd(genes) > 0:
        return np.full(len(matrix), np.nan)
    try:
        _, vectors = cis_eig(
            matrix,
            n_eigs=3,
            phasing_track=genes,
            ignore_diags=IGNORED_DIAGONALS,
            clip_percentile=99.9,
            sort_metric="spearmanr",
        )
    except ValueError:  # all observed contacts are as expected: an empty matrix is left
        return np.full(len(matrix), np.nan)
    return vectors[0].round(EIGENVECTOR_DECIMALS)


def _insulation(contacts: cooler.Cooler, chromosomes: list[str], window: int) -> pd.DataFrame:
    """Insulation of the bins of chromosomes that have contacts; cooltools needs some of each.

    Returns:
        chrom, start, insulation_score, boundary_strength (of every local minimum), is_boundary.
    """
    sizes = contacts.chromsizes
    view = bioframe.make_viewframe([(name, 0, int(sizes[name])) for name in chromosomes])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # empty bins: they stay missing
        table = cooltools.insulation(
            contacts, [window], view_df=view, ignore_diags=IGNORED_DIAGONALS, min_dist_bad_bin=0
        )
    columns = {
        f"log2_insulation_score_{window}": "insulation_score",
        f"boundary_strength_{window}": "boundary_strength",
        f"is_boundary_{window}": "is_boundary",
    }
    table = table[["chrom", "start", *columns]].rename(columns=columns)
    return table.astype({"chrom": str})


def gene_density(bins: pd.DataFrame, tss: pd.DataFrame) -> pd.DataFrame:
    """Number of transcription start sites in each bin: chrom, start, end, count."""
    sites = pd.DataFrame({"chrom": tss["chrom"], "start": tss["tss"], "end": tss["tss"] + 1})
    return bioframe.count_overlaps(bins, sites)


def kept_chromosomes(contacts: cooler.Cooler, excluded: list[str]) -> list[str]:
    """The chromosomes of a map that have features.

    Raises:
        InputError: There is none.
    """
    names = contacts.chromnames
    kept = [name for name in names if not is_one_of(name, excluded)]
    if not kept:
        raise InputError(
            f"`features.excluded_chromosomes` ({listed(excluded)}) leaves no chromosome of "
            f"hic_contacts ({listed(names)})."
        )
    return kept


def _boundary_distance(bins: pd.DataFrame, boundary: pd.Series) -> np.ndarray:
    middle = ((bins["start"] + bins["end"]) / 2).to_numpy()
    distance = np.full(len(bins), np.nan)
    for index in bins.groupby("chrom", sort=False).indices.values():
        places = middle[index][boundary.to_numpy()[index]]
        if len(places):
            right = np.searchsorted(places, middle[index])
            padded = np.concatenate([[-np.inf], places, [np.inf]])
            distance[index] = np.minimum(
                middle[index] - padded[right], padded[right + 1] - middle[index]
            )
    return distance
