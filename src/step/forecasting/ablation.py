"""What each part of a network is worth: the same backtest without it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import joblib
import numpy as np
from torch import nn

from step.forecasting.backtest import forecast_origins
from step.forecasting.networks import Recipe, run_network
from step.forecasting.panel import Panel
from step.graphs.gene_graph import GeneGraph
from step.models.losses import LossConfig
from step.models.step_mi import STEPmiConfig
from step.models.step_mr import STEPmrConfig

NetworkConfig = STEPmrConfig | STEPmiConfig
BLOCKS = (1, 2, 3)
COMPONENTS = ("error", "direction", "trend", "consistency")


@dataclass(frozen=True)
class Variant:
    """A network that differs from the whole one in one respect.

    Attributes:
        name: What differs.
        config: Shape of the network.
        loss: Weights of the loss.
        embedded: Whether the network sees the genes' embeddings.
    """

    name: str
    config: NetworkConfig
    loss: LossConfig
    embedded: bool


@dataclass(frozen=True)
class Ablation:
    """How a variant forecast.

    Attributes:
        variant: Its name.
        n_parameters: Of the network.
        losses: Mean squared error over the genes, log2², shape `[seed, scored origin]`.
        network_losses: The same, had the network been trusted fully at every origin.
        trust: λ at the last origin, shape `[seed]`.
    """

    variant: str
    n_parameters: int
    losses: np.ndarray
    network_losses: np.ndarray
    trust: np.ndarray


def variants(config: NetworkConfig, loss: LossConfig) -> list[Variant]:
    """The whole network, one to three blocks, and the network without each of its parts.

    Blocks are of the last width. Without neighbours, the graph convolution keeps its first term
    alone.
    """
    whole = Variant("whole", config, loss, True)
    first, last = config.channels[0], config.channels[-1]
    changes: dict[str, dict[str, object]] = {
        f"{number} block{'s' if number > 1 else ''}": {"channels": (first, *[last] * number)}
        for number in BLOCKS
    }
    changes |= {"without gate": {"gate": False}, "without neighbours": {"chebyshev_order": 1}}
    if isinstance(config, STEPmiConfig):
        changes |= {
            "without LSTM": {"lstm_layers": 0},
            "without attention": {"attention_layers": 0},
        }
    else:
        changes |= {"without attention": {"attention": False}}
    shapes = [replace(whole, name=name, config=replace(config, **c)) for name, c in changes.items()]
    blind = replace(whole, name="without embedding", embedded=False)
    losses = [
        replace(whole, name=f"without {name} loss", loss=replace(loss, **{f"{name}_weight": 0.0}))
        for name in COMPONENTS
    ]
    return [whole, *shapes, blind, *losses]


def ablate(
    panel: Panel,
    edges: GeneGraph,
    embeddings: np.ndarray,
    network: Callable[..., nn.Module],
    config: NetworkConfig,
    recipe: Recipe,
    n_seeds: int,
) -> list[Ablation]:
    """Backtest every variant on the real graph, with several seeds each.

    Args:
        panel: All times.
        edges: The graph.
        embeddings: Shape `[time, gene, dimension]`.
        network: `STEPmr` or `STEPmi`.
        config: Shape of the whole network.
        recipe: The whole forecaster.
        n_seeds: Seeds to train with, from the recipe's own on; how far they differ tells what a
            difference between variants is worth.
    """
    tested = variants(config, recipe.loss)
    seeds = range(recipe.training.seed, recipe.training.seed + n_seeds)
    tasks = (
        joblib.delayed(_losses)(panel, edges, embeddings, network, variant, recipe, seed)
        for variant in tested
        for seed in seeds
    )
    runs = joblib.Parallel(n_jobs=recipe.backtest.jobs)(tasks)
    found = []
    for number, variant in enumerate(tested):
        losses, alone, trust, n_parameters = zip(
            *runs[number * n_seeds : (number + 1) * n_seeds], strict=True
        )
        found.append(
            Ablation(
                variant.name,
                n_parameters[0],
                np.stack(losses),
                np.stack(alone),
                np.array(trust),
            )
        )
    return found


def _losses(
    panel: Panel,
    edges: GeneGraph,
    embeddings: np.ndarray,
    network: Callable[..., nn.Module],
    variant: Variant,
    recipe: Recipe,
    seed: int,
) -> tuple[np.ndarray, np.ndarray, float, int]:
    """Losses at each scored origin, with and without λ; the last λ; the number of parameters."""
    own = replace(
        recipe,
        build=partial(network, config=variant.config),
        loss=variant.loss,
        training=replace(recipe.training, seed=seed),
    )
    run = run_network(panel, edges, embeddings if variant.embedded else embeddings[..., :0], own)
    origins = forecast_origins(len(panel.times), recipe.backtest)
    observed = panel.mean[origins.every + 1]
    scored = slice(origins.n_warm_up, None)
    by_forecast = np.nanmean((observed - run.forecast) ** 2, axis=1)[scored]
    alone = np.nanmean((observed - (run.level + run.correction)[:-1]) ** 2, axis=1)[scored]
    return by_forecast, alone, float(run.trust[-1]), sum(w.size for w in run.weights.values())
