"""How good the forecasts are, from one forecast origin to the next."""

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, NullFormatter

from step.evaluation.metrics import Metrics
from step.evaluation.scores import origin_losses
from step.evaluation.significance import block_bootstrap
from step.expression.variation import is_rounding
from step.figures import style
from step.figures.accuracy import NO_BASELINE_ERROR
from step.figures.clouds import padded

NAMED = ("step", "step_no_graph", "last_value")
"""Arms with a colour of their own; the others are drawn grey."""
RATIO_TICKS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
BETWEEN = (0.7, 1.5, 3)
FINE = MaxNLocator(6, steps=[1, 2, 5, 10])  # 1 is always among its ticks


def losses_by_time(backtest: pd.DataFrame) -> pd.DataFrame:
    """Mean squared error of each arm (columns), log2², by forecast time.

    Args:
        backtest: arm, origin, target_time, gene, observed, forecast; of one horizon.
    """
    losses = origin_losses(backtest).reindex(columns=backtest["arm"].unique())
    target = backtest.drop_duplicates("origin").set_index("origin")["target_time"]
    return losses.set_axis(target[losses.index].to_numpy(), axis=0).rename_axis("target_time")


@rc_context(style.STYLE)
def error_by_time(
    metrics: Metrics, losses: pd.DataFrame, noise: pd.Series, time_unit: str
) -> Figure:
    """Draw each arm's error at each forecast time against that of the best simple one.

    Args:
        metrics: Scores one time ahead.
        losses: From `losses_by_time`.
        noise: Mean squared standard error, log2², by time.
        time_unit: Day, hour, …
    """
    best = losses[metrics.best_baseline]
    if metrics.arms[metrics.best_baseline].step_skill is None or not (best > 0).any():
        return style.message(NO_BASELINE_ERROR)
    figure = Figure(figsize=(8, 5), layout="constrained")
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=[2.2, 1])
    ratios = losses.div(best.where(best > 0), axis=0)
    _draw_ratios(top, ratios.drop(columns=metrics.best_baseline))
    label = style.arm_label(metrics.best_baseline)
    top.axhline(1, color=style.OBSERVED, linewidth=1.5, label=f"{label} = 1")
    top.set_ylabel(f"error, ratio to\n{label}")
    bottom.plot(best.index, best, "o-", color=style.OBSERVED, markersize=4, label=label)
    floor = noise.reindex(best.index)
    if floor.notna().any():
        bottom.plot(floor.index, floor, "--", color=style.BETTER, label="noise floor")
    bottom.set_ylim(0, 1.1 * np.nanmax([best.max(), floor.max()]))
    bottom.set_ylabel("MSE (log2²)")
    bottom.set_xlabel(f"forecast time ({time_unit})")
    for axes in (top, bottom):
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def _draw_ratios(axes: Axes, ratios: pd.DataFrame) -> None:
    """Ratios on a logarithmic scale that shows the named arms whole."""
    others = [arm for arm in ratios if arm not in NAMED]
    named = [arm for arm in NAMED if arm in ratios]
    for arm, marker in zip(named, "osv", strict=False):
        axes.plot(
            ratios.index,
            ratios[arm],
            marker=marker,
            markersize=5,
            linewidth=2.2 if arm == "step" else 1.2,
            color=style.arm_colour(arm),
            label=style.arm_label(arm),
            zorder=4 if arm == "step" else 3,
        )
    axes.set_yscale("log")
    shown = ratios[named].to_numpy()
    shown = shown[np.isfinite(shown) & (shown > 0)]
    low, high = min(1.0, *shown) / 1.05, max(1.0, *shown) * 1.05
    inside = [arm for arm in others if ratios[arm].between(low, high).any()]
    for number, arm in enumerate(inside):
        label = None if number else f"{len(inside)} other forecaster{'s'[: len(inside) > 1]}"
        axes.plot(ratios.index, ratios[arm], color=style.PALE, linewidth=1, zorder=1, label=label)
    axes.set_ylim(max(low, 0.05), min(high, 20.0))
    axes.yaxis.set_major_locator(FixedLocator(ratio_ticks(*axes.get_ylim())))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())


def ratio_ticks(low: float, high: float) -> list[float]:
    """Plain ratios to name on a logarithmic axis."""
    for ticks in (RATIO_TICKS, (*RATIO_TICKS, *BETWEEN), FINE.tick_values(low, high)):
        inside = sorted(round(float(tick), 6) for tick in ticks if low <= tick <= high)
        if len(inside) > 2:
            break
    return inside


