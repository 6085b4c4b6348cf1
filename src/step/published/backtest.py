"""What the publication scored: networks on held-out windows, beside what needs no network.

The target is the last coordinate of an embedding that knows all times, so nothing here is a
forecast of expression.
"""

from dataclasses import dataclass

import joblib
import numpy as np
import pandas as pd

from step.graphs.gene_graph import GeneGraph
from step.published.autoregression import autoregress
from step.published.descent import choose_device
from step.published.embedding import EmbeddedCourse
from step.published.settings import PublishedNetwork, PublishedTraining
from step.published.training import fit_network
from step.published.windows import coordinate_windows, split_windows
from step.workers import ending_with_this_process


@dataclass(frozen=True)
class PublishedBacktest:
    """Forecasts of the held-out windows, and the networks that made them.

    Attributes:
        table: arm (step, autoregression, last_value), seed (missing where no network forecasts),
            origin, target_time, horizon, gene, observed, forecast.
        loss_curves: `FittedNetwork.curve` of all seeds.
        weights: The networks', by `seed/name`.
        held_out: The scored windows by their first times, in the order drawn, shape `[window]`.
    """

    table: pd.DataFrame
    loss_curves: pd.DataFrame
    weights: dict[str, np.ndarray]
    held_out: np.ndarray


def run_published(
    course: EmbeddedCourse, graph: GeneGraph, network: PublishedNetwork
) -> PublishedBacktest:
    """Fit a network with each seed, and forecast the held-out windows.

    Raises:
        InputError: There are too few times, or training diverged.
    """
    training = network.training
    split = split_windows(len(course.times), training)
    windows = coordinate_windows(course.embeddings, training.window)
    fitted = joblib.Parallel(n_jobs=_jobs(training), **ending_with_this_process())(
        joblib.delayed(fit_network)(windows, split, graph, network, seed) for seed in training.seeds
    )
    last = windows.rows[split.held_out, -1]
    forecasts = [("step", run.seed, run.forecast) for run in fitted]
    forecasts.append(("autoregression", None, autoregress(windows, split)))
    forecasts.append(("last_value", None, course.embeddings[last][..., -1]))
    return PublishedBacktest(
        table=pd.concat(
            [_rows(course, last, arm, seed, values) for arm, seed, values in forecasts],
            ignore_index=True,
        ),
        loss_curves=pd.concat([run.curve for run in fitted], ignore_index=True),
        weights={
            f"{run.seed}/{name}": value for run in fitted for name, value in run.weights.items()
        },
        held_out=split.held_out,
    )


def _jobs(training: PublishedTraining) -> int:
    """Networks to fit side by side: as many as there are processors for, one on a GPU."""
    if choose_device(training.device).type == "cuda":
        return 1
    return min(len(training.seeds), max(joblib.cpu_count() // training.threads, 1))


def _rows(
    course: EmbeddedCourse, last: np.ndarray, arm: str, seed: int | None, forecast: np.ndarray
) -> pd.DataFrame:
    """Tabulate an arm's forecasts, shape `[window, gene]`, of windows that end at `last`."""
    n_genes = len(course.genes)
    return pd.DataFrame(
        {
            "arm": arm,
            "seed": pd.array([seed] * forecast.size, dtype="Int64"),
            "origin": np.repeat(course.times[last], n_genes),
            "target_time": np.repeat(course.times[last + 1], n_genes),
            "horizon": 1,
            "gene": np.tile(course.genes, len(last)),
            "observed": course.embeddings[last + 1][..., -1].ravel().astype(float),
            "forecast": forecast.ravel().astype(float),
        }
    )
