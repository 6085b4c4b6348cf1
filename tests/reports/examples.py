"""Scores of a small study, and its report."""

import numpy as np
import pandas as pd

from step.datasets.manifest import StageCost
from step.evaluation.enrichment import EnrichmentScope
from step.evaluation.metrics import Metrics
from step.evaluation.scores import ArmScores, Intervals
from step.forecasting.in_context import NetworkSettings
from step.reports.run import RunFacts
from step.reports.study import ReportConfig, write_report
from step.reports.subject import Subject
from tests.evaluation.tables import genes_of, graph_test_of
from tests.forecasting.recipes import BACKTEST

METRICS = Metrics(
    study="walks",
    assay="mrna",
    n_genes=4,
    n_times=18,
    n_origins=12,
    noise_floor_mse=0.05,
    best_baseline="local_level",
    skill=0.2,
    skill_p=0.01,
    arms={
        "last_value": ArmScores(mse=0.3, rmse=0.55, mae=0.4),
        "step": ArmScores(mse=0.16, rmse=0.4, mae=0.3, r2=0.5),
        "local_level": ArmScores(mse=0.2, rmse=0.45, mae=0.35, r2=0.4),
    },
    graph_test=graph_test_of(0.16, 0.18, [0.2] * 19, n_edges=7),
    intervals=Intervals(nominal=0.9, coverage=0.88, mean_width=1.5),
)

NETWORK = NetworkSettings(kind="STEPmi", fine_tuning=0.1)
REPORT = ReportConfig(
    study="walks",
    time_unit="hour",
    extreme_share=0.25,
    smallest_set=3,
    largest_set=500,
    permutations=100,
    seed=1,
    libraries=(),
    gene_pages=False,
)
FIGURES = [
    "arm_errors", "observed_against_forecast", "error_by_time", "graph_test",
    "predictability", "contact_map", "embedding", "enriched",
]  # fmt: skip
PER_GENE = genes_of(4).assign(
    r2=[0.5, 0.4, np.nan, 0.1], pearson=0.5, mse=0.1, noise_floor_mse=0.05, skill=0.1, skill_q=0.04,
    flags=["", "unplaced", "saturated", ""], graph_gain=0.1, graph_q=[0.01, 0.2, np.nan, 0.9],
    leaned_on=["ses", "ses", None, "graph_level"],
    **{"class": ["forecastable", "level only", "saturated", "level only"]},
)  # fmt: skip
ENRICHMENT = pd.DataFrame(
    {
        "ranked_by": "skill", "group": "best", "term": [f"SET_{n}" for n in range(12)],
        "overlap": "1/2", "p": 0.01,
        "adjusted_p": 0.02, "odds_ratio": 3.0, "genes": "g0",
    }
)  # fmt: skip
RANKED = pd.DataFrame(
    {"term": ["SET_A"], "ranked_by": "skill", "size": 4, "es": 0.5, "nes": 1.5, "p": 0.01,
     "fdr": 0.02, "leading_edge": "g0;g1"}
)  # fmt: skip
SCOPE = EnrichmentScope(n_ranked=4, n_sets=12, n_tested=12, n_in_sets=2)
SAMPLES = pd.DataFrame(
    {"sample": ["s1", "s2"], "time": [1.0, 2.0], "detected_share": [1.0, 0.5],
     "quality": [None, "few detected"]}
)  # fmt: skip
EVENTS = pd.DataFrame(
    {"time": 7.0, "gene": ["g1", "g2"], "observed": 1.0, "forecast": 2.0, "surprise": [-3.0, 1.5]}
)


EVENT_SETS = pd.DataFrame(
    {"time": 7.0, "direction": "below", "term": ["SET_A", "SET_B"], "overlap": "1/3", "p": 0.001,
     "adjusted_p": [0.01, 0.2], "genes": "g1"}
)  # fmt: skip


SUBJECT = Subject("expression of 4 genes", "The table's counts were taken as they were.")
RUN = RunFacts(
    sources={"mrna.raw_expression": ("table <1>.xlsx", "ab" * 32)},
    git={"commit": "c0ffee", "dirty": True},
    stages={"ingestion": StageCost(12.34, 512.3), "embedding": StageCost(2)},
)


def report(metrics: Metrics = METRICS, browser: str = "", **changes: pd.DataFrame) -> str:
    """The report of the small study; its gene browser has no data unless some are given."""
    tables = {
        "per_gene": PER_GENE, "enrichment": ENRICHMENT, "events": EVENTS, "samples": SAMPLES,
        "enrichment_ranked": RANKED, "enrichment_scope": SCOPE,
        "event_sets": EVENT_SETS, "run": RUN, "subject": SUBJECT,
    } | changes  # fmt: skip
    figures = {name: name.encode() for name in FIGURES}
    return write_report(
        metrics,
        **tables,
        report=REPORT,
        browser=browser,
        backtest=BACKTEST,
        network=NETWORK,
        **figures,
    )
