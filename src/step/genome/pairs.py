"""Gene pairs from contacts, and their weights."""

from typing import Annotated, Literal

import cooler
import numpy as np
import pandas as pd
import scipy.signal
import scipy.sparse

from step.genome.features import IGNORED_DIAGONALS
from step.typed import Weight, between, settings

PAIR_COLUMNS = [
    "gene_1",
    "gene_2",
    "contact",
    "observed_expected",
    "distance",
    "same_compartment",
    "tad_similarity",
    "insulation_similarity",
    "weight",
]


@settings
class PairSelection:
    """Which pairs become edges, and what they weigh.

    Attributes:
        max_distance: Base pairs between the genes, at most.
        contact_weight: Weight of the contact, relative to the median pair's.
        compartment_weight: Weight of lying in the same compartment.
        tad_weight: Weight of similar distances to the nearest boundary, in bins.
        insulation_weight: Weight of similar insulation scores.
        select_by: `contact`, or `observed_expected` (contact relative to the mean of all pairs of
            bins at that distance).
        neighbours: Each gene keeps its highest pairs, this many; a pair is an edge if either gene
            keeps it. None keeps all.
        threshold: Only pairs at or above it are edges, on the scale of `select_by`; None sets no
            threshold.
        same_bin: Genes of one bin are `ranked` like others by the bin's contact with itself (by
            observed_expected, which is not defined there, they are no edges), `connected` in any
            case, or `excluded`.
    """

    max_distance: Annotated[int, between(0, 10_000_000_000)]
    contact_weight: Weight
    compartment_weight: Weight
    tad_weight: Weight
    insulation_weight: Weight
    select_by: Literal["contact", "observed_expected"] = "contact"
    neighbours: Annotated[int, between(1, 1_000_000)] | None = None
    threshold: Annotated[float, between(0, 1e12)] | None = None
    same_bin: Literal["ranked", "connected", "excluded"] = "ranked"

    def __post_init__(self) -> None:
        """Raise ValueError unless an edge can have a weight."""
        weights = (
            self.contact_weight,
            self.compartment_weight,
            self.tad_weight,
            self.insulation_weight,
        )
        if not any(weights):
            raise ValueError("contact_weight is 0, as are the other weights; one must be above 0")


def gene_pairs(
    genes: pd.DataFrame, contacts: cooler.Cooler, settings: PairSelection
) -> pd.DataFrame:
    """Pairs of genes of one chromosome that are in contact, as edges of a graph.

    The expectation is not defined for genes of one bin and of neighbouring bins, whose contacts
    ligation disturbs: their observed/expected is missing.

    The weight is w₁ · contact / (contact + median contact) + w₂ · same compartment
    + w₃ · sim(boundary distance in bins) + w₄ · sim(insulation), sim(a, b) = 1 / (1 + |a − b|)
    (after Kaya & Sefer, 2025; there the contact enters raw and outweighs everything else).

    Args:
        genes: gene, chrom, tss, bin and features; see `step.genome.placement.add_features`.
        contacts: A map with weights; see `step.genome.balancing`.
        settings: Selection and weights.

    Returns:
        `PAIR_COLUMNS`, gene_1 before gene_2 in the order of `genes`; distances in base pairs.
        Pairs without a contact are none, unless their bin connects them. Empty where no two genes
        share a chromosome.
    """
    placed = genes[genes["bin"].notna()].reset_index(names="position")
    found = [
        _chromosome_pairs(members, contacts, settings)
        for _, members in placed.groupby("chrom", sort=True)
        if len(members) > 1
    ]
    if not found:
        return pd.DataFrame(columns=PAIR_COLUMNS)
    pairs = pd.concat(found, ignore_index=True).sort_values(["first", "second"], ignore_index=True)
    return _weigh(pairs, genes, contacts.binsize, settings)


