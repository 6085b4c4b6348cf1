"""Weights of the edges: structural, and over time."""

import numpy as np
import pandas as pd

from step.graphs.gene_graph import GeneGraph
from step.typed import Weight, settings


@settings
class EdgeWeights:
    """What a contact edge weighs; see `structural_weights`.

    Attributes:
        contact_weight: Weight of the contact, relative to the median pair's.
        compartment_weight: Weight of lying in the same compartment.
        tad_weight: Weight of similar distances to the nearest boundary, in bins.
        insulation_weight: Weight of similar insulation scores.
    """

    contact_weight: Weight
    compartment_weight: Weight
    tad_weight: Weight
    insulation_weight: Weight

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


def structural_weights(
    pairs: pd.DataFrame, genes: pd.DataFrame, bin_size: int, weights: EdgeWeights
) -> pd.DataFrame:
    """Weigh pairs of genes by their contact and by how alike their chromatin is.

    The weight is w₁ · contact / (contact + median contact) + w₂ · same compartment
    + w₃ · sim(boundary distance in bins) + w₄ · sim(insulation), sim(a, b) = 1 / (1 + |a − b|)
    (after Kaya & Sefer, 2025; there the contact enters raw and outweighs everything else).

    Args:
        pairs: gene_1, gene_2, contact, and whatever else describes a pair.
        genes: gene, compartment, tad_boundary_distance (base pairs), insulation_score.
        bin_size: Of the contact map, base pairs.
        weights: w₁ to w₄.

    Returns:
        The pairs with same_compartment, tad_similarity, insulation_similarity (0 where a gene
        lacks the feature) and weight.
    """
    row = pd.Index(genes["gene"])
    first, second = row.get_indexer(pairs["gene_1"]), row.get_indexer(pairs["gene_2"])

    def similarity(values: pd.Series) -> np.ndarray:
        difference = np.abs(values.to_numpy(float)[first] - values.to_numpy(float)[second])
        return np.nan_to_num(1.0 / (1.0 + difference))

    compartment = genes["compartment"].to_numpy(dtype=object)
    same = (compartment[first] == compartment[second]) & pd.notna(compartment[first])
    tad = similarity(genes["tad_boundary_distance"] / bin_size)
    insulation = similarity(genes["insulation_score"])
    return pairs.assign(
        same_compartment=same,
        tad_similarity=tad,
        insulation_similarity=insulation,
        weight=weights.contact_weight * _relative_to_median(pairs["contact"].to_numpy())
        + weights.compartment_weight * same
        + weights.tad_weight * tad
        + weights.insulation_weight * insulation,
    )


def _relative_to_median(contact: np.ndarray) -> np.ndarray:
    """contact / (contact + median contact); 0 without contact, whatever the median."""
    if not len(contact):
        return contact
    relative = np.zeros(len(contact))
    return np.divide(contact, contact + np.median(contact), out=relative, where=contact > 0)


def weights_over_time(
    edges: GeneGraph, expression: np.ndarray, expression_weight: float
) -> np.ndarray:
    """Each edge's weight at each time: structural, plus how alike the two genes are expressed.

    weight + w · 1 / (1 + |x_first − x_second|), x scaled to 0 … 1 by the smallest and the largest
    value seen **until that time**, so that no weight knows a later one.

    Args:
        edges: The graph.
        expression: log2, shape `[time, gene]`; a missing value counts as far from all others.
        expression_weight: w.

    Returns:
        Shape `[time, edge]`.
    """
    low = np.fmin.accumulate(np.fmin.reduce(expression, axis=1))[:, None]
    high = np.fmax.accumulate(np.fmax.reduce(expression, axis=1))[:, None]
    scaled = (expression - low) / np.maximum(high - low, 1e-12)
    apart = np.nan_to_num(np.abs(scaled[:, edges.first] - scaled[:, edges.second]), nan=1.0)
    return edges.weight + expression_weight / (1.0 + apart)
