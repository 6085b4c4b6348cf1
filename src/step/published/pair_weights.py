"""The published weights of gene pairs: from the authors' table, time by time."""

import numpy as np
import pandas as pd

from step.errors import InputError
from step.typed import settings


@settings
class PairWeights:
    """The weights of the parts of an edge.

    Attributes:
        contact: Of the contact, as it stands in the table.
        compartment: Of both genes being in the same compartment.
        tad: Of how alike their distances to a boundary are.
        insulation: Of how alike their insulation scores are.
        expression: Of how alike the two are expressed at a time.
    """

    contact: float
    compartment: float
    tad: float
    insulation: float
    expression: float


@settings
class PairWeighting:
    """How pairs are weighed.

    Attributes:
        usual: Weights of the pairs.
        favoured: Weights of the pairs with a favoured gene.
        favoured_genes: Names.
        log_contact_genes: Genes in whose pairs log(1 + contact) stands for the contact.
    """

    usual: PairWeights
    favoured: PairWeights | None = None
    favoured_genes: tuple[str, ...] = ()
    log_contact_genes: tuple[str, ...] = ()


def weigh_pairs(pairs: pd.DataFrame, weighting: PairWeighting) -> pd.DataFrame:
    """The structural part of each edge, and how much likeness of expression weighs in it.

    Source: Kaya & Sefer, bioRxiv 2025. sim(a, b) = 1 / (1 + |a − b|).

    Args:
        pairs: Of `step.published.pair_table.read_pair_table`.
        weighting: The weights.

    Returns:
        gene_1, gene_2, structure, expression_weight; a pair once, where it first stood in the
        table, with the values of its last row.

    Raises:
        InputError: A gene that the settings name is in no pair, a gene is paired with itself, or
            a number that a weight needs is missing.
    """
    named = {*weighting.favoured_genes, *weighting.log_contact_genes}
    unknown = sorted(named - {*pairs["gene_1"], *pairs["gene_2"]})
    if unknown:
        raise InputError(f"No pair holds the gene(s) {', '.join(unknown)} that the settings name.")
    alone = pairs.loc[pairs["gene_1"] == pairs["gene_2"], "gene_1"]
    if len(alone):
        raise InputError(f"The gene {alone.iloc[0]} is paired with itself. Delete the row.")
    logarithmic = _with_one_of(pairs, weighting.log_contact_genes)
    parts = {
        "contact": pairs["contact"].where(~logarithmic, np.log1p(pairs["contact"])),
        "compartment": (pairs["compartment_1"] == pairs["compartment_2"])
        .astype(float)
        .where(pairs[["compartment_1", "compartment_2"]].notna().all(axis=1)),
        "tad": _likeness(pairs["tad_boundary_distance_1"], pairs["tad_boundary_distance_2"]),
        "insulation": _likeness(pairs["insulation_score_1"], pairs["insulation_score_2"]),
    }
    favoured = _with_one_of(pairs, weighting.favoured_genes)

    def weight(part: str) -> np.ndarray:
        usual = getattr(weighting.usual, part)
        special = getattr(weighting.favoured or weighting.usual, part)
        return np.where(favoured, special, usual)

    used = {name: part for name, part in parts.items() if weight(name).any()}
    for name, part in used.items():
        if part.isna().any():
            first = pairs.loc[part.isna().idxmax(), ["gene_1", "gene_2"]]
            raise InputError(
                f"The pair {' – '.join(first)} has no {name}, which weighs in its edge."
            )
    table = pairs[["gene_1", "gene_2"]].assign(
        structure=sum(weight(name) * part for name, part in used.items()),
        expression_weight=weight("expression"),
    )
    names = np.sort(pairs[["gene_1", "gene_2"]].to_numpy(dtype=str), axis=1)
    same = pd.Series(list(map(tuple, names)), index=pairs.index)
    values = ["structure", "expression_weight"]
    table[values] = table[values].groupby(same).transform("last")
    return table[~same.duplicated()].reset_index(drop=True)


def weights_of_all_times(edges: pd.DataFrame, course: pd.DataFrame) -> np.ndarray:
    """Each edge's weight at each time; every one knows the lowest and highest value of all times.

    Args:
        edges: gene_1, gene_2, structure, expression_weight; see `weigh_pairs`.
        course: Expression, time × gene.

    Returns:
        Shape `[time, edge]`.
    """
    low, high = course.min(axis=None), course.max(axis=None)
    scaled = (course - low) / (high - low + 1e-8)
    alike = _likeness(scaled[edges["gene_1"]].to_numpy(), scaled[edges["gene_2"]].to_numpy())
    return edges["structure"].to_numpy() + edges["expression_weight"].to_numpy() * alike


def _likeness(a: np.ndarray | pd.Series, b: np.ndarray | pd.Series) -> np.ndarray | pd.Series:
    return 1.0 / (1.0 + abs(a - b))


def _with_one_of(pairs: pd.DataFrame, genes: tuple[str, ...]) -> pd.Series:
    return pairs["gene_1"].isin(genes) | pairs["gene_2"].isin(genes)
