"""Small tables as a backtest leaves them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from step.evaluation.graph_test import GraphTest, graph_test
from step.forecasting.backtest import Losses

FIRST_TARGET = 6
COUNTED = np.full(8, 32)  # powers of two, so that means are exact


def course(n_genes: int = 30, n_times: int = 18, seed: int = 0) -> np.ndarray:
    """Random walks, log2, shape `[time, gene]`."""
    return np.cumsum(np.random.default_rng(seed).normal(size=(n_times, n_genes)), axis=0) + 8


def expression_of(values: np.ndarray) -> pd.DataFrame:
    """The expression table of genes g0, g1, … at times 0, 1, …"""
    n_times, n_genes = values.shape
    return pd.DataFrame(
        {
            "gene": np.tile([f"g{n}" for n in range(n_genes)], n_times),
            "time": np.repeat(np.arange(n_times, dtype=float), n_genes),
            "mean": values.ravel(),
            "standard_error": 0.1,
            "n_replicates": 3,
        }
    )


def arm_rows(arm: str, values: np.ndarray, forecast: np.ndarray) -> pd.DataFrame:
    """The backtest of one arm.

    Args:
        arm: Its name.
        values: The whole course.
        forecast: Of the times from the sixth on.
    """
    target = values[FIRST_TARGET:]
    n_origins, n_genes = target.shape
    times = np.arange(len(values), dtype=float)
    return pd.DataFrame(
        {
            "arm": arm,
            "origin": np.repeat(times[FIRST_TARGET - 1 : -1], n_genes),
            "target_time": np.repeat(times[FIRST_TARGET:], n_genes),
            "horizon": 1,
            "gene": np.tile([f"g{n}" for n in range(n_genes)], n_origins),
            "observed": target.ravel(),
            "forecast": forecast.ravel(),
            "lower": forecast.ravel() - 0.5,
            "upper": forecast.ravel() + 0.5,
        }
    )


def backtest_of(values: np.ndarray, seed: int = 1) -> pd.DataFrame:
    """A backtest in which `step` errs by 0.3 log2, `ses` by 0.6, and the last value as it does.

    `step_no_graph` forecasts even genes as `step` does, and errs more in the others.
    """
    rng = np.random.default_rng(seed)
    target = values[FIRST_TARGET:]
    forecasts = {
        "step": target + rng.normal(0, 0.3, target.shape),
        "ses": target + rng.normal(0, 0.6, target.shape),
        "last_value": values[FIRST_TARGET - 1 : -1],
    }
    more = np.where(np.arange(target.shape[1]) % 2, rng.normal(0, 0.6, target.shape), 0.0)
    forecasts["step_no_graph"] = forecasts["step"] + more
    return pd.concat(
        [arm_rows(arm, values, forecast) for arm, forecast in forecasts.items()], ignore_index=True
    )


def graph_test_of(
    real: float,
    no_graph: float,
    rewired: Sequence[float],
    n_edges: int,
    shifted: Sequence[float] = (),
) -> GraphTest:
    """The graph test of errors that are the same at every origin."""
    losses = [Losses(np.full(8, mse), COUNTED) for mse in (real, no_graph)]
    controls = [
        np.repeat(np.array(each, dtype=float)[:, None], 8, axis=1) for each in (rewired, shifted)
    ]
    return graph_test(*losses, n_edges, *controls)


def weights_of(n_genes: int) -> pd.DataFrame:
    """What `step` leans on: the last value of even genes, smoothing of odd ones."""
    names = [f"g{n}" for n in range(n_genes)]
    even = np.arange(n_genes) % 2 == 0
    return pd.concat(
        [
            pd.DataFrame({"gene": names, "arm": "last_value", "weight": np.where(even, 0.6, 0.4)}),
            pd.DataFrame({"gene": names, "arm": "ses", "weight": np.where(even, 0.4, 0.6)}),
        ]
    )


def edges_of(n_genes: int) -> pd.DataFrame:
    """Contacts of each gene with the next."""
    names = [f"g{n}" for n in range(n_genes)]
    return pd.DataFrame({"gene_1": names[:-1], "gene_2": names[1:], "kind": "contact"})


def genes_of(n_genes: int) -> pd.DataFrame:
    """Places and noise of the genes: g1 has no place, g2 is mostly below the background."""
    names = [f"g{n}" for n in range(n_genes)]
    return pd.DataFrame(
        {
            "gene": names,
            "symbol": [name.upper() for name in names],
            "chrom": ["chr1", None, *["chr1"] * (n_genes - 2)],
            "tss": [1000.0, np.nan, *np.arange(2000.0, 2000.0 + n_genes - 2)],
            "unplaced": [None, "why", *[None] * (n_genes - 2)],
            "reliability": 0.9,
            "noise_variance": 0.01,
            "detected_share": [1.0, 1.0, 0.1, *[1.0] * (n_genes - 3)],
        }
    )
