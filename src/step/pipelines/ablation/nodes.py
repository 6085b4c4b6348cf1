"""What each part of the networks is worth."""

import logging
from collections.abc import Callable

import numpy as np
import pandas as pd
from torch import nn

from step.embeddings.temporal import EmbeddingConfig
from step.evaluation.significance import diebold_mariano
from step.forecasting.ablation import Ablation, ablate
from step.forecasting.backtest import BacktestConfig
from step.forecasting.networks import Recipe
from step.forecasting.panel import panel_from_expression
from step.graphs.gene_graph import gene_graph
from step.models.step_mi import STEPmi
from step.models.step_mr import STEPmr
from step.pipelines.mirna.nodes import STEPmiSettings
from step.pipelines.modelling import NetworkSettings
from step.pipelines.mrna.nodes import STEPmrSettings

logger = logging.getLogger(__name__)


def ablate_mrna(
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    embeddings: dict[str, np.ndarray],
    network: STEPmrSettings,
    embedding: EmbeddingConfig,
    backtest: BacktestConfig,
    n_seeds: int,
) -> pd.DataFrame:
    """The table of STEPmr's variants; see `tabulate`."""
    return _table(STEPmr, expression, edges, embeddings, network, embedding, backtest, n_seeds)


def ablate_mirna(
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    embeddings: dict[str, np.ndarray],
    network: STEPmiSettings,
    embedding: EmbeddingConfig,
    backtest: BacktestConfig,
    n_seeds: int,
) -> pd.DataFrame:
    """The table of STEPmi's variants; see `tabulate`."""
    return _table(STEPmi, expression, edges, embeddings, network, embedding, backtest, n_seeds)


def _table(
    build: Callable[..., nn.Module],
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    embeddings: dict[str, np.ndarray],
    network: NetworkSettings,
    embedding: EmbeddingConfig,
    backtest: BacktestConfig,
    n_seeds: int,
) -> pd.DataFrame:
    panel = panel_from_expression(expression)
    recipe = Recipe(build, network.loss, network.training, embedding, backtest)
    graph = gene_graph(edges, panel.genes)
    values = embeddings["embeddings"]
    table = tabulate(ablate(panel, graph, values, build, network.model, recipe, n_seeds))
    logger.info("ablations, mean squared errors in log2²:\n%s", table.to_string(index=False))
    return table


def tabulate(found: list[Ablation]) -> pd.DataFrame:
    """One row a variant, the whole network first.

    Returns:
        variant; n_parameters; mse, lowest_mse and highest_mse over the seeds (of the forecast,
        log2²); network_mse (had the network been trusted fully); trust (λ at the last origin);
        change (mse relative to the whole network's, less 1); p (Diebold–Mariano over the origins,
        of the seeds' mean losses; missing for the whole network).
    """
    whole = found[0].losses.mean(axis=0)
    rows = []
    for each in found:
        by_seed, losses = each.losses.mean(axis=1), each.losses.mean(axis=0)
        rows.append(
            {
                "variant": each.variant,
                "n_parameters": each.n_parameters,
                "mse": losses.mean(),
                "lowest_mse": by_seed.min(),
                "highest_mse": by_seed.max(),
                "network_mse": each.network_losses.mean(),
                "trust": each.trust.mean(),
                "change": losses.mean() / whole.mean() - 1.0,
                "p": np.nan if each is found[0] else diebold_mariano(losses, whole),
            }
        )
    return pd.DataFrame(rows)
