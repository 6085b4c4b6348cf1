"""Chromatin features, gene pairs and their weights."""

import logging

import cooler
import pandas as pd

from step.expression.replicates import gene_noise
from step.genome.pairs import PairSelection, gene_pairs
from step.genome.placement import add_features
from step.graphs.regulation import (
    contradicted,
    read_regulation,
    regulatory_edges,
    unconnected,
)
from step.graphs.weights import EdgeWeights, structural_weights
from step.typed import settings

logger = logging.getLogger(__name__)


@settings
class PairSettings(PairSelection, EdgeWeights):
    """Which gene pairs become edges, and what they weigh."""


def describe_genes(
    places: pd.DataFrame, bins: pd.DataFrame, expression: pd.DataFrame
) -> pd.DataFrame:
    """Every gene's place, chromatin features and replicate reliability."""
    return add_features(places, bins).merge(gene_noise(expression), on="gene", how="left")


def connect_genes(
    genes: pd.DataFrame,
    hic_contacts: cooler.Cooler,
    regulation: pd.DataFrame | None,
    pairs: PairSettings,
) -> pd.DataFrame:
    """Connect the genes that are in contact, and those of which one is known to regulate another.

    Returns:
        The graph's edges, one row a pair and kind; what follows `kind`, but for the weight, is
        missing where the edge is regulatory:

        - gene_1, gene_2: names, in the order of `genes`, or a regulator and what it regulates;
        - kind: what the edge rests on, `contact` or `regulatory`;
        - contact: balanced, in the map's unit; observed_expected: relative to the mean of all pairs
          of bins at that distance, missing for genes of one bin or of neighbouring bins;
        - distance: base pairs between the transcription start sites;
        - same_compartment: true or false; tad_similarity, insulation_similarity: 0 to 1;
        - weight: see `step.graphs.weights.structural_weights`; of a regulatory edge that of the
          study's table, negative where the first gene lowers the second.
    """
    found = gene_pairs(genes, hic_contacts, pairs)
    edges = structural_weights(found, genes, hic_contacts.binsize, pairs)
    connected = pd.concat([edges["gene_1"], edges["gene_2"]]).nunique()
    logger.log(
        logging.INFO if connected else logging.WARNING,
        "%d gene pairs connect %d of %d genes",
        len(edges),
        connected,
        len(genes),
    )
    if regulation is None:
        return edges
    table = read_regulation(regulation, "regulatory_edges")
    regulatory = regulatory_edges(table, genes)
    if void := contradicted(table):
        logger.warning("%s", void)
    if regulatory.empty:
        logger.warning("%s", unconnected(table, genes, "of these genes"))
    else:
        logger.info(
            "regulatory_edges: %d edges between these genes, of %d pairs; %d genes are regulated",
            len(regulatory),
            len(table),
            regulatory["gene_2"].nunique(),
        )
    edges = edges.astype({"distance": "Int64", "same_compartment": "boolean"})  # may be missing
    return pd.concat([edges, regulatory.assign(kind="regulatory")], ignore_index=True)
