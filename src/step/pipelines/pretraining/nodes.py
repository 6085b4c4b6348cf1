"""Networks pretrained on simulated courses."""

import logging
from typing import Any, Protocol

from matplotlib.figure import Figure

from step.figures.pretraining import learning_curves
from step.forecasting.in_context import PretrainedNetwork, load_pretrained
from step.forecasting.pretraining import Checkpoint, PretrainingSettings, finished, pretrain
from step.models.in_context import InContextConfig
from step.runtime import Device

logger = logging.getLogger(__name__)


class Checkpoints(Protocol):
    """Where a long computation stands."""

    def latest(self) -> Any | None:
        """Return what was kept last."""

    def keep(self, data: Any) -> None:
        """Keep where it stands."""


def pretrain_network(
    network: InContextConfig,
    training: PretrainingSettings,
    checkpoints: Checkpoints,
    device: Device,
) -> PretrainedNetwork:
    """Pretrain a network, from where an earlier run of the same settings ended."""
    begun: Checkpoint | None = checkpoints.latest()
    basis = None
    if training.from_pretrained:
        own = training.from_pretrained is True
        basis = load_pretrained(network.kind if own else training.from_pretrained)
    state = begun
    for state in pretrain(network, training, begun, device, basis):
        checkpoints.keep(state)
        ratio = state.card.validation[-1]
        logger.info(
            "%s, step %d: error on held-back courses %.4f of the local level's, %.4f of that of "
            "each course's best arm",
            network.kind,
            state.card.steps,
            ratio["all"],
            ratio["best_arm"],
        )
    if state is None:
        raise ValueError("Nothing was trained.")
    return finished(state, training, basis)


def draw_learning_curves(*networks: PretrainedNetwork) -> Figure:
    """How much the networks learned with each round of pretraining."""
    return learning_curves({each.card.network["kind"]: each.card for each in networks})
