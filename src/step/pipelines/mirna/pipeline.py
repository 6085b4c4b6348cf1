"""Modelling of miRNA."""

from kedro.pipeline import Pipeline

from step.pipelines.mirna.nodes import forecast_mirna
from step.pipelines.modelling import modelling_pipeline


def create_pipeline() -> Pipeline:
    """Backtest and forecast of miRNA with STEPmi."""
    return modelling_pipeline("mirna", forecast_mirna)
