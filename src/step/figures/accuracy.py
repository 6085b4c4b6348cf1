"""How good the forecasts are."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from step.evaluation.graph_test import GraphTest
from step.evaluation.scores import ArmScores, origin_losses
from step.expression.variation import is_rounding
from step.figures import style


def arm_errors(arms: dict[str, ArmScores], noise_floor: float | None) -> Figure:
    """Mean squared error of every arm, the lowest on top, beside the replicate noise floor.

    Args:
        arms: Scores by name of the arm.
        noise_floor: log2²; None where there are no replicates.
    """
    ordered = sorted(arms, key=lambda arm: arms[arm].mse, reverse=True)
    figure = Figure(figsize=(6.4, 0.3 * len(ordered) + 1.3), layout="constrained")
    axes = figure.add_subplot()
    bars = axes.barh(
        [style.arm_label(arm) for arm in ordered],
        [arms[arm].mse for arm in ordered],
        color=[style.arm_colour(arm) for arm in ordered],
    )
    for arm, name in zip(ordered, axes.get_yticklabels(), strict=True):
        name.set_fontweight("bold" if arm == "step" else "normal")
    axes.bar_label(bars, fmt="%.4f", padding=3, fontsize=8)
    if noise_floor is not None:
        axes.axvline(
            noise_floor, color=style.OBSERVED, linestyle="--", gapcolor="white", linewidth=1
        )
        axes.annotate(
            f"noise floor {noise_floor:.4f}",
            (noise_floor, 1.01),
            xycoords=("data", "axes fraction"),
            ha="center",
            fontsize=8,
        )
    axes.margins(x=0.15)
    axes.set_xlabel("mean squared error of the next time (log2²)")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def observed_against_forecast(backtest: pd.DataFrame, expression: pd.DataFrame) -> Figure:
    """STEP's forecasts against what was observed: values, and changes from the last value.

    The values of many genes lie on the diagonal because genes differ; the changes show whether
    the movement is forecast.
    """
    last = expression.rename(columns={"time": "origin", "mean": "last"})[["gene", "origin", "last"]]
    rows = backtest[backtest["arm"] == "step"].merge(last, on=["gene", "origin"])
    rows = rows.dropna(subset=["observed", "forecast", "last"])
    forecast, observed = rows["forecast"], rows["observed"]
    figure = Figure(figsize=(9, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    _draw_agreement(left, forecast, observed, "expression (log2)")
    change = "change from the last time (log2)"
    _draw_agreement(right, forecast - rows["last"], observed - rows["last"], change)
    return figure


def _draw_agreement(axes: Axes, forecast: pd.Series, observed: pd.Series, label: str) -> None:
    low, high = min(forecast.min(), observed.min()), max(forecast.max(), observed.max())
    if is_rounding((high - low) ** 2, high):  # all in one place
        low, high = low - 0.5, high + 0.5
    mesh = axes.hexbin(
        forecast,
        observed,
        gridsize=45,
        mincnt=1,
        bins="log",
        cmap="Blues",
        extent=(low, high, low, high),
        linewidths=0.1,
    )
    axes.plot([low, high], [low, high], color=style.OBSERVED, linewidth=0.8)
    constant = any(is_rounding(each.var(ddof=0), each.mean()) for each in (forecast, observed))
    pearson = "undefined" if constant else f"{forecast.corr(observed):.2f}"
    axes.set_title(f"{label}: Pearson {pearson}", fontsize=10)
    axes.set_xlabel(f"forecast {label}")
    axes.set_ylabel(f"observed {label}")
    axes.figure.colorbar(mesh, ax=axes, label="number of gene-times")


def error_by_time(backtest: pd.DataFrame, noise: pd.Series, time_unit: str) -> Figure:
    """Mean squared error at each scored time, arm by arm, with the noise floor of that time.

    Args:
        backtest: The scored forecasts.
        noise: Mean squared standard error, log2², indexed by time.
        time_unit: Day, hour, …
    """
    losses = origin_losses(backtest)
    times = backtest.drop_duplicates("origin").set_index("origin")["target_time"][losses.index]
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    axes = figure.add_subplot()
    for arm in style.in_display_order(list(losses)):
        axes.plot(
            times,
            losses[arm],
            marker=style.arm_marker(arm),
            markersize=4,
            linewidth=2.5 if arm == "step" else 1,
            color=style.arm_colour(arm),
            label=style.arm_label(arm),
            zorder=3 if arm == "step" else 2,
        )
    floor = noise.reindex(times)
    axes.plot(times, floor, color=style.OBSERVED, linestyle="--", linewidth=1, label="noise floor")
    # An arm that is far off may leave the picture, so that the others can be told apart.
    near = losses.loc[:, losses.mean() <= 2 * losses.mean().min()]
    axes.set_ylim(0, 1.15 * near.max(axis=None) or None)
    axes.set_xlabel(f"forecast time ({time_unit})")
    axes.set_ylabel("mean squared error (log2²)")
    axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def graph_test(test: GraphTest) -> Figure:
    """Error on the real graph beside those without a graph and on rewired ones."""
    if test.untested is not None:
        return style.message(f"The graph was not tested: {test.untested}.")
    figure = Figure(figsize=(6.4, 3.2), layout="constrained")
    axes = figure.add_subplot()
    n_rewired = len(test.rewired_mse)
    axes.hist(test.rewired_mse, bins=12, color=style.BASELINE, label=f"rewired ({n_rewired})")
    axes.axvline(test.real_mse, color=style.STEP, linewidth=2, label="real graph")
    axes.axvline(
        test.no_graph_mse, color=style.CONTROL, linewidth=2, linestyle="--", label="no graph"
    )
    axes.set_title(f"does the graph help? p = {test.p:.3g}", fontsize=10)
    axes.set_xlabel("mean squared error (log2²)")
    axes.set_ylabel("graphs")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.ticklabel_format(axis="x", useOffset=False)
    axes.tick_params(axis="x", labelsize=8)
    axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def ablations(table: pd.DataFrame) -> Figure:
    """Each variant's error beside that of the whole.

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
    axes.set_yticks(place, names, fontsize=8)
    axes.set_xlabel("mean squared error (log2²)")
    axes.ticklabel_format(axis="x", useOffset=False)
    axes.legend(frameon=False, fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
