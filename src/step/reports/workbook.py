"""The workbook: a study's tables as sheets."""

from dataclasses import asdict

import pandas as pd

from step.evaluation.metrics import Metrics

NESTED = ("graph_test", "intervals")


def study_sheets(
    metrics: Metrics,
    per_gene: pd.DataFrame,
    forecast: pd.DataFrame,
    enrichment: pd.DataFrame,
    edges: pd.DataFrame,
    samples: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """The study's tables by the name of their sheet.

    Args:
        metrics: Scores: the sheets `summary` (a row a number), `arms` (a row an arm and horizon).
        per_gene: One row a gene.
        forecast: The times to come.
        enrichment: Enriched gene sets.
        edges: Gene pairs of the graph.
        samples: The samples, and what is unusual about them.
    """
    later = [(horizon, scores.arms) for horizon, scores in metrics.horizons.items()]
    return {
        "summary": _summary(metrics),
        "arms": pd.DataFrame(
            [
                {"arm": arm, "horizon": horizon} | asdict(scores)
                for horizon, arms in [("1", metrics.arms), *later]
                for arm, scores in arms.items()
            ]
        ),
        "genes": per_gene,
        "forecast": forecast,
        "enrichment": enrichment,
        "gene_pairs": edges,
        "samples": samples,
    }


def _summary(metrics: Metrics) -> pd.DataFrame:
    """All single numbers and names, with those of nested records under `record.name`."""
    fields = asdict(metrics)
    nested = {f"{name}.{key}": value for name in NESTED for key, value in fields[name].items()}
    single = {
        name: value
        for name, value in (fields | nested).items()
        if value is not None and not isinstance(value, dict | tuple)
    }
    return pd.DataFrame({"name": list(single), "value": list(single.values())})
