"""Chromatin features of bins: compartments, insulation and domain boundaries, through cooltools."""

import warnings
from fnmatch import fnmatch

import bioframe
import cooler
import cooltools
import numpy as np
import pandas as pd

from step.typed import settings

IGNORED_DIAGONALS = 2


@settings
class Features:
    """How to compute chromatin features.

    Attributes:
        insulation_window: Side of the diamond of the insulation score, base pairs; a few bins.
        excluded_chromosomes: Patterns of chromosomes without features.
    """

    insulation_window: int
    excluded_chromosomes: list[str]


def chromatin_features(
    contacts: cooler.Cooler, tss: pd.DataFrame, settings: Features
) -> pd.DataFrame:
    """Features of every bin of the map.

    The compartment eigenvector is, of the first three of a chromosome, the one that goes most with
    gene density (Spearman), signed so that it is positive (A) where genes are dense.

    Args:
        contacts: A balanced map; see `step.genome.contacts.check_contacts`.
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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # empty bins: they stay missing
        insulation = cooltools.insulation(
            contacts,
            [settings.insulation_window],
            view_df=view,
            ignore_diags=IGNORED_DIAGONALS,
            min_dist_bad_bin=0,
        )
        eigenvectors = cooltools.eigs_cis(
            contacts,
            phasing_track=gene_density(bins, tss),
            view_df=view,
            n_eigs=3,
            ignore_diags=IGNORED_DIAGONALS,
            sort_metric="spearmanr",
        )[1]
    window = settings.insulation_window
    key = ["chrom", "start", "end"]
    features = bins.merge(
        eigenvectors[[*key, "E1"]].astype({"chrom": str}), on=key, how="left"
    ).merge(
        insulation[
            [
                *key,
                f"log2_insulation_score_{window}",
                f"boundary_strength_{window}",
                f"is_boundary_{window}",
            ]
        ].astype({"chrom": str}),
        on=key,
        how="left",
    )
    features = features.rename(
        columns={
            "E1": "eigenvector",
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


def gene_density(bins: pd.DataFrame, tss: pd.DataFrame) -> pd.DataFrame:
    """Number of transcription start sites in each bin: chrom, start, end, count."""
    sites = pd.DataFrame({"chrom": tss["chrom"], "start": tss["tss"], "end": tss["tss"] + 1})
    return bioframe.count_overlaps(bins, sites)


def _view(contacts: cooler.Cooler, excluded: list[str]) -> pd.DataFrame:
    sizes = contacts.chromsizes
    kept = [name for name in sizes.index if not any(fnmatch(name, p) for p in excluded)]
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
