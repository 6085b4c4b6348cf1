"""Small tables as a backtest leaves them."""

import numpy as np
import pandas as pd

FIRST_TARGET = 6


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
    """A backtest in which `step` errs by 0.3 log2, `ses` by 0.6, and the last value as it does."""
    rng = np.random.default_rng(seed)
    target = values[FIRST_TARGET:]
    forecasts = {
        "step": target + rng.normal(0, 0.3, target.shape),
        "ses": target + rng.normal(0, 0.6, target.shape),
        "last_value": values[FIRST_TARGET - 1 : -1],
    }
    return pd.concat(
        [arm_rows(arm, values, forecast) for arm, forecast in forecasts.items()], ignore_index=True
    )


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
