"""A small course of embeddings, its graph, and a network that is quickly fitted to it."""

from dataclasses import replace

import numpy as np

from step.graphs.gene_graph import GeneGraph
from step.models.losses import LossConfig
from step.models.step_mr import STEPmrConfig
from step.published.embedding import JointEmbeddingConfig
from step.published.pair_weights import PairWeighting, PairWeights
from step.published.settings import (
    PublishedSettings,
    PublishedSTEPmr,
    PublishedTraining,
    Remarks,
    ReportedScores,
)

TRAINING = PublishedTraining(
    window=3,
    train_share=0.8,
    split_seed=42,
    seeds=(1,),
    learning_rate=0.003,
    weight_decay=0.0,
    warm_up_epochs=0,
    halve_after=None,
    anneals=False,
    max_epochs=12,
    patience=12,
    threads=1,
)
NETWORK = PublishedSTEPmr(
    kind="STEPmr",
    model=STEPmrConfig(channels=(8, 8), dense_channels=8, head_channels=(8,), dropout=0.0),
    loss=LossConfig("mse", 1.0, 0.0, 0.0, 0.0, 0.0),
    training=TRAINING,
)
SETTINGS = PublishedSettings(
    study="small",
    assay="mrna",
    clean_names=True,
    weighting=PairWeighting(PairWeights(0.2, 0.2, 0.2, 0.2, 0.2)),
    embedding=JointEmbeddingConfig(
        dimensions=3,
        walk_length=6,
        walks_per_node=3,
        context=2,
        epochs=1,
        p=1.0,
        q=1.0,
        time_weight=0.5,
        pooled_negatives=False,
        walk_seed=1,
        skip_gram_seed=1,
    ),
    network=NETWORK,
    reported=ReportedScores(0.2, 0.4, 0.3, 0.5, 0.7, 0.7, 0.7),
    remarks=Remarks(),
)
RING = GeneGraph(np.arange(8), np.roll(np.arange(8), 1), np.ones(8), 8)


def network(**training: object) -> PublishedSTEPmr:
    """The network, trained otherwise."""
    return replace(NETWORK, training=replace(TRAINING, **training))


def turning(n_times: int = 30) -> np.ndarray:
    """Embeddings of eight genes, `[time, gene, 2]`, which turn, each from a start of its own."""
    angle = np.arange(n_times)[:, None] / 3 + np.arange(8)
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1).astype(np.float32)
