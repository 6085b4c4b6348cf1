"""The published weights of gene pairs: from the authors' table, time by time."""

from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from step.errors import InputError
from step.typed import Name, between, settings

GeneNames = Annotated[tuple[Name, ...], Field(max_length=1000)]

Weight = Annotated[float, between(0, 1000)]


@settings
class PairWeights:
    """The weights of the terms of an edge's weight.

    Attributes:
        contact: Of the contact, as it stands in the table.
        compartment: Of both genes being in the same compartment.
        tad: Of the similarity of their distances to a boundary.
        insulation: Of the similarity of their insulation scores.
        expression: Of the similarity of their expression at a time.
    """

    contact: Weight
    compartment: Weight
    tad: Weight
    insulation: Weight
    expression: Weight


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
    favoured_genes: GeneNames = ()
    log_contact_genes: GeneNames = ()


def weigh_pairs(pairs: pd.DataFrame, weighting: PairWeighting) -> pd.DataFrame:
    """Weigh the structural terms of each edge, and its similarity of expression.

    Source: Kaya & Sefer, bioRxiv 2025. sim(a, b) = 1 / (1 + |a − b|).

    Args:
        pairs: Of `step.published.pair_table.read_pair_table`.
        weighting: The weights.

    Returns:
        gene_1, gene_2, structure (weighted sum of all terms but that of expression),
        expression_weight; a pair once, where it first stood in the table, with the values of its
        last row.

    Raises:
        InputError: A gene that the settings name is in no pair, a gene is paired with itself, a
            number that a weight needs is missing, or an edge weighs nothing.
    """
    _require_genes(pairs, weighting)
    favoured = _with_one_of(pairs, weighting.favoured_genes)
    table = pairs[["gene_1", "gene_2"]].assign(structure=0.0)
    for term, values in _terms(pairs, weighting).items():
        weights = _weights(weighting, term, favoured)
        if not weights.any():
            continue
        if values.isna().any():
            names = _pair_names(pairs.loc[values.isna().idxmax()])
            raise InputError(f"The pair {names} has no {term}, which weighs in its edge.")
        table["structure"] += weights * values
    table["expression_weight"] = _weights(weighting, "expression", favoured)
    weightless = (table["structure"] == 0) & (table["expression_weight"] == 0)
    if weightless.any():
        names = _pair_names(pairs.loc[weightless.idxmax()])
        raise InputError(
            f"The edge of the pair {names} weighs nothing, so no walk can follow it. Raise the "
            "weights, or delete the row."
        )
    return _last_of_repeated(table)


def weights_of_all_times(edges: pd.DataFrame, course: pd.DataFrame) -> np.ndarray:
    """Compute each edge's weight at each time.

    Expression is scaled by its lowest and highest value over all genes and times, so that the
    weights of a time depend on later ones, as published.

    Args:
        edges: gene_1, gene_2, structure, expression_weight; see `weigh_pairs`.
        course: Expression, time × gene.

    Returns:
        Shape `[time, edge]`.
    """
    low, high = course.min(axis=None), course.max(axis=None)
    scaled = (course - low) / (high - low + 1e-8)
    similarity = _similarity(scaled[edges["gene_1"]].to_numpy(), scaled[edges["gene_2"]].to_numpy())
    return edges["structure"].to_numpy() + edges["expression_weight"].to_numpy() * similarity


def _require_genes(pairs: pd.DataFrame, weighting: PairWeighting) -> None:
    """Raise InputError if the settings name a gene without pairs, or a gene is its own partner."""
    named = {*weighting.favoured_genes, *weighting.log_contact_genes}
    unknown = sorted(named - {*pairs["gene_1"], *pairs["gene_2"]})
    if unknown:
        raise InputError(
            f"No pair holds the gene(s) {', '.join(unknown)[:80]} that the settings name."
        )
    own_partner = pairs.loc[pairs["gene_1"] == pairs["gene_2"], "gene_1"]
    if len(own_partner):
        raise InputError(
            f"The gene {own_partner.iloc[0][:40]} is paired with itself. Delete the row."
        )


def _terms(pairs: pd.DataFrame, weighting: PairWeighting) -> dict[str, pd.Series]:
    """Compute the structural terms of each pair, before they are weighed; NaN where unknown."""
    logarithmic = _with_one_of(pairs, weighting.log_contact_genes)
    compartments = pairs[["compartment_1", "compartment_2"]]
    same_compartment = compartments["compartment_1"] == compartments["compartment_2"]
    return {
        "contact": pairs["contact"].where(~logarithmic, np.log1p(pairs["contact"])),
        "compartment": same_compartment.astype(float).where(compartments.notna().all(axis=1)),
        "tad": _similarity(pairs["tad_boundary_distance_1"], pairs["tad_boundary_distance_2"]),
        "insulation": _similarity(pairs["insulation_score_1"], pairs["insulation_score_2"]),
    }


def _weights(weighting: PairWeighting, term: str, favoured: pd.Series) -> np.ndarray:
    special = weighting.favoured or weighting.usual
    return np.where(favoured, getattr(special, term), getattr(weighting.usual, term))


def _similarity(a: np.ndarray | pd.Series, b: np.ndarray | pd.Series) -> np.ndarray | pd.Series:
    return 1.0 / (1.0 + abs(a - b))


def _with_one_of(pairs: pd.DataFrame, genes: tuple[str, ...]) -> pd.Series:
    return pairs["gene_1"].isin(genes) | pairs["gene_2"].isin(genes)


def _pair_names(pair: pd.Series) -> str:
    return f"{pair['gene_1'][:40]} – {pair['gene_2'][:40]}"


def _last_of_repeated(table: pd.DataFrame) -> pd.DataFrame:
    """Keep a repeated pair's first place and last values, whatever the order of its genes."""
    names = np.sort(table[["gene_1", "gene_2"]].to_numpy(dtype=str), axis=1)
    pair = pd.Series(list(map(tuple, names)), index=table.index)
    values = ["structure", "expression_weight"]
    table[values] = table[values].groupby(pair).transform("last")
    return table[~pair.duplicated()].reset_index(drop=True)
