"""Scores, tables, figures and the report."""

import cooler
import pandas as pd
from matplotlib.figure import Figure

from step.embeddings.temporal import Embeddings
from step.evaluation.enrichment import enrich_extremes
from step.evaluation.graph_test import GraphTest
from step.evaluation.metrics import Metrics, measure
from step.evaluation.predictability import gene_table
from step.figures import accuracy
from step.figures.genes import gene_pages
from step.figures.genome import contact_map, embedding_trajectories
from step.forecasting.backtest import BacktestSettings
from step.genome.contacts import coarse_contacts
from step.reports.study import ReportConfig

MAP_ROWS = 600


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


def tabulate_genes(
    backtest: pd.DataFrame,
    genes: pd.DataFrame,
    expression: pd.DataFrame,
    weights: pd.DataFrame,
    metrics: Metrics,
) -> pd.DataFrame:
    """One row a gene, the best forecast first."""
    return gene_table(backtest, genes, expression, weights, metrics.best_baseline)


def find_enrichment(
    per_gene: pd.DataFrame, gene_sets: dict[str, list[str]], report: ReportConfig
) -> pd.DataFrame:
    """Gene sets over-represented among the best and the worst forecast genes."""
    return enrich_extremes(per_gene, gene_sets, report.extreme_share)


def draw_accuracy(
    metrics: Metrics,
    backtest: pd.DataFrame,
    expression: pd.DataFrame,
    report: ReportConfig,
) -> dict[str, Figure]:
    """How good the forecasts of the next time are."""
    backtest = backtest[backtest["horizon"] == 1]
    noise = (expression["standard_error"] ** 2).groupby(expression["time"]).mean()
    return {
        "arm_errors": accuracy.arm_errors(metrics.arms, metrics.noise_floor_mse),
        "observed_against_forecast": accuracy.observed_against_forecast(backtest, expression),
        "error_by_time": accuracy.error_by_time(backtest, noise, report.time_unit),
        "graph_test": accuracy.graph_test(metrics.graph_test),
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


def draw_genome(
    hic_contacts: cooler.Cooler,
    bins: pd.DataFrame,
    genes: pd.DataFrame,
    edges: pd.DataFrame,
    embeddings: Embeddings,
) -> dict[str, Figure]:
    """The chromosome with most of the study's genes, and the embedding."""
    placed = genes[genes["bin"].notna()]
    chrom = placed["chrom"].mode().iloc[0] if len(placed) else bins["chrom"].iloc[0]
    n_bins = int((bins["chrom"] == chrom).sum())
    matrix = coarse_contacts(hic_contacts, chrom, -(-n_bins // MAP_ROWS))
    own = placed[placed["chrom"] == chrom]
    names = genes["gene"].to_numpy()
    return {
        "contact_map": contact_map(
            matrix, bins[bins["chrom"] == chrom].reset_index(drop=True), own, edges
        ),
        "embedding": embedding_trajectories(embeddings.embeddings, genes, names),
    }
