"""Small networks, embeddings and backtests that the tests share."""

from dataclasses import replace

import numpy as np

from step.embeddings.engines import EmbeddingConfig
from step.embeddings.temporal import temporal_embedding
from step.forecasting.arms import NetworkRecipe
from step.forecasting.backtest import BacktestSettings, filter_courses
from step.forecasting.course import Course
from step.forecasting.origins import Origins, forecast_origins
from step.forecasting.panel import Panel
from step.forecasting.training import TrainedSTEPmi, TrainedSTEPmr, TrainingSettings
from step.graphs.gene_graph import GeneGraph
from step.graphs.weights import weights_over_time
from step.models.losses import LossConfig
from step.models.step_mi import STEPmiConfig
from step.models.step_mr import STEPmrConfig

LOSS = LossConfig(
    error="mse",
    error_weight=1.0,
    direction_weight=0.02,
    trend_weight=0.02,
    consistency_weight=0.02,
    roughness=0.1,
)
TRAINING = TrainingSettings(
    window=3, initial_steps=40, update_steps=2, learning_rate=0.01, weight_decay=0.3, seed=1
)
MR = TrainedSTEPmr(
    kind="STEPmr",
    model=STEPmrConfig(
        channels=(8, 8, 8),
        dense_channels=4,
        head_channels=(8, 4),
        dropout=0.3,
        norm_over_genes=False,
        corrects=True,
    ),
    loss=LOSS,
    training=TRAINING,
)
MI = TrainedSTEPmi(
    kind="STEPmi",
    model=STEPmiConfig(
        channels=(4, 4, 4, 4),
        lstm_layers=1,
        lstm_hidden=4,
        output_channels=4,
        attention_heads=2,
        attention_layers=1,
        head_channels=(8, 4),
        norm_over_genes=False,
        corrects=True,
    ),
    loss=LOSS,
    training=TRAINING,
)
NETWORKS = {"mr": MR, "mi": MI}
EMBEDDING = EmbeddingConfig(
    dimensions=2,
    walk_length=8,
    walks_per_node=4,
    context=3,
    first_epochs=1,
    p=1.0,
    q=1.0,
    expression_weight=0.4,
    seed=1,
)
BACKTEST = BacktestSettings(
    history_share=0.25,
    scored_share=0.5,
    coverage=0.9,
    simple_arms=("last_value", "gene_mean", "ses", "local_level"),
    rewirings=19,
    future_times=2,
    jobs=1,
    seed=7,
)


def recipe_on(
    graph: GeneGraph, panel: Panel, network: TrainedSTEPmr | TrainedSTEPmi = MR, **training: object
) -> NetworkRecipe:
    """The recipe of a network on a graph, with other settings of its training."""
    weights = weights_over_time(graph, panel.robust, EMBEDDING.expression_weight)
    embeddings = temporal_embedding(graph, weights, EMBEDDING)
    own = replace(network, training=replace(network.training, **training))
    return NetworkRecipe(own, EMBEDDING, graph, embeddings)


def quick_recipe(graph: GeneGraph, panel: Panel, network: str, **training: object) -> NetworkRecipe:
    """A recipe that trains for a few steps."""
    few = {"initial_steps": 3, "update_steps": 1} | training
    return recipe_on(graph, panel, NETWORKS[network], **few)


def courses_of(panel: Panel) -> tuple[list[Course], Origins]:
    """The courses of a backtest, and its origins."""
    origins = forecast_origins(len(panel.times), BACKTEST)
    return filter_courses(panel, origins, BACKTEST.future_times, BACKTEST.jobs), origins


def scrambled_after(panel: Panel, origin: int) -> Panel:
    """The same panel with every value after an origin changed."""
    rng = np.random.default_rng(0)
    later = slice(origin + 1, None)
    changed = {
        name: getattr(panel, name).copy()
        for name in ("mean", "robust", "replicate_variance", "n_replicates")
    }
    changed["mean"][later] += rng.normal(0, 50, changed["mean"][later].shape)
    changed["robust"][later] = np.nan
    changed["replicate_variance"][later] *= 100
    changed["n_replicates"][later] += 3
    return replace(panel, **changed)
