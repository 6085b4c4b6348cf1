"""Tables of the report: gene by gene, and what the extremes have in common."""

from step.evaluation.enrichment import RANKINGS
from step.evaluation.predictability import CLASSES
from step.schemas.columns import Integer, Number, Ratio, Text, column
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


class Events(Table, key=("time", "gene")):
    """Values that lay outside the interval of `step` whichever forecaster it is laid around."""

    time: Number = column(description="time of the value, the study's unit")
    gene: Text = column(description="gene")
    observed: Number = column(description="measured, log2")
    forecast: Number = column(description="forecast of `step`, log2")
    surprise: Number = column(
        description="what the nearest forecast missed, in half widths of the interval; negative "
        "where the value lay below"
    )


class Courses(Table, key=("gene", "time")):
    """What was measured and what STEP forecast, side by side, and then the times to come.

    Times ascend within a gene; the genes are in the order of the sheet `genes`.
    """

    gene: Text = column(description="name in the study")
    time: Number = column(description="time, the study's unit")
    observed: Number = column(
        nullable=True, description="mean of the replicates, log2; missing where none was measured"
    )
    standard_error: Number = column(
        nullable=True, ge=0, description="of the mean, log2; missing with less than two replicates"
    )
    horizon: Integer = column(
        nullable=True,
        ge=1,
        description="sampled times ahead: 1 at scored times, more at the times to come; missing "
        "at times before the first forecast",
    )
    forecast: Number = column(
        nullable=True, description="forecast of `step`, which had not seen this time, log2"
    )
    lower: Number = column(nullable=True, description="lower end of the forecast interval, log2")
    upper: Number = column(nullable=True, description="upper end of the forecast interval, log2")


class _GeneSets(Table):
    """What the tables of gene sets share."""

    term: Text = column(description="name of the gene set")
    ranked_by: Text = column(
        isin=list(RANKINGS),
        description="what the genes are ranked by: skill (over the best simple forecaster), or r2 "
        "(share of the gene's own variance that is explained)",
    )


class EventSets(Table, key=("time", "direction", "term")):
    """Gene sets over-represented among the events of a time."""

    time: Number = column(description="time of the events, the study's unit")
    direction: Text = column(
        isin=["above", "below"], description="whether values lay above or below the forecasts"
    )
    term: Text = column(description="name of the gene set")
    overlap: Text = column(description="events in the set / scored genes of the set")
    p: Number = column(ge=0, le=1, description="hypergeometric test")
    adjusted_p: Number = column(ge=0, le=1, description="Benjamini–Hochberg over all tests")
    genes: Text = column(description="the set's genes among the events")


class Enrichment(_GeneSets, key=("ranked_by", "group", "term")):
    """Gene sets over-represented among the best and the worst forecast genes.

    They are held against all ranked genes of the study. Genes of a set often move together, so a
    small p is a hint, and no proof.
    """

    group: Text = column(
        isin=["best", "worst"], description="end of the ranking from which the genes are taken"
    )
    overlap: Text = column(description="ranked genes of the set in the group / in the study")
    p: Number = column(ge=0, le=1, description="hypergeometric test")
    adjusted_p: Number = column(
        ge=0, le=1, description="Benjamini–Hochberg over all tests of the table"
    )
    odds_ratio: Ratio = column(nullable=True, ge=0, description="odds ratio")
    genes: Text = column(description="the set's genes in the group, best forecast first")


class EnrichmentRanked(_GeneSets, key=("ranked_by", "term")):
    """Gene sets that gather at an end of the ranking of all genes (preranked enrichment).

    Genes are weighed by their rank. Genes of a set often move together, so a small p is a hint,
    and no proof.
    """

    size: Integer = column(ge=1, description="number of ranked genes in the set")
    es: Number = column(description="enrichment score, −1 to 1")
    nes: Number = column(
        description="enrichment score relative to that of random sets of the size; positive where "
        "the genes are forecast well, negative where badly"
    )
    p: Number = column(ge=0, le=1, description="by permutation of genes, with multilevel splitting")
    fdr: Number = column(ge=0, le=1, description="Benjamini–Hochberg over all tests of the table")
    leading_edge: Text = column(
        description="genes of the set up to the highest enrichment, best forecast first"
    )
