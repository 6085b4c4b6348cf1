"""Theta and ETS, refitted gene by gene at every origin by statsforecast.

The library takes times as evenly spaced. A missing value is carried forward, and a gene not yet
measured is given the last value of `last_value`; a gene with too few times to fit is forecast by
its last value.
"""

import warnings
from typing import TYPE_CHECKING

import joblib
import numpy as np
import pandas as pd

from step.forecasting.arms.baselines import last_value
from step.forecasting.arms.registry import simple_arm
from step.forecasting.course import Course
from step.progress import progress
from step.workers import ending_with_this_process

if TYPE_CHECKING:
    from statsforecast.models import AutoETS, Theta


@simple_arm("Theta", "#EECC66", "the gene's past")
def theta(course: Course) -> np.ndarray:
    """Forecast by the standard Theta method (Assimakopoulos & Nikolopoulos, 2000)."""
    from statsforecast.models import Theta  # loads slowly, and only a backtest needs it

    return _forecast(course, Theta(season_length=1))


@simple_arm("AutoETS", "#997700", "the gene's past")
def auto_ets(course: Course) -> np.ndarray:
    """Forecast by the exponential smoothing model of lowest AICc (Hyndman & Khandakar, 2008).

    Of those with additive errors: the values are logarithms, whose zero means nothing.
    """
    from statsforecast.models import AutoETS

    return _forecast(course, AutoETS(season_length=1, model="AZN"))


def _forecast(course: Course, model: "AutoETS | Theta") -> np.ndarray:
    """Fit a model to each gene's past at each origin and forecast, `[time, horizon, gene]`."""
    n_times, n_ahead = course.ahead.shape
    last = course.once(last_value)
    times = range(course.first, n_times)
    tasks = (
        joblib.delayed(_fit)(model, course.panel.mean[: time + 1], last[time, 0], n_ahead)
        for time in times
    )
    forecast = np.full(last.shape, np.nan)
    fitted = joblib.Parallel(
        n_jobs=course.jobs, return_as="generator", **ending_with_this_process()
    )(tasks)
    forecast[course.first :] = list(progress(fitted, len(times), f"{model!r} at each origin"))
    return forecast


def _fit(model: "AutoETS | Theta", known: np.ndarray, last: np.ndarray, n_ahead: int) -> np.ndarray:
    """Forecast each gene, shape `[horizon, gene]`."""
    from statsforecast import StatsForecast
    from statsforecast.models import Naive

    n_times, n_genes = known.shape
    filled = pd.DataFrame(known).ffill().bfill().to_numpy()
    filled = np.where(np.isnan(filled), last, filled)
    table = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(n_genes), n_times),
            "ds": np.tile(np.arange(n_times), n_genes),
            "y": filled.T.ravel(),
        }
    )
    engine = StatsForecast(models=[model], freq=1, n_jobs=1, fallback_model=Naive())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of courses that are too short for some of its models
        forecast = engine.forecast(df=table, h=n_ahead)
    return forecast[repr(model)].to_numpy(dtype=float).reshape(n_genes, n_ahead).T
