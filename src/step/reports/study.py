"""The report of a study: one HTML page of one assay."""

from typing import Annotated

import pandas as pd
from pydantic import StrictBool

from step.evaluation.metrics import Metrics
from step.evaluation.significance import SIGNIFICANT
from step.expression.times import TimeUnit
from step.figures.style import arm_label
from step.reports.html import records, render_report
from step.reports.verdict import forecast_verdict, graph_verdict
from step.typed import Name, between, settings

SETS_PER_GROUP = 10


@settings
class ReportConfig:
    """What the report shows.

    Attributes:
        study: Name of the study.
        time_unit: Of the times.
        extreme_share: Share of the genes among the best, and among the worst, in the enrichment.
        gene_pages: Draw every gene, 15 a page, for printing.
    """

    study: Name
    time_unit: TimeUnit
    extreme_share: Annotated[float, between(0, 0.5, inclusive="right")]
    gene_pages: StrictBool


def write_report(
    metrics: Metrics,
    per_gene: pd.DataFrame,
    enrichment: pd.DataFrame,
    samples: pd.DataFrame,
    report: ReportConfig,
    **figures: bytes,
) -> str:
    """The report: one HTML page that holds all it shows.

    Args:
        metrics: Scores.
        per_gene: One row a gene.
        enrichment: Enriched gene sets.
        samples: The samples as they were understood, and what is unusual about them.
        report: Names and units.
        figures: PNG files by name.
    """
    arms = sorted(metrics.arms.items(), key=lambda item: item[1].mse)
    return render_report(
        "step.reports",
        figures,
        metrics=metrics,
        forecast_verdict=forecast_verdict(metrics),
        graph_verdict=graph_verdict(metrics.graph_test),
        arms=[(arm_label(arm), arm, scores) for arm, scores in arms],
        report=report,
        classes=per_gene["class"].value_counts().to_dict(),
        gaining=int((per_gene["graph_q"] <= SIGNIFICANT).sum()),
        labels={arm: arm_label(arm) for arm in per_gene["leaned_on"].dropna().unique()},
        genes=records(per_gene),
        flagged=per_gene.loc[per_gene["flags"] != "", "flags"].value_counts().to_dict(),
        unplaced=per_gene["unplaced"].value_counts().to_dict(),
        enrichment=records(enrichment.groupby("group", sort=False).head(SETS_PER_GROUP)),
        n_samples=len(samples),
        unusual=records(samples[samples["quality"].notna()]),
    )
