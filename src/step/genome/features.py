"""Chromatin features of bins: compartments, insulation and domain boundaries, through cooltools."""

import warnings
from typing import Annotated

import bioframe
import cooler
import cooltools
import numpy as np
import pandas as pd
from cooltools.api.eigdecomp import cis_eig

from step.errors import InputError
from step.genome.contacts import coarse_contacts, is_one_of
from step.typed import Names, between, settings

IGNORED_DIAGONALS = 2
FINEST_COMPARTMENTS = 100_000  # base pairs; finer eigenvectors follow domains and noise
SMALLEST_WINDOW = 250_000  # base pairs
BINS_A_WINDOW = 5


@settings
class Features:
    """How to compute chromatin features.

    Attributes:
        excluded_chromosomes: Patterns of chromosomes without features.
        insulation_window: Side of the diamond of the insulation score, base pairs, a multiple of
            the bins; None takes five bins, or as many as reach 250 kb.
    """

    excluded_chromosomes: Names
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
    """
    view = _view(contacts, settings.excluded_chromosomes)
    bins = contacts.bins()[["chrom", "start", "end"]][:].astype({"chrom": str})
    window = insulation_window(contacts.binsize, settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # empty bins: they stay missing
        insulation = cooltools.insulation(
            contacts,
            [window],
            view_df=view,
            ignore_diags=IGNORED_DIAGONALS,
            min_dist_bad_bin=0,
        )
        eigenvector = _eigenvectors(contacts, gene_density(bins, tss), list(view["chrom"]))
    features = bins.assign(eigenvector=eigenvector).merge(
        insulation[
            [
                "chrom",
                "start",
                f"log2_insulation_score_{window}",
                f"boundary_strength_{window}",
                f"is_boundary_{window}",
            ]
        ].astype({"chrom": str}),
        on=["chrom", "start"],
        how="left",
    )
    features = features.rename(
        columns={
            f"log2_insulation_score_{window}": "insulation_score",
            f"boundary_strength_{window}": "boundary_strength",
        }
    )
    boundary = features.pop(f"is_boundary_{window}").eq(True)
    features["boundary_strength"] = features["boundary_strength"].where(boundary)
    features.insert(
        4,
        "compartment",
        np.select(
            [features["eigenvector"] > 0, features["eigenvector"] <= 0], ["A", "B"], default=None
        ),
    )
    features["tad_boundary_distance"] = _boundary_distance(features, boundary)
    return features


def insulation_window(bin_size: int, settings: Features) -> int:
    """Side of the diamond of the insulation score, base pairs.

    Raises:
        InputError: The window that the settings name is no multiple of the bins.
    """
    if settings.insulation_window is None:
        return bin_size * max(BINS_A_WINDOW, -(-SMALLEST_WINDOW // bin_size))
    if settings.insulation_window % bin_size or settings.insulation_window < 3 * bin_size:
        raise InputError(
            f"`features.insulation_window` is {settings.insulation_window} bp, which is no "
            f"multiple of the bins of hic_contacts, {bin_size} bp, by 3 or more. Name one, or null."
        )
    return settings.insulation_window


def _eigenvectors(
    contacts: cooler.Cooler, density: pd.DataFrame, chromosomes: list[str]
) -> np.ndarray:
    """The compartment eigenvector, shape `[bin]`; bins of less than 100 kb share their value."""
    together = -(-FINEST_COMPARTMENTS // contacts.binsize)
    eigenvector = np.full(contacts.shape[0], np.nan)
    for chrom in chromosomes:
        start, stop = contacts.extent((chrom, None, None))
        row = np.arange(stop - start) // together
        genes = np.bincount(row, weights=density["count"].to_numpy()[start:stop])
        matrix = coarse_contacts(contacts, chrom, together, mean=True)
        genes[np.nansum(matrix, axis=0) == 0] = np.nan
        if np.isfinite(genes).sum() and np.nanstd(genes) > 0:
            found = cis_eig(
                matrix,
                n_eigs=3,
                phasing_track=genes,
                ignore_diags=IGNORED_DIAGONALS,
                clip_percentile=99.9,
                sort_metric="spearmanr",
            )[1]
            eigenvector[start:stop] = found[0][row]
    return eigenvector


def gene_density(bins: pd.DataFrame, tss: pd.DataFrame) -> pd.DataFrame:
    """Number of transcription start sites in each bin: chrom, start, end, count."""
    sites = pd.DataFrame({"chrom": tss["chrom"], "start": tss["tss"], "end": tss["tss"] + 1})
    return bioframe.count_overlaps(bins, sites)


def _view(contacts: cooler.Cooler, excluded: list[str]) -> pd.DataFrame:
    sizes = contacts.chromsizes
    kept = [name for name in sizes.index if not is_one_of(name, excluded)]
    if not kept:
        raise InputError(
            f"`features.excluded_chromosomes` ({', '.join(excluded)}) leaves no chromosome of "
            f"hic_contacts ({', '.join(sizes.index[:5])} …)."
        )
    return bioframe.make_viewframe([(name, 0, int(sizes[name])) for name in kept])


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