@rc_context(style.STYLE)
def skill_by_origin(metrics: Metrics, losses: pd.DataFrame, time_unit: str) -> Figure:
    """Draw the skill of STEP at each forecast origin, and over all of them with its interval.

    Args:
        metrics: Scores one time ahead.
        losses: From `losses_by_time`.
        time_unit: Day, hour, …
    """
    best = losses[metrics.best_baseline]
    if metrics.skill is None or not (best > 0).any():
        return style.message(NO_BASELINE_ERROR)
    skill = 100.0 * (1.0 - losses["step"] / best.mask(is_rounding(best, 0.0)))
    skill = skill.dropna()
    figure = Figure(figsize=(7.2, 3.6), layout="constrained")
    axes = figure.add_subplot()
    axes.axhline(0, color=style.OBSERVED, linewidth=0.8)
    label = f"all origins: {style.signed(100 * metrics.skill)} %"
    if metrics.skill_low is not None and metrics.skill_high is not None:
        low, high = 100 * metrics.skill_low, 100 * metrics.skill_high
        axes.axhspan(
            low, high, color=style.STEP, alpha=0.18, linewidth=0, label="its 95 % interval"
        )
    axes.axhline(100 * metrics.skill, color=style.STEP, linewidth=2, label=label)
    lowest = max(float(skill.min()), -100.0) if len(skill) else 0.0
    shown = skill.clip(lower=lowest)
    colours = np.where(skill > 0, style.BETTER, style.WORSE)
    axes.vlines(shown.index, 0, shown, colors=colours, linewidth=1.5)
    for better, name in ((True, "STEP better"), (False, "STEP worse")):
        rows = shown[(skill > 0) == better]
        if rows.empty:
            continue
        colour, marker = (style.BETTER, "o") if better else (style.WORSE, "s")
        axes.plot(
            rows.index, rows, marker, color=colour, label=f"{name}: {len(rows)} of {len(skill)}"
        )
    for time, value in skill[skill < lowest].items():
        note = f"{style.signed(value, 0)} %"
        axes.annotate(note, (time, lowest), (5, 0), textcoords="offset points", fontsize=9)
    axes.set_ylim(padded([lowest, 0.0, *shown, 100 * metrics.skill], 0.1))
    axes.set_xlabel(f"forecast time ({time_unit})")
    axes.set_ylabel(f"skill against\n{style.arm_label(metrics.best_baseline)} (% of its MSE)")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


@rc_context(style.STYLE)
def calibration(backtest: pd.DataFrame, nominal: float, time_unit: str) -> Figure:
    """Draw how often STEP's intervals held: by horizon, and one time ahead at each time.

    Args:
        backtest: The scored forecasts of all horizons.
        nominal: Coverage that the intervals promise, 0 to 1.
        time_unit: Day, hour, …
    """
    rows = backtest[backtest["arm"] == "step"].dropna(subset=["observed", "lower", "upper"])
    if rows.empty:
        return style.message("No interval of STEP has an observation to be held against.")
    rows = rows.assign(inside=rows["observed"].between(rows["lower"], rows["upper"]))
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[1, 2])
    horizons = sorted(rows["horizon"].unique())
    for horizon in horizons:
        _draw_coverage(left, horizon, rows[rows["horizon"] == horizon])
    left.set_xticks(horizons)
    left.set_xlim(horizons[0] - 0.6, horizons[-1] + 0.6)
    left.set_xlabel("horizon (sampled times ahead)")
    left.set_ylabel("observations inside\nthe interval (%)")
    first = rows[rows["horizon"] == horizons[0]].groupby("target_time")["inside"].mean() * 100.0
    right.plot(first.index, first, "o-", color=style.STEP, markersize=5, linewidth=1)
    right.set_xlabel(f"forecast time ({time_unit})")
    for axes in (left, right):
        axes.axhline(100 * nominal, color=style.OBSERVED, linestyle="--", linewidth=1)
    right.text(
        1.0,
        100 * nominal,
        f" {100 * nominal:g} %",
        transform=right.get_yaxis_transform(),
        va="center",
    )
    left.set_title("by horizon")
    right.set_title("over time, one time ahead")
    low = min(left.get_ylim()[0], 100 * nominal - 5)
    left.set_ylim(max(low, -3), 101)
    left.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    return figure


def _draw_coverage(axes: Axes, horizon: int, rows: pd.DataFrame) -> None:
    """One horizon's coverage, %, with a 95 % interval by a block bootstrap over the origins."""
    by_origin = rows.groupby("origin")["inside"].agg(["sum", "count"]).to_numpy(dtype=float).T
    interval = block_bootstrap(*by_origin, lambda inside, all_of_them: inside / all_of_them)
    if interval is not None:
        axes.vlines(horizon, 100 * interval[0], 100 * interval[1], color=style.STEP, linewidth=2)
    share = 100 * by_origin[0].sum() / by_origin[1].sum()
    axes.plot(horizon, share, "o", color=style.STEP, markersize=7)
    axes.annotate(f"{share:.0f}", (horizon, share), (7, 4), textcoords="offset points")
