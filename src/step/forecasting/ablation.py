"""What each ingredient of a network is worth: the same backtest without it."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

import joblib
import numpy as np
import pandas as pd

from step.evaluation.significance import diebold_mariano
from step.forecasting.arms.network import NetworkForecaster
from step.forecasting.arms.registry import NetworkRecipe
from step.forecasting.backtest import scored_loss
from step.forecasting.course import Course
from step.forecasting.network_backtest import run_network
from step.forecasting.origins import Origins
from step.forecasting.training import TrainedNetwork
from step.models.step_mi import STEPmiConfig
from step.progress import progress
from step.typed import between, settings

BLOCKS = (1, 2, 3)
COMPONENTS = ("error", "direction", "trend", "consistency")


@settings
class AblationSettings:
    """How often each variant is backtested.

    Attributes:
        n_seeds: Seeds to train with.
    """

    n_seeds: Annotated[int, between(1, 100)]


@dataclass(frozen=True)
class Variant:
    """A network that differs from the whole one in one respect.

    Attributes:
        name: What differs.
        network: Kind, shape and loss.
        embedded: Whether the network sees the genes' embeddings.
    """

    name: str
    network: TrainedNetwork
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


def variants(network: TrainedNetwork) -> list[Variant]:
    """List the whole network, one to three blocks, and the network without each ingredient.

    Blocks are of the last width. Without neighbours, the graph convolution keeps its first term
    alone.
    """
    whole = Variant("whole", network, True)
    first, last = network.model.channels[0], network.model.channels[-1]
    changes: dict[str, dict[str, Any]] = {
        f"{number} block{'s' if number > 1 else ''}": {"channels": (first, *[last] * number)}
        for number in BLOCKS
    }
    changes |= {"without gate": {"gate": False}, "without neighbours": {"chebyshev_order": 1}}
    if isinstance(network.model, STEPmiConfig):
        changes |= {
            "without LSTM": {"lstm_layers": 0},
            "without attention": {"attention_layers": 0},
        }
    else:
        changes |= {"without attention": {"attention": False}}
    shapes = [Variant(name, _reshaped(network, change), True) for name, change in changes.items()]
    weights: dict[str, dict[str, Any]] = {name: {f"{name}_weight": 0.0} for name in COMPONENTS}
    losses = [
        Variant(f"without {name} loss", replace(network, loss=replace(network.loss, **zero)), True)
        for name, zero in weights.items()
    ]
    return [whole, *shapes, Variant("without embedding", network, False), *losses]


def _reshaped(network: TrainedNetwork, change: dict[str, Any]) -> TrainedNetwork:
    model: Any = replace(network.model, **change)
    return replace(network, model=model)


def ablate(
    courses: list[Course], origins: Origins, recipe: NetworkRecipe, n_seeds: int, jobs: int
) -> list[Ablation]:
    """Backtest every variant on the real graph, with several seeds each.

    Args:
        courses: Of all origins and of the whole panel, which is last.
        origins: The origins.
        recipe: The whole network, and the graph.
        n_seeds: Seeds to train with, from the recipe's own on; how far they differ tells what a
            difference between variants is worth.
        jobs: Processes that work side by side.
    """
    tested = variants(recipe.network)
    first = recipe.network.training.seed
    seeds = range(first, first + n_seeds)
    tasks = (
        joblib.delayed(_losses)(courses, origins, recipe, variant, seed)
        for variant in tested
        for seed in seeds
    )
    runs = list(
        progress(
            joblib.Parallel(n_jobs=jobs, return_as="generator")(tasks),
            len(tested) * n_seeds,
            "variants of the network",
        )
    )
    by_variant = [runs[start : start + n_seeds] for start in range(0, len(runs), n_seeds)]
    return [
        Ablation(
            variant.name,
            own[0][3],
            np.stack([losses for losses, *_ in own]),
            np.stack([network_losses for _, network_losses, *_ in own]),
            np.array([trust for _, _, trust, _ in own]),
        )
        for variant, own in zip(tested, by_variant, strict=True)
    ]


def _losses(
    courses: list[Course], origins: Origins, recipe: NetworkRecipe, variant: Variant, seed: int
) -> tuple[np.ndarray, np.ndarray, float, int]:
    """Losses at each scored origin, with and without λ; the last λ; the number of parameters."""
    embeddings = recipe.embeddings if variant.embedded else recipe.embeddings[..., :0]
    training = replace(variant.network.training, seed=seed)
    network = replace(variant.network, training=training)
    own = replace(recipe, network=network, embeddings=embeddings)
    run = run_network(courses, NetworkForecaster(own))
    panel = courses[-1].panel
    return (
        scored_loss(run.forecast, panel, origins),
        scored_loss(run.untrusted, panel, origins),
        float(run.trust[-1]),
        sum(weight.size for weight in run.weights.values()),
    )


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
