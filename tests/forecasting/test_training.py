import numpy as np
import pytest
import torch

from step.errors import InputError
from step.forecasting.arms.network import NetworkForecaster
from step.forecasting.network_backtest import run_network
from step.forecasting.training import choose_device
from tests.forecasting.recipes import courses_of, quick_recipe


def test_a_device_that_is_not_there_is_explained(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto").type == "cpu"
    with pytest.raises(InputError, match="finds no CUDA device"):
        choose_device("cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_forecasts_nearly_the_same(study):
    panel, graph = study
    courses, _ = courses_of(panel)
    here, there = (
        run_network(courses, NetworkForecaster(quick_recipe(graph, panel, "mi", device=device)))
        for device in ("cpu", "cuda")
    )
    np.testing.assert_allclose(here.forecast, there.forecast, atol=1e-2)
