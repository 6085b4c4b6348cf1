import numpy as np
import pytest
import torch
from pydantic import ValidationError

from step.errors import InputError
from step.forecasting.arms.network import look
from step.forecasting.course import walk
from step.forecasting.in_context import InContextForecaster, load_pretrained
from step.forecasting.pretraining import pretrain
from step.runtime import RuntimeSettings, choose_device
from tests.forecasting.recipes import SHAPES
from tests.forecasting.test_pretraining import TRAINING

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")


def test_a_device_that_is_not_there_is_explained(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto").type == "cpu"
    with pytest.raises(InputError, match="finds no GPU"):
        choose_device("cuda")


def test_auto_takes_a_gpu_where_there_is_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert [choose_device(name).type for name in ("auto", "cpu", "cuda")] == ["cuda", "cpu", "cuda"]


def test_a_cluster_needs_an_address():
    with pytest.raises(ValidationError, match="scheduler is null"):
        RuntimeSettings(engine="dask")


@needs_gpu
@pytest.mark.parametrize("fine_tuning", [0.0, 0.01])
@pytest.mark.parametrize("kind", ["STEPmr", "STEPmi"])
def test_a_gpu_forecasts_as_processors_do(study, kind, fine_tuning):
    panel, graph = study
    here, there = (
        walk(
            panel,
            {"contact": graph},
            2,
            network=InContextForecaster(load_pretrained(kind), fine_tuning, device),
        ).once(look)
        for device in ("cpu", "cuda")
    )
    np.testing.assert_allclose(there.mean, here.mean, atol=1e-3)
    np.testing.assert_allclose(there.spread, here.spread, atol=1e-3)


@needs_gpu
def test_a_gpu_pretrains_as_processors_do_and_either_goes_on_from_the_other():
    here, there = (list(pretrain(SHAPES["STEPmr"], TRAINING, None, d)) for d in ("cpu", "cuda"))
    (resumed,) = pretrain(SHAPES["STEPmr"], TRAINING, there[0], "cpu")
    for found in (there[-1], resumed):
        assert found.card.validation[-1]["all"] == pytest.approx(
            here[-1].card.validation[-1]["all"], abs=1e-3
        )


def test_a_gpu_computes_with_all_its_digits(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    assert choose_device("auto").type == "cuda"
    assert not torch.backends.cudnn.allow_tf32
