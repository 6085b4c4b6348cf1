"""STEPmr as the forecaster under test."""

from functools import partial

import numpy as np
import pandas as pd

from step.embeddings.temporal import EmbeddingConfig
from step.forecasting.backtest import BacktestConfig
from step.models.step_mr import STEPmr, STEPmrConfig
from step.pipelines.modelling import NetworkSettings, compare_networks


class STEPmrSettings(NetworkSettings):
    """Shape, loss and training of a STEPmr."""

    model: STEPmrConfig


def forecast_mrna(
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    embeddings: dict[str, np.ndarray],
    network: STEPmrSettings,
    embedding: EmbeddingConfig,
    backtest: BacktestConfig,
) -> dict[str, object]:
    """Backtest STEPmr and forecast with it; see `compare_networks`."""
    build = partial(STEPmr, config=network.model)
    return compare_networks(expression, edges, embeddings, build, network, embedding, backtest)
