"""Settings of the published protocol: what `published` in the parameters holds for an assay."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from step.models.networks import STEPmiSettings, STEPmrSettings
from step.published.embedding import JointEmbeddingConfig
from step.published.pair_weights import PairWeighting
from step.typed import Name, Seed, Share, between, settings

LearningRate = Annotated[float, between(0, 10, inclusive="right")]
WeightDecay = Annotated[float, between(0, 100)]
Epochs = Annotated[int, between(0, 100_000)]
SomeEpochs = Annotated[int, between(1, 100_000)]
ErrorSize = Annotated[float, between(0, 1e6)]
Correlation = Annotated[float, between(-1, 1)]
Sentences = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=500)], ...], Field(max_length=100)
]
Explained = Annotated[float, between(-1e6, 1)]


@settings
class PublishedTraining:
    """How the networks of the publication were fitted.

    Attributes:
        window: Times in a window.
        train_share: Share of the windows that is trained on; all others are scored.
        split_seed: Of the draw of the windows.
        seeds: Of initial weights and dropout, one network each.
        learning_rate: Of Adam.
        weight_decay: Of Adam.
        warm_up_epochs: Epochs over which the learning rate rises to its full value.
        halve_after: More epochs than this without a lower held-out loss halve the learning rate;
            None never halves it.
        anneals: Whether the learning rate falls along half a cosine, to zero after the last epoch.
        max_epochs: Passes over the windows trained on, at most.
        patience: Epochs without a lower held-out loss after which training ends.
        threads: Of each network; the last digits of its sums depend on it.
        mixed_precision: Whether to compute in bfloat16 where that is safe and the device can.
    """

    window: Annotated[int, between(1, 1000)]
    train_share: Share
    split_seed: Seed
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1, max_length=1000)]
    learning_rate: LearningRate
    weight_decay: WeightDecay
    warm_up_epochs: Epochs
    halve_after: Epochs | None
    anneals: StrictBool
    max_epochs: SomeEpochs
    patience: SomeEpochs
    threads: Annotated[int, between(1, 1024)]
    mixed_precision: StrictBool = False


@settings
class PublishedSTEPmr(STEPmrSettings):
    """A STEPmr and how it was fitted.

    Attributes:
        training: How it was fitted.
    """

    training: PublishedTraining


@settings
class PublishedSTEPmi(STEPmiSettings):
    """A STEPmi and how it was fitted.

    Attributes:
        training: How it was fitted.
    """

    training: PublishedTraining


PublishedNetwork = PublishedSTEPmr | PublishedSTEPmi


@settings
class ReportedScores:
    """What the authors report for their held-out windows.

    Attributes:
        mse: Mean squared error.
        rmse: Its root.
        mae: Mean absolute error.
        r2_pooled: Share of the variance of all values together that is explained.
        pearson: Correlation of all values together.
        gene_pearson_mean: Pearson correlation of each gene, over genes.
        gene_spearman_mean: Spearman correlation of each gene, over genes.
    """

    mse: ErrorSize
    rmse: ErrorSize
    mae: ErrorSize
    r2_pooled: Explained
    pearson: Correlation
    gene_pearson_mean: Correlation
    gene_spearman_mean: Correlation


@settings
class Remarks:
    """Sentences that stand in the report.

    Attributes:
        data: About the authors' table.
        differences: Where this run differs from the publication.
    """

    data: Sentences = ()
    differences: Sentences = ()


@settings
class PublishedSettings:
    """The protocol of one assay.

    Attributes:
        study: Name of the study.
        assay: `mrna` or `mirna`.
        clean_names: Whether a gene's name ends before its first bracket.
        weighting: How gene pairs are weighed.
        embedding: How the graph of all times is embedded.
        network: The network that `kind` names: its shape, loss and training.
        reported: The authors' own scores.
        remarks: What the report says about the table and the protocol.
    """

    study: Name
    assay: Literal["mrna", "mirna"]
    clean_names: StrictBool
    weighting: PairWeighting
    embedding: JointEmbeddingConfig
    network: Annotated[PublishedNetwork, Field(discriminator="kind")]
    reported: ReportedScores
    remarks: Remarks
