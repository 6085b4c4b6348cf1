"""How good the forecasts are, forecaster by forecaster."""

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from step.evaluation.metrics import Metrics
from step.evaluation.scores import with_last
from step.evaluation.significance import block_bootstrap
from step.figures import style
from step.figures.clouds import draw_cloud, padded
from step.forecasting.arms import ARMS

FAR = 40.0
"""Percent beyond which a forecaster may stand at the edge, so that the others can be told apart."""
NO_BASELINE_ERROR = "The best simple forecaster makes no error that others could be held against."


@rc_context(style.STYLE)
def arm_errors(metrics: Metrics, summed: pd.DataFrame) -> Figure:
    """Draw every forecaster's error against that of the best simple one, the lowest on top.

    Args:
        metrics: Scores one time ahead.
        summed: Sum of squared errors of each arm (columns) at each forecast origin, log2².
    """
    best = metrics.arms[metrics.best_baseline]
    if best.step_skill is None:
        return style.message(NO_BASELINE_ERROR)
    arms = {arm: scores.mse for arm, scores in metrics.arms.items() if np.isfinite(scores.mse)}
    errors = {arm: 100.0 * (mse / best.mse - 1.0) for arm, mse in arms.items()}
    ordered = sorted(errors, key=lambda arm: errors[arm], reverse=True)
    figure = Figure(figsize=(7.2, 0.27 * len(ordered) + 1.4), layout="constrained")
    axes = figure.add_subplot()
    intervals = {arm: _against_best(summed, arm, metrics.best_baseline) for arm in ordered}
    _limit(axes, errors, intervals)
    floor = metrics.noise_floor_mse
    names = [style.arm_label(arm) for arm in ordered]
    if floor is not None:
        errors["noise floor"], arms["noise floor"] = 100.0 * (floor / best.mse - 1.0), floor
        ordered, names = ["noise floor", *ordered], ["(replicate noise alone)", *names]
    for row, arm in enumerate(ordered):
        _draw_error(axes, row, errors[arm], intervals.get(arm), _role_colour(arm, metrics))
        axes.text(1.02, row, f"{arms[arm]:.4f}", transform=axes.get_yaxis_transform(), va="center")
    axes.text(1.02, 1.0, "MSE\n(log2²)", transform=axes.transAxes, va="bottom", fontsize=9)
    axes.axvline(0, color=style.OBSERVED, linewidth=0.8, zorder=0)
    axes.set_yticks(range(len(ordered)), names)
    for arm, label in zip(ordered, axes.get_yticklabels(), strict=True):
        label.set_fontweight("bold" if arm == "step" else "normal")
    axes.set_ylim(-0.6, len(ordered) - 0.4)
    axes.set_xlabel(f"error against {style.arm_label(metrics.best_baseline)} (% of its MSE)")
    axes.grid(axis="x", color=style.PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    return figure


def _against_best(summed: pd.DataFrame, arm: str, best: str) -> tuple[float, float] | None:
    """95 % interval of the error against the best simple forecaster, %, over origins."""
    if arm == best or not {arm, best} <= set(summed):
        return None
    own, other = summed[[arm, best]].dropna().to_numpy().T
    with np.errstate(divide="ignore", invalid="ignore"):
        return block_bootstrap(own, other, lambda own, other: 100.0 * (own / other - 1.0))


def _role_colour(arm: str, metrics: Metrics) -> str:
    if arm == "step":
        return style.STEP
    if arm == metrics.best_baseline:
        return style.OBSERVED
    return style.BASELINE if arm not in ARMS or ARMS[arm].simple else style.CONTROL


def _limit(
    axes: Axes, errors: dict[str, float], intervals: dict[str, tuple[float, float] | None]
) -> None:
    near = {arm: error for arm, error in errors.items() if error <= FAR or arm == "step"}
    ends = [
        end
        for arm, interval in intervals.items()
        if interval is not None and arm in near
        for end in interval
        if np.isfinite(end)
    ]
    low, high = padded([0.0, *near.values(), *np.clip(ends, -100.0, 2 * FAR)], 0.06)
    axes.set_xlim(low, high)


def _draw_error(
    axes: Axes, row: int, error: float, interval: tuple[float, float] | None, colour: str
) -> None:
    """A dot with its interval; what lies outside, as an arrow at the edge with its number."""
    low, high = axes.get_xlim()
    if low <= error <= high:
        if interval is not None:
            axes.plot(interval, [row, row], color=colour, linewidth=1.8, solid_capstyle="butt")
        axes.plot(error, row, "o", color=colour, markersize=6)
        return
    right = error > high
    edge, marker, side = (high, ">", "right") if right else (low, "<", "left")
    axes.plot(edge, row, marker, color=colour, markersize=7, clip_on=False)
    axes.annotate(
        f"{style.signed(error, 0)} %",
        (edge, row),
        (-7 if right else 7, 0),
        textcoords="offset points",
        ha=side,
        va="center",
        fontsize=9,
    )


@rc_context(style.STYLE)
def observed_against_forecast(backtest: pd.DataFrame, expression: pd.DataFrame) -> Figure:
    """Draw STEP's forecasts against the observations: changes from the last value, and values.

    Args:
        backtest: The scored forecasts one time ahead.
        expression: gene, time, mean.
    """
    rows = with_last(backtest[backtest["arm"] == "step"], expression)
    rows = rows.dropna(subset=["observed", "forecast", "last"])
    if rows.empty:
        return style.message("No forecast of STEP has an observation to stand beside.")
    figure = Figure(figsize=(9, 4.3), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1.15, 1])
    values = rows[["forecast", "observed", "last"]].to_numpy(dtype=float).T
    forecast, observed = values[:2] - values[2]
    _draw_agreement(left, forecast, observed, "change from the last time (log2)")
    _draw_tenths(left, forecast, observed)
    left.axhline(0, color=style.BASELINE, linewidth=0.6, zorder=0)
    left.axvline(0, color=style.BASELINE, linewidth=0.6, zorder=0)
    left.legend(loc="lower right")
    left.set_title("Is the change forecast?")
    _draw_agreement(right, values[0], values[1], "expression (log2)")
    right.set_title("Is the level forecast?")
    return figure


