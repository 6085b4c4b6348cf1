"""What each ingredient of the networks is worth."""

import logging

import pandas as pd

from step.embeddings.engines import EmbeddingConfig
from step.embeddings.temporal import Embeddings
from step.forecasting.ablation import AblationSettings, ablate, tabulate
from step.forecasting.arms import NetworkRecipe
from step.forecasting.backtest import BacktestSettings, filter_courses
from step.forecasting.origins import forecast_origins
from step.forecasting.panel import panel_from_expression
from step.forecasting.training import NetworkSettings
from step.graphs.gene_graph import gene_graph

logger = logging.getLogger(__name__)


def ablate_network(
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    embeddings: Embeddings,
    network: NetworkSettings,
    embedding: EmbeddingConfig,
    backtest: BacktestSettings,
    ablation: AblationSettings,
) -> pd.DataFrame:
    """Backtest the network without each of its ingredients; see `tabulate`."""
    panel = panel_from_expression(expression)
    origins = forecast_origins(len(panel.times), backtest)
    graph = gene_graph(edges, panel.genes)
    recipe = NetworkRecipe(network.root, embedding, graph, embeddings.embeddings)
    courses = filter_courses(panel, origins, backtest.future_times, backtest.jobs)
    table = tabulate(ablate(courses, origins, recipe, ablation.n_seeds, backtest.jobs))
    logger.info("ablations, mean squared errors in log2²:\n%s", table.to_string(index=False))
    return table
