"""The workbook: a study's tables as sheets."""

import inspect
import re
from dataclasses import asdict

import pandas as pd

from step.evaluation.enrichment import EnrichmentScope
from step.evaluation.graph_test import GraphTest
from step.evaluation.metrics import Metrics
from step.evaluation.scores import ArmScores, Intervals
from step.schemas import (
    Courses,
    Edges,
    Enrichment,
    EnrichmentRanked,
    Events,
    Forecast,
    PerGene,
    SampleTable,
)
from step.schemas.table import Table
from step.typed import attribute_meanings

NESTED = {"graph_test": GraphTest, "intervals": Intervals}
SCHEMAS: dict[str, type[Table]] = {
    "genes": PerGene,
    "courses": Courses,
    "forecast": Forecast,
    "events": Events,
    "enrichment": Enrichment,
    "enrichment_ranked": EnrichmentRanked,
    "gene_pairs": Edges,
    "samples": SampleTable,
}
OTHERS = {
    "summary": (
        "The study's numbers, a row each.",
        {"name": "name of the number", "value": "its value", "meaning": "what it says"},
    ),
    "arms": (
        "Scores of every forecaster under test, over all genes and scored times; what is undefined "
        "is empty.",
        {"arm": "name of the forecaster", "horizon": "sampled times ahead"},
    ),
}


def study_sheets(
    metrics: Metrics, enrichment_scope: EnrichmentScope, **tables: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """The study's tables by the name of their sheet; the first says what the others hold.

    Args:
        metrics: Scores: the sheets `summary` (a row a number), `arms` (a row an arm and horizon).
        enrichment_scope: Which gene sets were tested.
        tables: per_gene, expression, backtest, forecast, events, enrichment, enrichment_ranked,
            edges, sample_table; expression and backtest become the sheet `courses`.
    """
    sheets = {
        "summary": _summary(metrics, enrichment_scope),
        "arms": _arms(metrics),
        "genes": tables["per_gene"],
        "courses": tabulate_courses(
            tables["per_gene"]["gene"], tables["expression"], tables["backtest"], tables["forecast"]
        ),
        "forecast": tables["forecast"],
        "events": tables["events"],
        "enrichment": tables["enrichment"],
        "enrichment_ranked": tables["enrichment_ranked"],
        "gene_pairs": tables["edges"],
        "samples": tables["sample_table"],
    }
    return {"about": _about(sheets, metrics, enrichment_scope)} | sheets


def tabulate_courses(
    genes: pd.Series, expression: pd.DataFrame, backtest: pd.DataFrame, forecast: pd.DataFrame
) -> pd.DataFrame:
    """Lay what was measured and what `step` forecast one time ahead side by side.

    Args:
        genes: In the order of the rows.
        expression: gene, time, mean, standard_error.
        backtest: arm, target_time, horizon, gene, forecast, lower, upper.
        forecast: The times to come: gene, time, horizon, forecast, lower, upper.

    Returns:
        The columns of `step.schemas.Courses`.
    """
    foreseen = ["gene", "time", "horizon", "forecast", "lower", "upper"]
    step = backtest[(backtest["arm"] == "step") & (backtest["horizon"] == 1)]
    past = (
        expression[["gene", "time", "mean", "standard_error"]]
        .rename(columns={"mean": "observed"})
        .astype({"gene": object})
        .merge(
            step.rename(columns={"target_time": "time"})[foreseen].astype({"gene": object}),
            on=["gene", "time"],
            how="left",
        )
        .astype({"horizon": "Int64"})
    )
    coming = forecast[foreseen].astype({"horizon": "Int64"})
    table = pd.concat([past, coming], ignore_index=True)
    place = table["gene"].map({gene: place for place, gene in enumerate(genes)})
    table = table.assign(place=place).sort_values(["place", "time"], ignore_index=True)
    return table[list(Courses.to_schema().columns)]


def _arms(metrics: Metrics) -> pd.DataFrame:
    later = [(int(horizon), scores.arms) for horizon, scores in metrics.horizons.items()]
    return pd.DataFrame(
        [
            {"arm": arm, "horizon": horizon} | asdict(scores)
            for horizon, arms in [(1, metrics.arms), *later]
            for arm, scores in arms.items()
        ]
    )


def _summary(metrics: Metrics, scope: EnrichmentScope) -> pd.DataFrame:
    """All single numbers and names, with those of nested records under `record.name`."""
    fields = asdict(metrics)
    nested = {name: (fields[name], record) for name, record in NESTED.items()}
    nested["enrichment"] = (asdict(scope), EnrichmentScope)
    meanings = _meanings(Metrics)
    for name, (values, record) in nested.items():
        fields |= {f"{name}.{key}": value for key, value in values.items()}
        meanings |= {f"{name}.{key}": meaning for key, meaning in _meanings(record).items()}
    single = {
        name: value
        for name, value in fields.items()
        if value is not None and not isinstance(value, dict | tuple)
    }
    return pd.DataFrame(
        {
            "name": list(single),
            "value": list(single.values()),
            "meaning": [meanings.get(name, "") for name in single],
        }
    )


def _about(
    sheets: dict[str, pd.DataFrame], metrics: Metrics, scope: EnrichmentScope
) -> pd.DataFrame:
    """What each sheet and each of its columns holds."""
    opening = (
        f"Forecasts of STEP: study {metrics.study}, assay {metrics.assay}. `step` is STEP's own "
        "forecast; the other arms are what it is held against."
    )
    rows = [("about", "", opening)]
    for name, sheet in sheets.items():
        whole, columns = _describe(name)
        if name in ("enrichment", "enrichment_ranked") and scope.untested:
            whole += f" None could be tested: {scope.untested}."
        rows.append((name, "", whole))
        rows += [(name, str(column), columns.get(str(column), "")) for column in sheet.columns]
    rows = [(*place, text.replace("`", "")) for *place, text in rows]
    return pd.DataFrame(rows, columns=["sheet", "column", "meaning"])


def _describe(name: str) -> tuple[str, dict[str, str]]:
    """What a sheet holds, and each of its columns."""
    if name in OTHERS:
        whole, columns = OTHERS[name]
        return whole, columns | (_meanings(ArmScores) if name == "arms" else {})
    schema = SCHEMAS[name]
    whole = " ".join((inspect.getdoc(schema) or "").split())
    fields = schema.to_schema().columns
    return whole, {column: field.description for column, field in fields.items()}


def _meanings(record: type) -> dict[str, str]:
    """What the attributes of a record mean, in the words of a table."""
    return {
        name: re.sub(r"\bNone\b", "missing", meaning).replace("`", "")
        for name, meaning in attribute_meanings(record).items()
    }
