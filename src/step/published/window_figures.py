"""Figures of the held-out windows and of the embedding, time by time."""

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure
from sklearn.manifold import TSNE

from step.figures import style
from step.figures.changes import change_histogram
from step.published.figures import ARMS

N_PATHS = 6
NEAR = 30.0  # points that t-SNE counts as near


def changes(backtest: pd.DataFrame) -> Figure:
    """Draw the coordinate's changes, observed and as the network and an autoregression forecast.

    Args:
        backtest: arm, seed, origin, gene, observed, forecast.
    """
    last = backtest[backtest["arm"] == "last_value"].set_index(["origin", "gene"])
    forecasts = {}
    for arm in ("step", "autoregression"):
        rows = backtest[backtest["arm"] == arm].set_index(["origin", "gene"])
        change = (rows["forecast"] - last["forecast"].reindex(rows.index)).to_numpy(dtype=float)
        seeds = max(rows["seed"].nunique(), 1)
        label, colour = ARMS[arm]
        forecasts[f"{label}, {seeds} seeds" if seeds > 1 else label] = (colour, change)
    observed = (last["observed"] - last["forecast"]).to_numpy(dtype=float)
    return change_histogram(observed, forecasts, "change of the coordinate from its last value")


@rc_context(style.STYLE)
def accuracy_by_time(backtest: pd.DataFrame) -> Figure:
    """Draw error and correlation at each held-out time, of each arm.

    Args:
        backtest: arm, seed, target_time, gene, observed, forecast.
    """
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    for arm, (label, colour) in ARMS.items():
        rows = backtest[backtest["arm"] == arm]
        # The mean over the seeds of each time's score, as everywhere in the report.
        scores = rows.groupby(["target_time", rows["seed"].fillna(0)]).apply(
            _scores_at, include_groups=False
        )
        by_time = scores.groupby("target_time").mean()
        above.plot(by_time.index, by_time["mse"], "o-", color=colour, ms=4, lw=1, label=label)
        below.plot(by_time.index, by_time["pearson"], "o-", color=colour, ms=4, lw=1)
    above.set_ylim(bottom=0)
    above.set_ylabel("MSE")
    below.set_ylabel("Pearson\nover genes")
    below.set_xlabel("time forecast, held-out windows (days)")
    figure.legend(loc="outside upper center", ncols=len(ARMS))
    return figure


def _scores_at(rows: pd.DataFrame) -> pd.Series:
    """Error and correlation over the genes of one time; NaN where one does not vary."""
    observed, forecast = rows["observed"], rows["forecast"]
    varies = len(rows) > 1 and np.ptp(observed) > 0 and np.ptp(forecast) > 0
    pearson = observed.corr(forecast) if varies else np.nan
    return pd.Series({"mse": ((observed - forecast) ** 2).mean(), "pearson": pearson})


@rc_context(style.STYLE)
def embedding_paths(embeddings: np.ndarray, genes: np.ndarray) -> Figure:
    """Draw the paths of the genes whose embedding moves most, laid out by t-SNE.

    Args:
        embeddings: Shape `[time, gene, dimension]`.
        genes: In their order.
    """
    moved = np.linalg.norm(np.diff(embeddings, axis=0), axis=2).sum(axis=0)
    chosen = np.argsort(-moved, kind="stable")[:N_PATHS]
    points = embeddings[:, chosen].astype(float)
    flat = points.reshape(-1, points.shape[-1])
    near = min(NEAR, max((len(flat) - 1) / 3, 1.0))
    layout = TSNE(perplexity=near, init="pca", random_state=1).fit_transform(flat)
    path = layout.reshape(*points.shape[:2], 2)
    figure = Figure(figsize=(7.5, 4.8), layout="constrained")
    axes = figure.add_subplot()
    for number, (gene, colour) in enumerate(zip(chosen, style.OKABE_ITO, strict=False)):
        x, y = path[:, number].T
        axes.plot(x, y, ".-", color=colour, lw=0.8, ms=4, label=style.shown_name(genes[gene], 18))
        axes.plot(x[0], y[0], "o", markerfacecolor="white", color=colour, markersize=6)
        axes.plot(x[-1], y[-1], "o", color=colour, markersize=7)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlabel("t-SNE 1")
    axes.set_ylabel("t-SNE 2")
    axes.legend(
        title="genes that move most\n○ first time, ● last time",
        alignment="left",
        loc="center left",
        bbox_to_anchor=(1.0, 0.5),
    )
    return figure
