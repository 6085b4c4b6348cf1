"""Scores, tables, figures and the report."""

import cooler
import pandas as pd
from matplotlib.figure import Figure

from step.embeddings.temporal import Embeddings
from step.evaluation.enrichment import (
    EnrichmentScope,
    enrich_extremes,
    enrich_ranked,
    enrichment_scope,
)
from step.evaluation.events import event_sets
from step.evaluation.graph_test import GraphTest
from step.evaluation.libraries import fetch_libraries
from step.evaluation.metrics import Metrics, measure
from step.evaluation.predictability import gene_table
from step.evaluation.scores import score_genes, summed_losses
from step.expression.normalisation import Normalisation
from step.expression.samples import TableLayout
from step.expression.targets import Nodes
from step.figures import accuracy, over_time
from step.figures.changes import step_changes
from step.figures.correlations import CorrelationLabels, gene_correlations
from step.figures.courses import course_heatmap
from step.figures.embedding import embedding_trajectories
from step.figures.genes import gene_pages
from step.figures.genome import contact_map, contact_maps
from step.figures.graph import graph_test
from step.figures.network import gene_network
from step.figures.predictability import predictability, structure_against_expression
from step.figures.samples import sample_overview
from step.figures.style import arm_label
from step.forecasting.backtest import BacktestSettings
from step.genome.contacts import coarse_contacts
from step.names import without_formulas
from step.reports.browser import Courses, browser_data
from step.reports.study import ReportConfig
from step.reports.subject import Subject, describe_subject

MAP_ROWS = 600
SMALL_MAP_ROWS = 150
N_SMALL_MAPS = 30


def compute_metrics(
    backtest: pd.DataFrame,
    expression: pd.DataFrame,
    test: GraphTest,
    config: BacktestSettings,
    report: ReportConfig,
    assay: str,
) -> Metrics:
    """All scores of the study."""
    return measure(backtest, expression, test, config.coverage, report.study, assay)


def describe_expression(
    expression: pd.DataFrame,
    layout: TableLayout,
    normalisation: Normalisation,
    nodes: Nodes | None = None,
) -> Subject:
    """What was forecast, in words."""
    return describe_subject(expression, layout.scale, normalisation, nodes)


def tabulate_genes(
    backtest: pd.DataFrame,
    genes: pd.DataFrame,
    expression: pd.DataFrame,
    weights: pd.DataFrame,
    edges: pd.DataFrame,
    metrics: Metrics,
) -> pd.DataFrame:
    """One row a gene, the best forecast first."""
    return gene_table(backtest, genes, expression, weights, edges, metrics.best_baseline)


def pack_browser(
    per_gene: pd.DataFrame,
    expression: pd.DataFrame,
    samples: pd.DataFrame,
    backtest: pd.DataFrame,
    forecast: pd.DataFrame,
    edges: pd.DataFrame,
    metrics: Metrics,
) -> str:
    """What the report's gene browser shows."""
    courses = Courses(expression, samples, backtest, forecast, edges)
    return browser_data(per_gene, courses, metrics.best_baseline)


def find_enrichment(
    per_gene: pd.DataFrame,
    gene_sets: dict[str, list[str]],
    report: ReportConfig,
    species: str | None,
) -> tuple[pd.DataFrame, pd.DataFrame, EnrichmentScope]:
    """Gene sets of the best and the worst forecast genes, and of the ends of the ranking."""
    gene_sets = gene_sets | fetch_libraries(report.libraries, species)
    smallest, largest = report.smallest_set, report.largest_set
    return (
        enrich_extremes(per_gene, gene_sets, report.extreme_share, smallest, largest),
        enrich_ranked(per_gene, gene_sets, smallest, largest, report.permutations, report.seed),
        enrichment_scope(per_gene, gene_sets, smallest, largest),
    )


def find_event_sets(
    events: pd.DataFrame,
    per_gene: pd.DataFrame,
    gene_sets: dict[str, list[str]],
    report: ReportConfig,
) -> pd.DataFrame:
    """Gene sets of what no forecaster foresaw."""
    return event_sets(events, per_gene, gene_sets, report.smallest_set, report.largest_set)


def copy_tables(*tables: pd.DataFrame) -> tuple[pd.DataFrame, ...]:
    """The tables to be written as CSV as well, where a text must not become a formula."""
    return tuple(without_formulas(table) for table in tables)


