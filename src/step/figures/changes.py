"""How large the changes are that are forecast, and those that come."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

from step.evaluation.scores import with_last
from step.figures import style

N_BINS = 60
SHOWN_SHARE = 0.99  # of the observed changes; what is larger is counted in the outermost bins


@rc_context(style.STYLE)
def change_histogram(
    observed: np.ndarray, forecasts: Mapping[str, tuple[str, np.ndarray]], what: str
) -> Figure:
    """Draw the distribution of the changes from the last value, observed and forecast.

    Args:
        observed: Changes to the next time.
        forecasts: By label, a colour and the changes that were forecast.
        what: Changes, and in which unit.
    """
    observed = observed[np.isfinite(observed)]
    if not observed.any():
        return style.message("Nothing changes at the scored times.")
    figure = Figure(figsize=(7, 3.6), layout="constrained")
    axes = figure.add_subplot()
    largest = float(np.quantile(np.abs(observed), SHOWN_SHARE)) or float(np.abs(observed).max())
    bins = np.linspace(-largest, largest, N_BINS + 1)
    axes.hist(
        np.clip(observed, -largest, largest),
        bins,
        weights=np.full(len(observed), 100.0 / len(observed)),
        color=style.PALE,
        label="observed",
    )
    size = np.abs(observed).mean()
    for label, (colour, changes) in forecasts.items():
        known = changes[np.isfinite(changes)]
        ratio = np.abs(known).mean() / size if len(known) else np.nan
        axes.hist(
            np.clip(known, -largest, largest),
            bins,
            weights=np.full(len(known), 100.0 / max(len(known), 1)),
            color=colour,
            histtype="step",
            linewidth=1.5,
            label=f"{label}: {ratio:.2f} of the observed size",
        )
    axes.set_yscale("log")
    axes.set_ylim(bottom=80.0 / len(observed))
    axes.set_xlabel(what)
    axes.set_ylabel("% of all genes and times")
    figure.legend(loc="outside upper left", ncols=2)
    return figure


def step_changes(backtest: pd.DataFrame, expression: pd.DataFrame) -> Figure:
    """Draw the changes that STEP forecast one sampled time ahead beside those that came.

    Args:
        backtest: The scored forecasts one time ahead.
        expression: gene, time, mean.
    """
    rows = with_last(backtest[backtest["arm"] == "step"], expression)
    rows = rows.dropna(subset=["observed", "forecast", "last"])
    observed, forecast = (
        (rows[name] - rows["last"]).to_numpy(dtype=float) for name in ("observed", "forecast")
    )
    what = "change from the last time (log2)"
    return change_histogram(observed, {"STEP": (style.STEP, forecast)}, what)
