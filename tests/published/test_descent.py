import pytest
import torch

from step.errors import InputError
from step.published.descent import choose_device


def test_a_device_that_is_not_there_is_explained(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto").type == "cpu"
    with pytest.raises(InputError, match="finds no CUDA device"):
        choose_device("cuda")