def _chromosome_pairs(
    members: pd.DataFrame, contacts: cooler.Cooler, settings: PairSelection
) -> pd.DataFrame:
    """The chosen pairs of one chromosome's genes: first, second (positions), contact, distance."""
    members = members.sort_values("tss", kind="stable")
    chrom = members["chrom"].iloc[0]
    offset, end = contacts.extent(chrom)
    matrix = contacts.matrix(balance=True, sparse=True).fetch(chrom).tocsr()
    matrix.data = np.nan_to_num(matrix.data)
    matrix.eliminate_zeros()
    tss = members["tss"].to_numpy(dtype=np.int64)
    place = members["bin"].to_numpy(dtype=np.int64) - offset
    # Sorted by place, a gene's partners up to the largest distance are those that follow it.
    n_partners = np.searchsorted(tss, tss + settings.max_distance, side="right") - 1
    n_partners -= np.arange(len(tss))
    first = np.repeat(np.arange(len(tss), dtype=np.int32), n_partners)
    begin = np.cumsum(n_partners) - n_partners
    second = (np.arange(len(first)) - np.repeat(begin, n_partners)).astype(np.int32) + first + 1
    contact = np.asarray(matrix[place[first], place[second]]).ravel()
    seen = contact > 0
    if settings.same_bin == "connected":
        seen |= place[first] == place[second]
    first, second, contact = first[seen], second[seen], contact[seen]
    valid = np.isfinite(contacts.bins()["weight"][offset:end].to_numpy(dtype=float))
    expected = expected_by_distance(matrix, valid)
    apart = place[second] - place[first]
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = contact / expected[apart]
    value = contact if settings.select_by == "contact" else ratio
    chosen = _choose(first, second, value, apart == 0, settings)
    position = members["position"].to_numpy()
    both = np.stack([position[first[chosen]], position[second[chosen]]])
    return pd.DataFrame(
        {
            "first": both.min(axis=0),
            "second": both.max(axis=0),
            "contact": contact[chosen],
            "observed_expected": ratio[chosen],
            "distance": tss[second[chosen]] - tss[first[chosen]],
        }
    )


def expected_by_distance(matrix: scipy.sparse.csr_matrix, valid: np.ndarray) -> np.ndarray:
    """Mean balanced contact of a chromosome's bins by their distance in bins.

    Args:
        matrix: Symmetric, shape `[bin, bin]`; zero for masked bins.
        valid: Which bins are not masked.

    Returns:
        Shape `[bin]`; NaN at distances below `IGNORED_DIAGONALS`, and where no two valid bins lie.
    """
    rows = matrix.tocoo()
    upper = rows.col >= rows.row
    sums = np.bincount(
        rows.col[upper] - rows.row[upper], weights=rows.data[upper], minlength=len(valid)
    )
    # Pairs of valid bins at each distance: the autocorrelation of the mask.
    n_pairs = np.rint(scipy.signal.correlate(valid * 1.0, valid * 1.0)[len(valid) - 1 :])
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = sums / n_pairs
    expected[:IGNORED_DIAGONALS] = np.nan
    return np.where(expected > 0, expected, np.nan)


def _choose(
    first: np.ndarray,
    second: np.ndarray,
    value: np.ndarray,
    same_bin: np.ndarray,
    settings: PairSelection,
) -> np.ndarray:
    """Positions of the pairs that become edges."""
    candidate = np.isfinite(value) & (value > 0)
    if settings.same_bin != "ranked":
        candidate &= ~same_bin
    if settings.threshold is not None:
        candidate &= value >= settings.threshold
    chosen = np.flatnonzero(candidate)
    if settings.neighbours is not None:
        chosen = _strongest(chosen, first, second, value, settings.neighbours)
    if settings.same_bin == "connected":
        chosen = np.union1d(chosen, np.flatnonzero(same_bin))
    return chosen


def _strongest(
    pairs: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    value: np.ndarray,
    neighbours: int,
) -> np.ndarray:
    """Of the pairs, those that are among the highest of either of their genes."""
    order = pairs[np.argsort(-value[pairs], kind="stable")]
    gene = np.stack([first[order], second[order]], axis=1).ravel()
    pair = np.repeat(order, 2)
    by_gene = np.argsort(gene, kind="stable")
    ordered = gene[by_gene]
    start = np.searchsorted(ordered, ordered)  # where the gene's own pairs begin
    rank = np.arange(len(ordered)) - start
    return np.unique(pair[by_gene][rank < neighbours])


def _weigh(
    pairs: pd.DataFrame, genes: pd.DataFrame, bin_size: int, settings: PairSelection
) -> pd.DataFrame:
    first, second = pairs["first"].to_numpy(), pairs["second"].to_numpy()

    def similarity(values: pd.Series) -> np.ndarray:
        difference = np.abs(values.to_numpy(float)[first] - values.to_numpy(float)[second])
        return np.nan_to_num(1.0 / (1.0 + difference))

    compartment = genes["compartment"].to_numpy(dtype=object)
    same = (compartment[first] == compartment[second]) & pd.notna(compartment[first])
    tad = similarity(genes["tad_boundary_distance"] / bin_size)
    insulation = similarity(genes["insulation_score"])
    contact = pairs["contact"].to_numpy()
    relative = contact / (contact + np.median(contact)) if len(contact) else contact
    names = genes["gene"].to_numpy()
    return pairs.assign(
        gene_1=names[first],
        gene_2=names[second],
        same_compartment=same,
        tad_similarity=tad,
        insulation_similarity=insulation,
        weight=settings.contact_weight * relative
        + settings.compartment_weight * same
        + settings.tad_weight * tad
        + settings.insulation_weight * insulation,
    )[PAIR_COLUMNS]
