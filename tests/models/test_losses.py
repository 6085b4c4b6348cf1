import pytest
import torch

from step.models.losses import (
    LossConfig,
    consistency_loss,
    direction_loss,
    error_loss,
    loss_components,
    trend_loss,
)

NAN = float("nan")
LAST = torch.tensor([[0.0, 0.0]])


def test_error():
    forecast, target = torch.tensor([[1.0, 3.0]]), torch.tensor([[2.0, NAN]])
    assert error_loss(forecast, target, "mse") == 1.0
    assert error_loss(torch.tensor([[1.0, 3.0]]), torch.tensor([[3.0, 3.0]]), "l1") == 1.0


@pytest.mark.parametrize(
    ("forecast", "expected"), [([2.0, 2.0], 0.0), ([-1.0, -1.0], 2.0), ([1.0, -1.0], 1.0)]
)
def test_direction_is_one_less_the_cosine_of_the_changes(forecast, expected):
    found = direction_loss(torch.tensor([forecast]), torch.tensor([[1.0, 1.0]]), LAST)
    assert found.item() == pytest.approx(expected, abs=1e-6)


def test_direction_ignores_what_was_not_measured():
    found = direction_loss(torch.tensor([[1.0, -9.0]]), torch.tensor([[1.0, NAN]]), LAST)
    assert found.item() == pytest.approx(0.0, abs=1e-6)


def test_trend_is_one_less_the_correlation_along_time_plus_roughness():
    history = torch.tensor([[[0.0], [1.0]]])
    right = trend_loss(torch.tensor([[2.0]]), torch.tensor([[2.0]]), history, 0.0)
    assert right.item() == pytest.approx(0.0, abs=1e-6)
    wrong = trend_loss(torch.tensor([[0.0]]), torch.tensor([[2.0]]), history, 0.0)
    assert wrong.item() == pytest.approx(1.0, abs=1e-6)  # (0, 1, 0) and (0, 1, 2): correlation 0
    rough = trend_loss(torch.tensor([[2.0]]), torch.tensor([[2.0]]), history, 0.5)
    assert rough.item() == pytest.approx(0.5 * 1.0, abs=1e-6)


def test_consistency_is_the_distance_from_the_last_level():
    assert consistency_loss(torch.tensor([[1.0, -3.0]]), LAST) == 2.0


def test_components_are_weighted_and_named():
    config = LossConfig("mse", 1.0, 2.0, 3.0, 4.0, 0.1)
    history = torch.randn(2, 3, 4)
    forecast, target = torch.randn(2, 4), torch.randn(2, 4)
    found = loss_components(forecast, target, history, config)
    last = history[:, -1]
    assert found == {
        "error": 1.0 * error_loss(forecast, target, "mse"),
        "direction": 2.0 * direction_loss(forecast, target, last),
        "trend": 3.0 * trend_loss(forecast, target, history, 0.1),
        "consistency": 4.0 * consistency_loss(forecast, last),
    }
