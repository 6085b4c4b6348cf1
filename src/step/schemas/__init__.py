"""Schemas of the tables that flow between the stages; docs/tables.md is written from them."""

from step.schemas.expression import Expression, Samples, SampleTable
from step.schemas.forecasts import Ablations, Backtest, Forecast, Weights
from step.schemas.genome import Annotation, Bins, Edges, Genes, Places
from step.schemas.published import (
    Pairs,
    PublishedBacktest,
    PublishedEdges,
    PublishedExpression,
    PublishedLossCurves,
    PublishedPerGene,
    PublishedTrainedWindows,
)
from step.schemas.reports import Courses, Enrichment, EnrichmentRanked, Events, EventSets, PerGene
from step.schemas.sweep import Sweep

__all__ = [
    "Ablations",
    "Annotation",
    "Backtest",
    "Bins",
    "Courses",
    "Edges",
    "Enrichment",
    "EnrichmentRanked",
    "EventSets",
    "Events",
    "Expression",
    "Forecast",
    "Genes",
    "Pairs",
    "PerGene",
    "Places",
    "PublishedBacktest",
    "PublishedEdges",
    "PublishedExpression",
    "PublishedLossCurves",
    "PublishedPerGene",
    "PublishedTrainedWindows",
    "SampleTable",
    "Samples",
    "Sweep",
    "Weights",
]
