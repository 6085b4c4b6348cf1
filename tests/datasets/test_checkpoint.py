import numpy as np
import pytest
from kedro.io import DatasetError

from step.datasets import CheckpointDataset
from step.forecasting.pretraining import Checkpoint, CheckpointCard

STATE = Checkpoint(
    {"weight.a": np.arange(3.0), "average.a": np.ones((2, 2), dtype=np.float32)},
    CheckpointCard({"kind": "STEPmr"}, {"seed": 1}, 0, 4, ({"all": 0.9},)),
)


@pytest.fixture
def dataset(tmp_path):
    return CheckpointDataset(
        filepath=str(tmp_path / "folder" / "state.safetensors"),
        record="step.forecasting.pretraining.Checkpoint",
    )


def test_nothing_is_kept_at_first(dataset):
    assert dataset.load().latest() is None
    assert dataset.exists()  # for a run may begin


def test_what_was_kept_last_comes_back(dataset, tmp_path):
    dataset.load().keep(STATE)
    found = dataset.load().latest()
    assert found.card == STATE.card
    for name, values in STATE.weights.items():
        np.testing.assert_array_equal(found.weights[name], values)
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["state.safetensors"]


def test_a_round_that_cannot_be_written_leaves_the_one_before(dataset):
    dataset.keep(STATE)
    broken = Checkpoint(STATE.weights, CheckpointCard({}, {}, 0, 5, ({"all": float("nan")},)))
    with pytest.raises(ValueError, match="JSON"):
        dataset.keep(broken)
    assert dataset.latest().card.steps == 4


def test_it_is_kept_by_its_node_alone(dataset):
    with pytest.raises(DatasetError, match="by the node"):
        dataset.save(STATE)