def _draw_agreement(axes: Axes, forecast: np.ndarray, observed: np.ndarray, what: str) -> None:
    draw_cloud(axes, forecast, observed)
    axes.set_xlim(padded(forecast))
    axes.set_ylim(padded(observed))
    axes.axline((0, 0), slope=1, color=style.OBSERVED, linewidth=1, label="observed = forecast")
    axes.set_xlabel(f"forecast {what}")
    axes.set_ylabel(f"observed {what}")


def _draw_tenths(axes: Axes, forecast: np.ndarray, observed: np.ndarray) -> None:
    """The mean of each tenth of the forecasts, from the lowest to the highest."""
    tenths = [tenth for tenth in np.array_split(np.argsort(forecast, kind="stable"), 10)]
    x, y = np.array(
        [[f[tenth].mean() for tenth in tenths if len(tenth)] for f in (forecast, observed)]
    )
    axes.plot(
        x,
        y,
        "o-",
        color=style.WORSE,
        markeredgecolor="white",
        markersize=6,
        linewidth=1,
        label="mean of each tenth",
        zorder=4,
    )


@rc_context(style.STYLE)
def ablations(table: pd.DataFrame) -> Figure:
    """Draw each variant's error against that of the whole.

    Args:
        table: variant, mse, p; the whole first.
    """
    figure = Figure(figsize=(7, 1.2 + 0.35 * len(table)), layout="constrained")
    axes = figure.add_subplot()
    place = np.arange(len(table))[::-1]
    axes.plot(table["mse"], place, "o", color=style.STEP)
    axes.axvline(
        table["mse"].iloc[0], color=style.OBSERVED, linewidth=1, linestyle="--", label="whole"
    )
    names = [
        name if np.isnan(p) else f"{name} (p = {p:.2g})"
        for name, p in zip(table["variant"], table["p"], strict=True)
    ]
    axes.set_yticks(place, names)
    axes.set_xlabel("mean squared error (log2²)")
    axes.ticklabel_format(axis="x", useOffset=False)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure
