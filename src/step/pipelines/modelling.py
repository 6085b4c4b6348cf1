"""What modelling both assays have in common: baselines, the network's arms, and their backtest."""

import logging
from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from kedro.pipeline import Node, Pipeline
from pydantic import BaseModel, ConfigDict

import step
from step.embeddings.temporal import EmbeddingConfig
from step.evaluation.significance import permutation_p
from step.forecasting.backtest import BacktestConfig, Origins, arm_table, forecast_origins
from step.forecasting.baselines import BASELINES
from step.forecasting.comparison import compare_graphs, scored_mse
from step.forecasting.intervals import next_half_width
from step.forecasting.networks import BuildModel, NetworkRun, Recipe, TrainingConfig
from step.forecasting.panel import Panel, panel_from_expression
from step.graphs.gene_graph import gene_graph
from step.models.losses import LossConfig

logger = logging.getLogger(__name__)


class NetworkSettings(BaseModel):
    """What both networks' settings hold beside the network's own shape, `model`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    loss: LossConfig
    training: TrainingConfig


def backtest_baselines(expression: pd.DataFrame, backtest: BacktestConfig) -> pd.DataFrame:
    """The scored forecasts of all baselines, tidy."""
    panel = panel_from_expression(expression)
    origins = forecast_origins(len(panel.times), backtest)
    tables = []
    for arm, forecast in BASELINES.items():
        made = np.stack([forecast(panel.until(origin)) for origin in origins.every])
        tables.append(arm_table(arm, made, panel, origins, backtest.coverage))
        logger.info("backtest of %s done: %d origins", arm, len(origins.every))
    return pd.concat(tables, ignore_index=True)


def compare_networks(
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    embeddings: dict[str, np.ndarray],
    build: BuildModel,
    settings: NetworkSettings,
    embedding: EmbeddingConfig,
    backtest: BacktestConfig,
) -> dict[str, object]:
    """Backtest the network on the real graph, on none and on rewired ones, and forecast.

    Returns:
        network_backtest (tidy), graph_test, forecast (tidy), loss_curves, model (weights, card).
    """
    panel = panel_from_expression(expression)
    origins = forecast_origins(len(panel.times), backtest)
    recipe = Recipe(build, settings.loss, settings.training, embedding, backtest)
    graph = gene_graph(edges, panel.genes)
    compared = compare_graphs(panel, graph, embeddings["embeddings"], recipe)
    arms = {"step": compared.step, "step_no_graph": compared.step_no_graph}
    tables = [
        arm_table(arm, run.forecast, panel, origins, backtest.coverage) for arm, run in arms.items()
    ]
    test = {
        "real_mse": scored_mse(compared.step, panel, backtest),
        "no_graph_mse": scored_mse(compared.step_no_graph, panel, backtest),
    }
    if len(graph.first) and compared.rewired_mse:  # else there is nothing to test
        test["rewired_mse"] = compared.rewired_mse
        test["p"] = permutation_p(test["real_mse"], compared.rewired_mse)
    return {
        "network_backtest": pd.concat(tables, ignore_index=True),
        "graph_test": test,
        "forecast": _future(compared.step, panel, origins, backtest.coverage),
        "loss_curves": compared.step.curves,
        "model": (
            compared.step.weights,
            {
                "step_version": step.__version__,
                "genes": panel.genes.tolist(),
                "times": panel.times.tolist(),
                "network": type(settings).__name__.removesuffix("Settings"),
                "trust": float(compared.step.trust[-1]),
                "scale_log2": compared.step.scale,
                "torch_version": torch.__version__,
                "settings": settings.model_dump(),
                "embedding_dimensions": embedding.dimensions,
            },
        ),
    }


def _future(run: NetworkRun, panel: Panel, origins: Origins, coverage: float) -> pd.DataFrame:
    """Forecasts of the times after the last: gene, time, horizon, forecast, lower, upper."""
    errors = panel.mean[origins.every + 1] - run.forecast
    half = next_half_width(errors, coverage) * run.future_spread
    future = np.where(np.isnan(panel.mean).all(axis=0), np.nan, run.future)  # never measured
    n_future, n_genes = future.shape
    horizon = np.arange(1, n_future + 1)
    return pd.DataFrame(
        {
            "gene": np.tile(panel.genes, n_future),
            "time": np.repeat(panel.times[-1] + horizon * panel.usual_step(), n_genes),
            "horizon": np.repeat(horizon, n_genes),
            "forecast": future.ravel(),
            "lower": (future - half).ravel(),
            "upper": (future + half).ravel(),
        }
    )


def combine_backtests(baselines: pd.DataFrame, networks: pd.DataFrame) -> pd.DataFrame:
    """All arms, the network's first."""
    return pd.concat([networks, baselines], ignore_index=True)


def modelling_pipeline(assay: str, forecast_assay: Callable[..., dict[str, object]]) -> Pipeline:
    """Backtest and forecast of one assay.

    Args:
        assay: `mrna` or `mirna`.
        forecast_assay: The assay's node around `compare_networks`.
    """
    made = ["network_backtest", "graph_test", "forecast", "loss_curves", "model"]
    return Pipeline(
        [
            Node(
                backtest_baselines,
                ["expression", "params:backtest"],
                "baseline_backtest",
                name="backtest_baselines",
            ),
            Node(
                forecast_assay,
                [
                    "expression",
                    "edges",
                    "embeddings",
                    "params:network",
                    "params:embedding",
                    "params:backtest",
                ],
                {name: name for name in made},
                name="compare_networks",
            ),
            Node(
                combine_backtests,
                ["baseline_backtest", "network_backtest"],
                "backtest",
                name="combine_backtests",
            ),
        ],
        namespace=f"modelling.{assay}",
        inputs={name: f"{assay}.{name}" for name in ("expression", "edges", "embeddings")},
        outputs={name: f"{assay}.{name}" for name in ["backtest", *made[1:]]},
        parameters={
            "params:network": f"params:{assay}.network",
            "params:embedding": f"params:{assay}.embedding",
            "params:backtest": "params:backtest",
        },
        tags="modelling",
    )
