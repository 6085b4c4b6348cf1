"""Modelling of mRNA."""

from kedro.pipeline import Pipeline

from step.pipelines.modelling import modelling_pipeline
from step.pipelines.mrna.nodes import forecast_mrna


def create_pipeline() -> Pipeline:
    """Backtest and forecast of mRNA with STEPmr."""
    return modelling_pipeline("mrna", forecast_mrna)
