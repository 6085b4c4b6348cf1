"""Chromatin features, gene pairs and their weights."""

import logging

import cooler
import pandas as pd

from step.expression.replicates import gene_noise
from step.genome.pairs import PairSelection, gene_pairs
from step.genome.placement import add_features

logger = logging.getLogger(__name__)


def describe_genes(
    places: pd.DataFrame, bins: pd.DataFrame, expression: pd.DataFrame
) -> pd.DataFrame:
    """Every gene's place, chromatin features and replicate reliability."""
    return add_features(places, bins).merge(gene_noise(expression), on="gene", how="left")


def connect_genes(
    genes: pd.DataFrame, hic_contacts: cooler.Cooler, pairs: PairSelection
) -> pd.DataFrame:
    """The graph's edges: gene pairs in contact."""
    edges = gene_pairs(genes, hic_contacts, pairs)
    connected = pd.concat([edges["gene_1"], edges["gene_2"]]).nunique()
    logger.info("%d gene pairs connect %d of %d genes", len(edges), connected, len(genes))
    return edges
