"""The networks by configuration: shape and loss of the network that `kind` names."""

from typing import Literal

from torch import nn

from step.models.losses import LossConfig
from step.models.step_mi import STEPmi, STEPmiConfig
from step.models.step_mr import STEPmr, STEPmrConfig
from step.typed import settings


@settings
class STEPmrSettings:
    """Shape and loss of a STEPmr.

    Attributes:
        kind: Names the network.
        model: Its shape.
        loss: What it is fitted by.
    """

    kind: Literal["STEPmr"]
    model: STEPmrConfig
    loss: LossConfig

    def build(self, in_channels: int) -> nn.Module:
        """Make the network, with random weights."""
        return STEPmr(in_channels, self.model)


@settings
class STEPmiSettings:
    """Shape and loss of a STEPmi.

    Attributes:
        kind: Names the network.
        model: Its shape.
        loss: What it is fitted by.
    """

    kind: Literal["STEPmi"]
    model: STEPmiConfig
    loss: LossConfig

    def build(self, in_channels: int) -> nn.Module:
        """Make the network, with random weights."""
        return STEPmi(in_channels, self.model)
