"""Tables of the published protocol, where they differ from those of the forecasts of expression."""

from typing import Any

from step.schemas.columns import Integer, Number, Text, YesNo, column
from step.schemas.table import Table


def _of_both(name: str, description: str) -> Any:
    """Describe a column that stands twice, once for each gene of a pair."""
    return column(alias=rf"^{name}_[12]$", regex=True, nullable=True, description=description)


class Pairs(Table):
    """The authors' table of gene pairs: contact, and place and chromatin of both genes.

    `_1` is of the first gene, `_2` of the second. Their places and contacts are not the genes' own.
    """

    gene_1: Text = column(description="a gene")
    gene_2: Text = column(description="the other gene")
    contact: Number = column(nullable=True, description="contact, as the table has it")
    chrom: Text = _of_both("chrom", "chromosome of the gene")
    start: Number = _of_both("start", "start of the gene, base pairs")
    end: Number = _of_both("end", "end of the gene, base pairs")
    bin: Number = _of_both("bin", "bin of the gene, base pairs")
    compartment: Text = _of_both("compartment", "compartment of the gene")
    insulation_score: Number = _of_both("insulation_score", "insulation score of the gene's bin")
    tad_boundary_distance: Number = _of_both(
        "tad_boundary_distance", "from the gene to the nearest domain boundary, bins"
    )


class PublishedExpression(Table, key=("gene", "time")):
    """The course of every gene of the authors' table of pairs."""

    gene: Text = column(description="name in the table of pairs")
    time: Number = column(description="time, days")
    mean: Number = column(description="expression, as the table has it")


class PublishedEdges(Table, key=("gene_1", "gene_2")):
    """The pairs as edges, with their published weights."""

    gene_1: Text = column(description="a gene")
    gene_2: Text = column(description="the other gene")
    structure: Number = column(description="weight of contact and chromatin")
    expression_weight: Number = column(description="weight of likeness of expression at a time")
    weight: Number = column(description="weight of the edge at the first time")


class PublishedBacktest(Table, key=("arm", "seed", "origin", "gene")):
    """The forecasts of the held-out windows; a coordinate of the embedding, not expression."""

    arm: Text = column(description="name of the forecaster")
    seed: Integer = column(nullable=True, description="seed of the network; missing without one")
    origin: Number = column(description="last time of the window, days")
    target_time: Number = column(description="time forecast, days")
    horizon: Integer = column(ge=1, description="sampled times ahead")
    gene: Text = column(description="name in the table of pairs")
    observed: Number = column(description="last coordinate of the gene's embedding")
    forecast: Number = column(description="forecast of that coordinate")


class PublishedTrainedWindows(PublishedBacktest):
    """The networks' forecasts of the windows that they were trained on: a fit, not a forecast."""


class LossComponents(Table):
    """The weighted components of a network's loss, and their sum."""

    error: Number = column(description="error of the forecast, weighted")
    direction: Number = column(description="disagreement in the direction of change, weighted")
    trend: Number = column(description="disagreement with the course, weighted")
    consistency: Number = column(description="distance from the last level, weighted")
    total: Number = column(description="sum of the components")


class PublishedLossCurves(LossComponents, key=("seed", "epoch", "windows")):
    """The loss of each network, epoch by epoch of its training."""

    seed: Integer = column(description="seed of the network")
    epoch: Integer = column(ge=0, description="pass over the windows trained on")
    windows: Text = column(isin=["trained", "held_out"], description="windows of the loss")
    kept: YesNo = column(description="whether the weights of this epoch were kept")


class PublishedPerGene(Table, key=("gene",)):
    """Scores of each gene, over the seeds on average; the best forecast first."""

    gene: Text = column(description="name in the table of pairs")
    mse: Number = column(ge=0, description="mean squared error of the coordinate")
    pearson: Number = column(nullable=True, description="correlation with the forecast, Pearson")
    spearman: Number = column(nullable=True, description="correlation with the forecast, Spearman")
    last_value_pearson: Number = column(
        nullable=True, description="correlation with the last value, Pearson"
    )
    partners: Integer = column(ge=0, description="number of the gene's edges")
    expression_range: Number = column(
        ge=0, description="highest less lowest expression, as the table of pairs has it"
    )
