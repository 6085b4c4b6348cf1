"""Tables of what was forecast, and of how the networks were trained."""

import pandas as pd

from step.schemas.columns import Integer, Number, Text, column, rows_satisfy
from step.schemas.table import Table


class _Intervals(Table):
    """What holds of forecast intervals."""

    @rows_satisfy(error="lower ≤ forecast ≤ upper")
    def interval_holds_the_forecast(cls, table: pd.DataFrame) -> pd.Series:
        """Refuse an interval beside its forecast; a missing end is none."""
        return ~((table["lower"] > table["forecast"]) | (table["forecast"] > table["upper"]))


class Forecast(_Intervals, key=("gene", "horizon")):
    """The times after the last observed one; missing for a gene that was never measured."""

    gene: Text = column(description="name in the study")
    time: Number = column(description="time forecast, the study's unit")
    horizon: Integer = column(ge=1, description="sampled times ahead")
    forecast: Number = column(nullable=True, description="expression forecast, log2")
    lower: Number = column(nullable=True, description="lower end of the forecast interval, log2")
    upper: Number = column(nullable=True, description="upper end of the forecast interval, log2")


class Backtest(_Intervals, key=("arm", "origin", "horizon", "gene")):
    """Every scored forecast of every arm."""

    arm: Text = column(description="name of the forecaster")
    origin: Number = column(description="last time that the forecaster saw, the study's unit")
    target_time: Number = column(description="time forecast, the study's unit")
    horizon: Integer = column(ge=1, description="sampled times ahead")
    gene: Text = column(description="name in the study")
    observed: Number = column(
        nullable=True, description="mean of the replicates at the target time, log2"
    )
    forecast: Number = column(nullable=True, description="expression forecast, log2")
    lower: Number = column(nullable=True, description="lower end of the forecast interval, log2")
    upper: Number = column(nullable=True, description="upper end of the forecast interval, log2")

    @rows_satisfy(error="origin < target_time")
    def looks_ahead(cls, table: pd.DataFrame) -> pd.Series:
        """Refuse a forecast of what was seen."""
        return table["origin"] < table["target_time"]


class LossComponents(Table):
    """The weighted components of a network's loss, and their sum."""

    error: Number = column(description="error of the forecast, weighted")
    direction: Number = column(description="disagreement in the direction of change, weighted")
    trend: Number = column(description="disagreement with the course, weighted")
    consistency: Number = column(description="distance from the last level, weighted")
    total: Number = column(description="sum of the components")


class LossCurves(LossComponents, key=("origin", "step")):
    """The loss of the network on the real graph, step by step of its training."""

    origin: Number = column(description="last time that the network saw, the study's unit")
    step: Integer = column(ge=0, description="step of the training at this origin")


class Ablations(Table, key=("variant",)):
    """What each part of a network is worth: the same backtest without it, the whole one first."""

    variant: Text = column(description="in what the network differs from the whole one")
    n_parameters: Integer = column(ge=0, description="number of trained weights")
    mse: Number = column(ge=0, description="mean squared error of the forecast, log2²")
    lowest_mse: Number = column(ge=0, description="the same with the best seed, log2²")
    highest_mse: Number = column(ge=0, description="the same with the worst seed, log2²")
    network_mse: Number = column(
        ge=0, description="mean squared error, had the network been trusted fully, log2²"
    )
    trust: Number = column(ge=0, le=1, description="share of the correction at the last origin")
    change: Number = column(description="error relative to the whole network's, less 1")
    p: Number = column(
        nullable=True,
        ge=0,
        le=1,
        description="Diebold–Mariano against the whole network, over origins",
    )

    @rows_satisfy(error="lowest_mse ≤ mse ≤ highest_mse")
    def seeds_enclose_the_mean(cls, table: pd.DataFrame) -> pd.Series:
        """Refuse a mean outside its seeds, but for rounding."""
        slack = 1e-9 * table["mse"]
        return (table["lowest_mse"] <= table["mse"] + slack) & (
            table["mse"] <= table["highest_mse"] + slack
        )
