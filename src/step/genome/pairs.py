"""Pairs of genes in contact."""

from typing import Annotated, Literal

import cooler
import numpy as np
import pandas as pd
import scipy.signal
import scipy.sparse

from step.genome.contacts import balanced_contacts
from step.genome.features import IGNORED_DIAGONALS
from step.typed import between, settings


@settings
class PairSelection:
    """Which pairs of genes become edges.

    Attributes:
        max_distance: Base pairs between the genes, at most.
        select_by: `contact`, or `observed_expected` (contact relative to the mean of all pairs of
            bins at that distance).
        neighbours: Each gene keeps its highest pairs, this many, of equal ones the nearer; a pair
            is an edge if either gene keeps it. None keeps all.
        threshold: Only pairs at or above it are edges, on the scale of `select_by`; None sets no
            threshold.
        same_bin: How to treat genes of one bin. `ranked`: like other pairs, by the contact of the
            bin with itself (by observed_expected, which is not defined there, they are not joined).
            `connected`: always joined. `excluded`: never joined.
    """

    max_distance: Annotated[int, between(0, 10_000_000_000)]
    select_by: Literal["contact", "observed_expected"] = "contact"
    neighbours: Annotated[int, between(1, 1_000_000)] | None = None
    threshold: Annotated[float, between(0, 1e12)] | None = None
    same_bin: Literal["ranked", "connected", "excluded"] = "ranked"


def gene_pairs(
    genes: pd.DataFrame, contacts: cooler.Cooler, selection: PairSelection
) -> pd.DataFrame:
    """Pairs of genes of one chromosome that are in contact.

    The expectation is not defined for genes of one bin and of neighbouring bins, whose contacts
    ligation disturbs: their observed/expected is missing.

    Args:
        genes: gene, chrom, tss, bin; see `step.genome.placement.add_features`.
        contacts: A map with weights; see `step.genome.balancing`.
        selection: Which pairs to keep.

    Returns:
        gene_1, gene_2, kind (`contact`), contact, observed_expected, distance (base pairs); gene_1
        before gene_2 in the order of `genes`. A pair without contact is left out, unless
        `same_bin` connects it. Without any pair, an empty table of the same columns.
    """
    placed = genes[genes["bin"].notna()].reset_index(names="position")
    chromosomes = [members for _, members in placed.groupby("chrom", sort=True)]
    found = [_chromosome_pairs(members, contacts, selection) for members in chromosomes]
    pairs = pd.concat([_NO_PAIRS, *found], ignore_index=True)
    pairs = pairs.sort_values(["first", "second"], ignore_index=True)
    names = genes["gene"].to_numpy(dtype=object)
    pairs.insert(0, "gene_1", names[pairs.pop("first")])
    pairs.insert(1, "gene_2", names[pairs.pop("second")])
    pairs.insert(2, "kind", pd.Series("contact", index=pairs.index, dtype=object))
    return pairs


def _pair_table(
    first: np.ndarray,
    second: np.ndarray,
    contact: np.ndarray,
    ratio: np.ndarray,
    distance: np.ndarray,
) -> pd.DataFrame:
    """Pairs as a table; first and second are positions in the list of genes."""
    return pd.DataFrame(
        {
            "first": first.astype(np.int64),
            "second": second.astype(np.int64),
            "contact": contact.astype(float),
            "observed_expected": ratio.astype(float),
            "distance": distance.astype(np.int64),
        }
    )


_NO_PAIRS = _pair_table(*[np.empty(0)] * 5)


def _chromosome_pairs(
    members: pd.DataFrame, contacts: cooler.Cooler, selection: PairSelection
) -> pd.DataFrame:
    """The chosen pairs of one chromosome's genes, as `_pair_table` has them."""
    members = members.sort_values("tss", kind="stable")
    tss = members["tss"].to_numpy(dtype=np.int64)
    first, second = _near_pairs(tss, selection.max_distance)
    if not len(first):
        return _NO_PAIRS
    chrom = members["chrom"].iloc[0]
    offset, end = contacts.extent((chrom, None, None))
    matrix = balanced_contacts(contacts, chrom).tocsr()
    matrix.eliminate_zeros()
    place = members["bin"].to_numpy(dtype=np.int64) - offset
    contact = np.asarray(matrix[place[first], place[second]]).ravel()
    seen = contact > 0
    if selection.same_bin == "connected":
        seen |= place[first] == place[second]
    first, second, contact = first[seen], second[seen], contact[seen]
    valid = np.isfinite(contacts.bins()["weight"][offset:end].to_numpy(dtype=float))
    expected = expected_by_distance(matrix, valid)
    apart = place[second] - place[first]
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = contact / expected[apart]
    value = contact if selection.select_by == "contact" else ratio
    distance = tss[second] - tss[first]
    chosen = _choose(first, second, value, distance, apart == 0, selection)
    first, second = first[chosen], second[chosen]
    position = members["position"].to_numpy()
    both = np.stack([position[first], position[second]])
    return _pair_table(
        both.min(axis=0), both.max(axis=0), contact[chosen], ratio[chosen], distance[chosen]
    )


def _near_pairs(tss: np.ndarray, max_distance: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of ascending places at most `max_distance` apart: the earlier and the later of each."""
    # A gene's partners are those that follow it, up to the largest distance.
    reach = min(max_distance, int(tss[-1]))  # of any size, without overflow
    n_partners = np.searchsorted(tss, tss + reach, side="right") - 1 - np.arange(len(tss))
    first = np.repeat(np.arange(len(tss), dtype=np.int32), n_partners)
    begin = np.cumsum(n_partners) - n_partners
    second = (np.arange(len(first)) - np.repeat(begin, n_partners)).astype(np.int32) + first + 1
    return first, second


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
    distance: np.ndarray,
    same_bin: np.ndarray,
    selection: PairSelection,
) -> np.ndarray:
    """Positions of the pairs that become edges."""
    candidate = np.isfinite(value) & (value > 0)
    if selection.same_bin != "ranked":
        candidate &= ~same_bin
    if selection.threshold is not None:
        candidate &= value >= selection.threshold
    chosen = np.flatnonzero(candidate)
    if selection.neighbours is not None:
        order = chosen[np.lexsort((distance[chosen], -value[chosen]))]
        chosen = _first_of_each(order, first, second, selection.neighbours)
    if selection.same_bin == "connected":
        chosen = np.union1d(chosen, np.flatnonzero(same_bin))
    return chosen


def _first_of_each(
    order: np.ndarray, first: np.ndarray, second: np.ndarray, neighbours: int
) -> np.ndarray:
    """Of pairs in an order, those that are among the first of either of their genes."""
    gene = np.stack([first[order], second[order]], axis=1).ravel()
    pair = np.repeat(order, 2)
    by_gene = np.argsort(gene, kind="stable")
    ordered = gene[by_gene]
    start = np.searchsorted(ordered, ordered)  # where the gene's own pairs begin
    rank = np.arange(len(ordered)) - start
    return np.unique(pair[by_gene][rank < neighbours])
