"""Chromatin features, gene pairs and their weights."""

import logging

import cooler
import pandas as pd

from step.expression.replicates import gene_noise
from step.genome.pairs import PairSelection, gene_pairs
from step.genome.placement import add_features
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
    genes: pd.DataFrame, hic_contacts: cooler.Cooler, pairs: PairSettings
) -> pd.DataFrame:
    """Connect the genes that are in contact.

    Returns:
        The graph's edges, one row a pair:

        - gene_1, gene_2: names, in the order of `genes`;
        - kind: what the edge rests on, `contact`;
        - contact: balanced, in the map's unit; observed_expected: relative to the mean of all pairs
          of bins at that distance, missing for genes of one bin or of neighbouring bins;
        - distance: base pairs between the transcription start sites;
        - same_compartment: true or false; tad_similarity, insulation_similarity: 0 to 1;
        - weight: see `step.graphs.weights.structural_weights`.
    """
    found = gene_pairs(genes, hic_contacts, pairs)
    edges = structural_weights(found, genes, hic_contacts.binsize, pairs)
    connected = pd.concat([edges["gene_1"], edges["gene_2"]]).nunique()
    logger.info("%d gene pairs connect %d of %d genes", len(edges), connected, len(genes))
    return edges
