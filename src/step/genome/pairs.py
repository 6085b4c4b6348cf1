"""Gene pairs from contacts, and their weights."""

import cooler
import cooltools
import numpy as np
import pandas as pd
import scipy.sparse

from step.genome.features import IGNORED_DIAGONALS
from step.typed import settings

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
        neighbours: Each gene keeps its pairs of highest contact, this many; a pair is an edge if
            either gene keeps it.
        max_distance: Base pairs between the genes, at most.
        contact_weight: Weight of the contact, relative to the median pair's.
        compartment_weight: Weight of lying in the same compartment.
        tad_weight: Weight of similar distances to the nearest boundary, in bins.
        insulation_weight: Weight of similar insulation scores.
    """

    neighbours: int
    max_distance: int
    contact_weight: float
    compartment_weight: float
    tad_weight: float
    insulation_weight: float


def gene_pairs(
    genes: pd.DataFrame, contacts: cooler.Cooler, settings: PairSelection
) -> pd.DataFrame:
    """Pairs of genes of one chromosome that are in contact, as edges of a graph.

    Genes of the same bin count as in contact as often as the bin is with itself; the expectation
    for such pairs and for neighbouring bins is not defined, so their observed/expected is missing.

    The weight is w₁ · contact / (contact + median contact) + w₂ · same compartment
    + w₃ · sim(boundary distance in bins) + w₄ · sim(insulation), sim(a, b) = 1 / (1 + |a − b|)
    (after Kaya & Sefer, 2025; there the contact enters raw and outweighs everything else).

    Args:
        genes: gene, chrom, tss, bin and features; see `step.genome.placement.add_features`.
        contacts: A balanced map.
        settings: Selection and weights.

    Returns:
        `PAIR_COLUMNS`, gene_1 before gene_2 in the order of `genes`; distances in base pairs.
        Pairs without a contact are none. Empty where no two genes share a chromosome.
    """
    placed = genes[genes["bin"].notna()].reset_index(names="position")
    expected = _expected(contacts, sorted(placed["chrom"].unique()))
    found = [
        _chromosome_pairs(members, contacts, expected.get(chrom))
        for chrom, members in placed.groupby("chrom", sort=True)
        if len(members) > 1
    ]
    if not found:
        return pd.DataFrame(columns=PAIR_COLUMNS)
    pairs = pd.concat(found, ignore_index=True)
    tss = genes["tss"].astype(float).to_numpy()
    pairs["distance"] = np.abs(tss[pairs["first"]] - tss[pairs["second"]]).astype(int)
    pairs = pairs[(pairs["contact"] > 0) & (pairs["distance"] <= settings.max_distance)]
    pairs = _strongest(pairs, settings.neighbours)
    return _weigh(pairs, genes, contacts.binsize, settings)


def _expected(contacts: cooler.Cooler, chromosomes: list[str]) -> dict[str, np.ndarray]:
    """Mean balanced contact of each chromosome by distance in bins; NaN where not defined."""
    if not chromosomes:
        return {}
    sizes = contacts.chromsizes
    view = pd.DataFrame(
        {
            "chrom": chromosomes,
            "start": 0,
            "end": [int(sizes[name]) for name in chromosomes],
            "name": chromosomes,
        }
    )
    table = cooltools.expected_cis(
        contacts, view_df=view, ignore_diags=IGNORED_DIAGONALS, smooth=False
    )
    return {
        name: rows.sort_values("dist")["balanced.avg"].to_numpy()
        for name, rows in table.groupby("region1")
    }


def _chromosome_pairs(
    members: pd.DataFrame, contacts: cooler.Cooler, expected: np.ndarray
) -> pd.DataFrame:
    """All pairs of one chromosome's genes whose bins were seen in contact."""
    chrom = members["chrom"].iloc[0]
    offset = contacts.offset(chrom)
    matrix = contacts.matrix(balance=True, sparse=True).fetch(chrom).tocsr()
    matrix.data = np.nan_to_num(matrix.data)
    n_genes = len(members)
    local = members["bin"].to_numpy(dtype=int) - offset
    choose = scipy.sparse.csr_array(
        (np.ones(n_genes), (np.arange(n_genes), local)), shape=(n_genes, matrix.shape[0])
    )
    between = scipy.sparse.triu(choose @ matrix @ choose.T, k=1).tocoo()
    apart = np.abs(local[between.row] - local[between.col])
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = between.data / expected[apart]
    position = members["position"].to_numpy()
    return pd.DataFrame(
        {
            "first": position[between.row],
            "second": position[between.col],
            "contact": between.data,
            "observed_expected": np.where(np.isfinite(ratio), ratio, np.nan),
        }
    )


def _strongest(pairs: pd.DataFrame, neighbours: int) -> pd.DataFrame:
    """Pairs that are among the strongest of either of their genes."""
    ranked = pairs.sort_values(
        ["contact", "first", "second"], ascending=[False, True, True], kind="stable"
    )
    both = np.concatenate([ranked["first"], ranked["second"]])
    row = np.tile(np.arange(len(ranked)), 2)
    order = np.argsort(row, kind="stable")
    rank = pd.Series(both[order]).groupby(both[order]).cumcount().to_numpy()
    kept = np.unique(row[order][rank < neighbours])
    return ranked.iloc[kept].sort_values(["first", "second"], ignore_index=True)


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