def draw_accuracy(
    metrics: Metrics,
    backtest: pd.DataFrame,
    expression: pd.DataFrame,
    report: ReportConfig,
) -> dict[str, Figure]:
    """How good the forecasts are."""
    first = backtest[backtest["horizon"] == 1]
    losses = over_time.losses_by_time(first)
    noise = (expression["standard_error"] ** 2).groupby(expression["time"]).mean()
    unit = report.time_unit
    return {
        "arm_errors": accuracy.arm_errors(metrics, summed_losses(first)),
        "observed_against_forecast": accuracy.observed_against_forecast(first, expression),
        "changes": step_changes(first, expression),
        "error_by_time": over_time.error_by_time(metrics, losses, noise, unit),
        "skill_by_origin": over_time.skill_by_origin(metrics, losses, unit),
        "calibration": over_time.calibration(backtest, metrics.intervals.nominal, unit),
        "graph_test": graph_test(metrics.graph_test),
    }


def draw_genes(
    per_gene: pd.DataFrame, expression: pd.DataFrame, report: ReportConfig
) -> dict[str, Figure]:
    """Which genes can be forecast, how they move, and where they lie."""
    return {
        "predictability": predictability(per_gene),
        "course_heatmap": course_heatmap(expression, per_gene, report.time_unit),
        "structure_against_expression": structure_against_expression(per_gene, expression),
    }


def draw_neighbours(
    per_gene: pd.DataFrame,
    expression: pd.DataFrame,
    backtest: pd.DataFrame,
    edges: pd.DataFrame,
    metrics: Metrics,
    report: ReportConfig,
) -> dict[str, Figure]:
    """Who is joined with whom, and whether genes of many neighbours are followed better."""
    best = metrics.best_baseline
    rows = backtest[(backtest["arm"] == best) & (backtest["horizon"] == 1)]
    baseline = score_genes(rows.dropna(subset=["observed", "forecast"]))
    by_time = expression.pivot(index="time", columns="gene", values="mean")
    ends = pd.concat([edges["gene_1"], edges["gene_2"]]).value_counts()
    table = per_gene.set_index("gene")[["pearson"]].assign(
        baseline_pearson=baseline["pearson"],
        neighbours=ends,
        expression_range=by_time.max() - by_time.min(),
    )
    table["neighbours"] = table["neighbours"].fillna(0)
    labels = CorrelationLabels(
        pearson="observed against forecast, Pearson",
        expression_range="range of expression (log2)",
        baseline=arm_label(best),
    )
    return {
        "gene_correlations": gene_correlations(table, labels),
        "gene_network": gene_network(edges, by_time, by_time.index.max(), report.time_unit),
    }


def draw_gene_pages(
    per_gene: pd.DataFrame,
    expression: pd.DataFrame,
    backtest: pd.DataFrame,
    forecast: pd.DataFrame,
    report: ReportConfig,
) -> dict[str, Figure]:
    """Pages to print with every gene's course; none where they were not asked for."""
    if not report.gene_pages:
        return {}
    backtest = backtest[backtest["horizon"] == 1]
    return gene_pages(per_gene, expression, backtest, forecast, report.time_unit)


def draw_samples(samples: pd.DataFrame, report: ReportConfig) -> Figure:
    """How alike the samples are."""
    return sample_overview(samples, report.time_unit)


def draw_genome(
    hic_contacts: cooler.Cooler,
    bins: pd.DataFrame,
    genes: pd.DataFrame,
    edges: pd.DataFrame,
    embeddings: Embeddings,
) -> dict[str, Figure]:
    """The chromosome with most of the study's genes, all chromosomes, and the embedding."""
    placed = genes[genes["bin"].notna()]
    n_bins = bins["chrom"].value_counts(sort=False)
    n_genes = placed["chrom"].value_counts().reindex(n_bins.index, fill_value=0)
    ranked = n_genes.sort_values(ascending=False, kind="stable")
    busiest = ranked.index[(ranked > 0) | (ranked.max() == 0)][:N_SMALL_MAPS]
    chrom = busiest[0]
    matrix = coarse_contacts(hic_contacts, chrom, -(-n_bins[chrom] // MAP_ROWS))
    small = {
        name: coarse_contacts(hic_contacts, name, -(-n_bins[name] // SMALL_MAP_ROWS), mean=True)
        for name in n_bins.index[n_bins.index.isin(busiest)]
    }
    own = placed[placed["chrom"] == chrom]
    return {
        "contact_map": contact_map(
            matrix, bins[bins["chrom"] == chrom].reset_index(drop=True), own, edges
        ),
        "contact_maps": contact_maps(small, placed, edges, bins),
        "embedding": embedding_trajectories(embeddings.embeddings, genes["gene"].to_numpy()),
    }
