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


class Weights(Table, key=("gene", "arm")):
    """How much `step` leans on each arm, over the scored origins on average."""

    gene: Text = column(description="name in the study")
    arm: Text = column(description="name of the forecaster")
    weight: Number = column(ge=0, le=1.000001, description="mean weight; they sum to one")


class Ablations(Table, key=("variant",)):
    """What each ingredient of a forecast is worth: the same backtest without it."""

    variant: Text = column(description="what is left out or done otherwise; the whole comes first")
    mse: Number = column(ge=0, description="mean squared error one time ahead, log2²")
    against: Text = column(description="the variant that it is held against")
    change: Number = column(description="error relative to that one's, less 1")
    p: Number = column(
        nullable=True, ge=0, le=1, description="Diebold–Mariano against that one, over origins"
    )
