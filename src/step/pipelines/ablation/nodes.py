"""What each ingredient of a forecast is worth."""

import logging

import pandas as pd

from step.forecasting.ablation import ablate
from step.forecasting.backtest import BacktestSettings
from step.forecasting.in_context import NetworkSettings
from step.pipelines.modelling.nodes import course_of

logger = logging.getLogger(__name__)


def ablate_network(
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    network: NetworkSettings,
    backtest: BacktestSettings,
) -> pd.DataFrame:
    """Backtest without each ingredient; see `step.forecasting.ablation.ablate`."""
    course, origins, _ = course_of(expression, edges, network, backtest)
    table = ablate(course, origins)
    logger.info("ablations, mean squared errors in log2²:\n%s", table.to_string(index=False))
    return table
