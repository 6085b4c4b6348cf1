"""Tables of the report: gene by gene, and what the extremes have in common."""

from step.evaluation.predictability import CLASSES
from step.schemas.columns import Number, Ratio, Text, column
from step.schemas.genome import Genes
from step.schemas.table import Table


class PerGene(Genes):
    """How far each gene can be forecast, and why not further; the best forecast first.

    A score is missing where it is not defined, as the correlation of a constant.
    """

    mse: Number = column(nullable=True, ge=0, description="mean squared error of `step`, log2²")
    mae: Number = column(nullable=True, ge=0, description="mean absolute error of `step`, log2")
    r2: Number = column(
        nullable=True, le=1, description="share of the gene's own variance that `step` explains"
    )
    pearson: Number = column(
        nullable=True, description="correlation of observed and forecast, Pearson"
    )
    spearman: Number = column(
        nullable=True, description="correlation of observed and forecast, Spearman"
    )
    baseline_mse: Number = column(
        nullable=True, ge=0, description="mean squared error of the best baseline, log2²"
    )
    noise_floor_mse: Number = column(
        nullable=True, ge=0, description="error that replicate noise alone leaves, log2²"
    )
    skill: Number = column(nullable=True, le=1, description="1 − mse / baseline_mse")
    skill_p: Number = column(
        nullable=True, ge=0, le=1, description="Diebold–Mariano over origins, against the baseline"
    )
    skill_q: Number = column(
        nullable=True, ge=0, le=1, description="skill_p after Benjamini–Hochberg over genes"
    )
    graph_gain: Number = column(
        nullable=True,
        le=1,
        description="1 − mse / mse of `step_no_graph`; missing without neighbours",
    )
    graph_p: Number = column(
        nullable=True, ge=0, le=1, description="Diebold–Mariano over origins, against no graph"
    )
    graph_q: Number = column(
        nullable=True, ge=0, le=1, description="graph_p after Benjamini–Hochberg over genes"
    )
    explained: Number = column(
        nullable=True,
        le=1,
        description="share explained of the variance that noise leaves to explain",
    )
    leaned_on: Text = column(
        nullable=True, description="arm that has the highest weight in `step`, on average"
    )
    class_: Text = column(
        alias="class",
        isin=list(CLASSES),
        description="forecastable (better than the best baseline, q ≤ 0.05), at the noise floor, "
        "level only, or why it was not scored",
    )
    flags: Text = column(description="why the gene is hard to forecast or to place; may be empty")


class Enrichment(Table, key=("group", "term")):
    """Gene sets over-represented among the best and the worst forecast genes."""

    group: Text = column(isin=["best", "worst"], description="which genes were tested")
    term: Text = column(description="name of the gene set")
    overlap: Text = column(description="genes of the set in the group / in the study")
    p: Number = column(ge=0, le=1, description="hypergeometric test")
    adjusted_p: Number = column(ge=0, le=1, description="Benjamini–Hochberg within the group")
    odds_ratio: Ratio = column(nullable=True, ge=0, description="odds ratio")
    genes: Text = column(description="the set's genes in the group, best forecast first")
