"""The report of a study: one HTML page of one assay."""

from collections.abc import Container
from typing import Annotated, Any

import pandas as pd
from pydantic import StrictBool

from step.evaluation.metrics import Metrics
from step.evaluation.significance import SIGNIFICANT
from step.expression.times import TimeUnit
from step.figures.captions import CAPTIONS
from step.figures.style import arm_label
from step.forecasting.in_context import NetworkSettings
from step.reports.cards import study_cards
from step.reports.html import records, render_report
from step.reports.prose import GLOSSARY, REFERENCES, methods
from step.reports.run import run_table
from step.reports.verdict import forecast_verdict, graph_verdict
from step.typed import Name, Names, Seed, between, settings

SETS_PER_GROUP = 10
SETS_RANKED = 20
EVENTS_NAMED = 12
NOT_FIGURES = (
    "samples", "browser", "backtest", "run", "enrichment_ranked", "enrichment_scope", "event_sets",
    "subject",
)  # fmt: skip
ARROWS = {"above": "↑", "below": "↓"}
SECTIONS = {
    "accuracy": [
        "arm_errors", "observed_against_forecast", "error_by_time", "skill_by_origin",
        "calibration", "changes",
    ],
    "contacts": ["graph_test", "gene_network"],
    "genes": ["predictability", "course_heatmap", "gene_correlations"],
    "samples": ["sample_overview"],
    "genome": ["contact_map", "structure_against_expression", "embedding", "contact_maps"],
}  # fmt: skip


@settings
class ReportConfig:
    """What the report shows.

    Attributes:
        study: Name of the study.
        time_unit: Of the times.
        extreme_share: Share of the genes among the best, and among the worst, in the enrichment.
        smallest_set: Fewest of the study's genes that a tested gene set holds.
        largest_set: Most of the study's genes that a tested gene set holds.
        permutations: Of genes, in the enrichment of the ranking.
        seed: Of the permutations.
        libraries: Of Enrichr (maayanlab.cloud/Enrichr/#libraries), whose gene sets are tested
            beside the study's own; they are fetched, and need `species` in `globals.yml`.
        gene_pages: Draw every gene, 15 a page, for printing.
    """

    study: Name
    time_unit: TimeUnit
    extreme_share: Annotated[float, between(0, 0.5, inclusive="right")]
    smallest_set: Annotated[int, between(1, 1000)]
    largest_set: Annotated[int, between(1, 100_000)]
    permutations: Annotated[int, between(100, 1_000_000)]
    seed: Seed
    libraries: Names
    gene_pages: StrictBool

    def __post_init__(self) -> None:
        """Raise ValueError if no set could be tested."""
        if self.smallest_set > self.largest_set:
            raise ValueError(
                f"smallest_set is {self.smallest_set}, more than largest_set, {self.largest_set}"
            )


def write_report(
    metrics: Metrics,
    per_gene: pd.DataFrame,
    enrichment: pd.DataFrame,
    events: pd.DataFrame,
    report: ReportConfig,
    network: NetworkSettings,
    **others: Any,
) -> str:
    """The report: one HTML page that holds all it shows.

    Args:
        metrics: Scores.
        per_gene: One row a gene.
        enrichment: Enriched gene sets.
        events: What no forecaster foresaw.
        report: Names and units.
        network: The network that forecast.
        others: `samples`, as they were understood; `browser`, the gene browser's data; `backtest`,
            the settings of the backtest; `enrichment_ranked` and `enrichment_scope`, what the
            ranking as a whole shares and what was tested; `event_sets`, the gene sets of the
            events; `subject`, whose expression it was; `run`, what is known of the run; PNG files
            of figures by name.
    """
    named = map(others.pop, NOT_FIGURES)
    samples, browser, backtest, run, ranked, scope, event_sets, subject = named
    arms = sorted(metrics.arms.items(), key=lambda item: item[1].mse)
    return render_report(
        "step.reports",
        others,
        metrics=metrics,
        report=report,
        cards=study_cards(metrics, per_gene),
        forecast_verdict=forecast_verdict(metrics),
        graph_verdict=graph_verdict(metrics.graph_test),
        arms=[(arm_label(arm), arm, scores) for arm, scores in arms],
        sections=_drawn(others),
        captions=CAPTIONS,
        classes=per_gene["class"].value_counts().to_dict(),
        gaining=int(((per_gene["graph_gain"] > 0) & (per_gene["graph_q"] <= SIGNIFICANT)).sum()),
        flagged=_n_flagged(per_gene["flags"]),
        unplaced=per_gene["unplaced"].value_counts().to_dict(),
        events=_events_by_time(events, event_sets),
        enriched=_n_significant(enrichment, "adjusted_p"),
        enriched_ranked=_n_significant(ranked[ranked["ranked_by"] == "skill"], "fdr"),
        enrichment=records(
            enrichment.groupby(["ranked_by", "group"], sort=False).head(SETS_PER_GROUP)
        ),
        ranked=records(ranked[ranked["ranked_by"] == "skill"].head(SETS_RANKED)),
        scope=scope,
        n_samples=len(samples),
        unusual=records(samples[samples["quality"].notna()]),
        methods=methods(metrics, backtest, network, subject),
        subject=subject,
        references=REFERENCES,
        run=run_table(backtest, run),
        outdated=() if run is None else run.outdated,
        glossary=GLOSSARY,
        browser=browser,
    )


def _drawn(figures: Container[str]) -> dict[str, list[str]]:
    """The names of the figures of each section, as far as they were drawn."""
    return {
        section: [name for name in names if name in figures] for section, names in SECTIONS.items()
    }


def _n_flagged(flags: pd.Series) -> dict[str, int]:
    """How many genes have each flag."""
    single = flags.str.split("; ").explode()
    return single[single != ""].value_counts().to_dict()


def _n_significant(sets: pd.DataFrame, column: str) -> int:
    """How many gene sets are beyond chance."""
    return int(sets.loc[sets[column] <= SIGNIFICANT, "term"].nunique())


def _events_by_time(events: pd.DataFrame, sets: pd.DataFrame) -> list[dict[str, Any]]:
    """Count the events of each time, and name the largest, and their gene sets beyond chance."""
    listed = []
    beyond = sets[sets["adjusted_p"] <= SIGNIFICANT]
    terms = (beyond["term"] + " " + beyond["direction"].map(ARROWS)).groupby(beyond["time"])
    named_sets = terms.agg(", ".join).to_dict()
    for time, rows in events.groupby("time"):
        above = rows["surprise"] > 0
        named = [
            f"{gene} {ARROWS['above' if up else 'below']}"
            for gene, up in zip(rows["gene"], above, strict=True)
        ]
        listed.append(
            {
                "time": time,
                "above": int(above.sum()),
                "below": int((~above).sum()),
                "genes": ", ".join(named[:EVENTS_NAMED]),
                "sets": named_sets.get(time, ""),
            }
        )
    return listed
