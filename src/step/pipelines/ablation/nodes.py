"""What each ingredient of a forecast is worth."""

import logging

import numpy as np
import pandas as pd

from step.embeddings.engines import EmbeddingConfig
from step.embeddings.temporal import Embeddings
from step.evaluation.significance import diebold_mariano
from step.forecasting.ablation import edge_weights, ingredients, likeness_of_embeddings, losses_of
from step.forecasting.backtest import BacktestSettings, Losses
from step.forecasting.in_context import NetworkSettings
from step.graphs.weights import weights_over_time
from step.pipelines.modelling.nodes import course_of
from step.runtime import Device

logger = logging.getLogger(__name__)


def ablate(
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    embeddings: Embeddings,
    network: NetworkSettings,
    backtest: BacktestSettings,
    embedding: EmbeddingConfig,
    device: Device,
) -> pd.DataFrame:
    """Backtest without each ingredient, and with other weights of the edges.

    Returns:
        One row a variant: variant; mse (log2²); against (the variant that it is held against, the
        first of its kind); change (of the error, relative to that one's); p (Diebold–Mariano over
        the origins; missing for the first of its kind).
    """
    course, origins, _ = course_of(expression, edges, network, backtest, device)
    graph = course.graphs["contact"]
    contact = edges.loc[edges["kind"] == "contact", "contact"].to_numpy(dtype=float)
    of_step, of_ridge = edge_weights(
        course,
        contact,
        weights_over_time(graph, course.panel.robust, embedding.expression_weight),
        likeness_of_embeddings(embeddings.embeddings, graph),
    )
    groups = [ingredients(course) | of_step, of_ridge]
    table = pd.concat(
        [_tabulate(losses_of(variants, course, origins)) for variants in groups], ignore_index=True
    )
    logger.info("ablations, mean squared errors in log2²:\n%s", table.to_string(index=False))
    return table


def _summed(loss: Losses) -> np.ndarray:
    """Sum of squared errors at each origin; missing where nothing was measured."""
    return np.where(loss.counted > 0, loss.mean * loss.counted, np.nan)


def _tabulate(losses: dict[str, Losses]) -> pd.DataFrame:
    """Tabulate variants, each held against the first."""
    first = next(iter(losses))
    whole = losses[first]
    return pd.DataFrame(
        {
            "variant": name,
            "mse": float(loss.mse),
            "against": first,
            "change": float(loss.mse / whole.mse) - 1.0,
            "p": np.nan if name == first else diebold_mariano(_summed(loss), _summed(whole)),
        }
        for name, loss in losses.items()
    )
