"""Scores, tables, figures and the report."""

from typing import Annotated

import cooler
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from step.evaluation.enrichment import enrich_extremes
from step.evaluation.metrics import best_baseline, interval_scores, origin_losses, score_arms
from step.evaluation.predictability import gene_table
from step.evaluation.significance import diebold_mariano
from step.expression.replicates import noise_floor, noise_variance
from step.expression.times import TimeUnit
from step.figures.accuracy import (
    arm_errors,
    error_by_time,
    graph_test,
    loss_curves,
    observed_against_forecast,
)
from step.figures.biology import enrichment as enrichment_figure
from step.figures.genes import gene_pages, predictability
from step.figures.genome import contact_map, embedding_trajectories
from step.figures.style import ARM_LABELS
from step.forecasting.backtest import BacktestSettings
from step.genome.contacts import coarse_contacts
from step.reports.html import records, render_report
from step.typed import Name, between, settings

EMBEDDED_PAGES = 12
MAP_ROWS = 600


@settings
class ReportConfig:
    """What the report shows.

    Attributes:
        study: Name of the study.
        time_unit: Of the times.
        extreme_share: Share of the genes among the best, and among the worst, in the enrichment.
    """

    study: Name
    time_unit: TimeUnit
    extreme_share: Annotated[float, between(0, 0.5, inclusive="right")]


def compute_metrics(
    backtest: pd.DataFrame,
    expression: pd.DataFrame,
    test: dict[str, object],
    config: BacktestSettings,
    report: ReportConfig,
    assay: str,
) -> dict[str, object]:
    """All scores of the study; what is not defined is absent."""
    scores = score_arms(backtest, expression)
    baseline = best_baseline(scores)
    losses = origin_losses(backtest)
    metrics = {
        "study": report.study,
        "assay": assay,
        "n_genes": int(expression["gene"].nunique()),
        "n_times": int(expression["time"].nunique()),
        "n_origins": int(backtest["origin"].nunique()),
        "noise_floor_mse": noise_floor(expression, backtest["target_time"].unique()),
        "best_baseline": baseline,
        "skill": float(1.0 - scores.loc["step", "mse"] / scores.loc[baseline, "mse"]),
        "skill_p": diebold_mariano(losses["step"].to_numpy(), losses[baseline].to_numpy()),
        "arms": {arm: row.dropna().to_dict() for arm, row in scores.iterrows()},
        "graph_test": test,
        "intervals": interval_scores(backtest[backtest["arm"] == "step"], config.coverage),
    }
    return {
        name: value
        for name, value in metrics.items()
        if not (isinstance(value, float) and np.isnan(value))
    }


def tabulate_genes(
    backtest: pd.DataFrame,
    genes: pd.DataFrame,
    expression: pd.DataFrame,
    metrics: dict[str, object],
) -> pd.DataFrame:
    """One row a gene, the best forecast first."""
    return gene_table(backtest, genes, expression, metrics["best_baseline"])


def find_enrichment(
    per_gene: pd.DataFrame, gene_sets: dict[str, list[str]], report: ReportConfig
) -> pd.DataFrame:
    """Gene sets over-represented among the best and the worst forecast genes."""
    return enrich_extremes(per_gene, gene_sets, report.extreme_share)


def draw_accuracy(
    metrics: dict[str, object],
    backtest: pd.DataFrame,
    expression: pd.DataFrame,
    curves: pd.DataFrame,
    report: ReportConfig,
) -> dict[str, Figure]:
    """How good the forecasts are."""
    scores = pd.DataFrame(metrics["arms"]).T
    noise = noise_variance(expression).groupby(expression["time"]).mean()
    return {
        "arm_errors": arm_errors(scores, metrics.get("noise_floor_mse", float("nan"))),
        "observed_against_forecast": observed_against_forecast(backtest, expression),
        "error_by_time": error_by_time(backtest, noise, report.time_unit),
        "graph_test": graph_test(metrics["graph_test"]),
        "loss_curves": loss_curves(curves),
    }


def draw_genes(
    per_gene: pd.DataFrame,
    expression: pd.DataFrame,
    backtest: pd.DataFrame,
    forecast: pd.DataFrame,
    report: ReportConfig,
) -> dict[str, object]:
    """Gene by gene."""
    return {
        "predictability": predictability(per_gene),
        "gene_pages": gene_pages(per_gene, expression, backtest, forecast, report.time_unit),
    }


def draw_genome(
    hic_contacts: cooler.Cooler,
    bins: pd.DataFrame,
    genes: pd.DataFrame,
    edges: pd.DataFrame,
    embeddings: dict[str, np.ndarray],
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
        "embedding": embedding_trajectories(embeddings["embeddings"], genes, names),
    }


def draw_enrichment(enrichment: pd.DataFrame) -> Figure:
    """The enriched gene sets."""
    return enrichment_figure(enrichment)


def fill_workbook(
    metrics: dict[str, object],
    per_gene: pd.DataFrame,
    forecast: pd.DataFrame,
    enrichment: pd.DataFrame,
    edges: pd.DataFrame,
    samples: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """The study's tables as sheets."""
    scores = pd.DataFrame(metrics["arms"]).T.rename_axis("arm").reset_index()
    single = {name: value for name, value in metrics.items() if not isinstance(value, dict | list)}
    flat = single | {
        f"{group}.{name}": value
        for group in ("graph_test", "intervals")
        for name, value in metrics[group].items()
        if not isinstance(value, list)
    }
    return {
        "summary": pd.DataFrame({"name": list(flat), "value": list(flat.values())}),
        "arms": scores,
        "genes": per_gene,
        "forecast": forecast,
        "enrichment": enrichment,
        "gene_pairs": edges,
        "samples": samples,
    }


def write_report(
    metrics: dict[str, object],
    per_gene: pd.DataFrame,
    enrichment: pd.DataFrame,
    forecast: pd.DataFrame,
    samples: pd.DataFrame,
    report: ReportConfig,
    **figures: bytes | dict[str, bytes],
) -> str:
    """The report: one HTML page that holds all it shows.

    Args:
        metrics: Scores.
        per_gene: One row a gene.
        enrichment: Enriched gene sets.
        forecast: The times to come.
        samples: The samples as they were understood, and what is unusual about them.
        report: Names and units.
        figures: PNG files by name; `gene_pages` a dictionary of them.
    """
    pages = figures.pop("gene_pages")
    arms = sorted(metrics["arms"].items(), key=lambda item: item[1]["mse"])
    return render_report(
        "step.reports",
        figures,
        [pages[name] for name in sorted(pages)[:EMBEDDED_PAGES]],
        metrics=metrics,
        arms=[(ARM_LABELS[arm], arm, scores) for arm, scores in arms],
        labels=ARM_LABELS,
        report=report,
        n_pages=len(pages),
        genes=records(per_gene),
        flagged=per_gene.loc[per_gene["flags"] != "", "flags"].value_counts().to_dict(),
        unplaced=per_gene["unplaced"].value_counts().to_dict(),
        enrichment=records(enrichment.groupby("group", sort=False).head(10)),
        future=sorted(forecast["time"].unique()),
        n_samples=len(samples),
        unusual=records(samples[samples["quality"].notna()]),
    )
