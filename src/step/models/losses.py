"""The loss: its components, each by itself, and their weighted sum.

All take forecasts, targets and the last observed level as `[batch, gene]`; a target that was not
measured is NaN and counts in no comparison with targets. The trend also takes the history,
`[batch, time, gene]`.
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from step.typed import Weight, settings


@settings
class LossConfig:
    """Weights of the loss components (published: Kaya & Sefer, bioRxiv 2025).

    Attributes:
        error: `"mse"` (STEPmr) or `"l1"` (STEPmi).
        error_weight: Weight of the error itself.
        direction_weight: Weight of the direction of change.
        trend_weight: Weight of the agreement with the history's course.
        consistency_weight: Weight of the distance from the last level.
        roughness: Weight c of the mean absolute step, inside the trend.
    """

    error: Literal["mse", "l1"]
    error_weight: Weight
    direction_weight: Weight
    trend_weight: Weight
    consistency_weight: Weight
    roughness: Weight

    def __post_init__(self) -> None:
        """Raise ValueError unless a component has a weight."""
        weights = (
            self.error_weight,
            self.direction_weight,
            self.trend_weight,
            self.consistency_weight,
        )
        if not any(weights):
            raise ValueError("error_weight is 0, as are the other weights; one must be above 0")


def error_loss(forecast: Tensor, target: Tensor, kind: str) -> Tensor:
    """Mean squared (`"mse"`) or absolute (`"l1"`) error."""
    seen = ~target.isnan()
    if kind == "mse":
        return functional.mse_loss(forecast[seen], target[seen])
    return functional.l1_loss(forecast[seen], target[seen])


def direction_loss(forecast: Tensor, target: Tensor, last: Tensor) -> Tensor:
    """1 − cos(ŷ − last, y − last), the angle taken over the genes of a window, then averaged."""
    seen = ~target.isnan()
    predicted = torch.where(seen, forecast - last, 0.0)
    observed = torch.where(seen, target.nan_to_num() - last, 0.0)
    return (1.0 - functional.cosine_similarity(predicted, observed, dim=1)).mean()


def trend_loss(forecast: Tensor, target: Tensor, history: Tensor, roughness: float) -> Tensor:
    """1 − correlation of (history, ŷ) with (history, y) along time + c · mean |first difference|.

    Args:
        forecast: Shape `[batch, gene]`.
        target: Shape `[batch, gene]`.
        history: Shape `[batch, time, gene]`, ending with the last observed level.
        roughness: The weight c of the mean absolute first difference of (history, ŷ).
    """
    target = torch.where(target.isnan(), forecast.detach(), target)
    predicted = torch.cat([history, forecast[:, None]], dim=1)
    observed = torch.cat([history, target[:, None]], dim=1)
    correlation = functional.cosine_similarity(
        predicted - predicted.mean(dim=1, keepdim=True),
        observed - observed.mean(dim=1, keepdim=True),
        dim=1,
    )
    return (1.0 - correlation).mean() + roughness * predicted.diff(dim=1).abs().mean()


def consistency_loss(forecast: Tensor, last: Tensor) -> Tensor:
    """Mean |ŷ − last|."""
    return (forecast - last).abs().mean()


def loss_components(
    forecast: Tensor, target: Tensor, history: Tensor, config: LossConfig
) -> dict[str, Tensor]:
    """Every component, already weighted; their sum is the loss.

    Args:
        forecast: Shape `[batch, gene]`.
        target: Shape `[batch, gene]`, NaN where not measured.
        history: Shape `[batch, time, gene]`, ending with the last observed level.
        config: The weights.
    """
    last = history[:, -1]
    return {
        "error": config.error_weight * error_loss(forecast, target, config.error),
        "direction": config.direction_weight * direction_loss(forecast, target, last),
        "trend": config.trend_weight * trend_loss(forecast, target, history, config.roughness),
        "consistency": config.consistency_weight * consistency_loss(forecast, last),
    }
