import pytest
import torch
from torch import nn

from step.models.gating import begin_like
from step.models.in_context import InContextConfig, InContextNetwork
from tests.models.test_in_context import WIDTHS, ring, seen

SHAPE = {"channels": (6, 6, 6), "state_channels": 6, "head_channels": 7, "lstm_hidden": 6}


@pytest.mark.parametrize("attention", [True, False])
def test_a_gated_network_begins_with_the_forecasts_of_a_rectified_one(attention):
    torch.manual_seed(0)
    rectified = InContextNetwork(
        WIDTHS, InContextConfig(kind="STEPmi", attention_heads=2, attention=attention, **SHAPE)
    ).eval()
    nn.init.normal_(rectified.head[-1].weight, std=0.5)
    rectified.sequence, rectified.attention = nn.Identity(), nn.Identity()
    gated = InContextNetwork(
        WIDTHS, InContextConfig(kind="STEPmr", attention=attention, **SHAPE)
    ).eval()
    inputs, graphs = seen(20, 8), (ring(8),)
    with torch.inference_mode():
        expected = rectified(*inputs, graphs).mean
        before = gated(*inputs, graphs).mean
        begin_like(gated, rectified)
        after = gated(*inputs, graphs).mean
    size = expected.std()
    assert (before - expected).abs().mean() > 0.3 * size
    assert (after - expected).abs().mean() < 0.1 * size
