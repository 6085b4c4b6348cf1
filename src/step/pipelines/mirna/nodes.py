"""STEPmi as the forecaster under test."""

from functools import partial

import numpy as np
import pandas as pd

from step.embeddings.temporal import EmbeddingConfig
from step.forecasting.backtest import BacktestConfig
from step.models.step_mi import STEPmi, STEPmiConfig
from step.pipelines.modelling import NetworkSettings, compare_networks


class STEPmiSettings(NetworkSettings):
    """Shape, loss and training of a STEPmi."""

    model: STEPmiConfig


def forecast_mirna(
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    embeddings: dict[str, np.ndarray],
    network: STEPmiSettings,
    embedding: EmbeddingConfig,
    backtest: BacktestConfig,
) -> dict[str, object]:
    """Backtest STEPmi and forecast with it; see `compare_networks`."""
    build = partial(STEPmi, config=network.model)
    return compare_networks(expression, edges, embeddings, build, network, embedding, backtest)
