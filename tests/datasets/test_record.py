import json
from dataclasses import replace

import pytest
from kedro.io import DatasetError

from step.datasets import RecordDataset
from step.evaluation.graph_test import GraphTest
from tests.evaluation.tables import graph_test_of

TEST = graph_test_of(0.125, 0.25, [0.25, 0.5], n_edges=7)


@pytest.fixture
def dataset(tmp_path):
    return RecordDataset(
        filepath=str(tmp_path / "test.json"), record="step.evaluation.graph_test.GraphTest"
    )


def content(dataset) -> dict:
    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    with open(dataset._filepath, encoding="utf-8") as file:
        return json.load(file, parse_constant=refuse)


def test_a_record_comes_back_as_it_was(dataset):
    dataset.save(TEST)
    assert dataset.load() == TEST
    assert dataset.load().rewired_mse == (0.25, 0.5)


@pytest.mark.parametrize("undefined", [None, float("nan"), float("inf"), -float("inf")])
def test_what_is_undefined_is_absent(dataset, undefined):
    test = replace(TEST, effect_low=None, effect_high=None, rewired_mse=())
    dataset.save(replace(test, effect=undefined))
    assert set(content(dataset)) == {"real_mse", "no_graph_mse", "n_edges", "p"}
    assert dataset.load() == replace(test, effect=None)


@pytest.mark.parametrize(
    "wrong", [replace(TEST, real_mse=float("nan")), replace(TEST, untested="why")]
)
def test_what_could_not_be_loaded_is_not_written(dataset, wrong):
    dataset.save(TEST)
    with pytest.raises(DatasetError):
        dataset.save(wrong)
    assert dataset.load() == TEST


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"real_mse": 0.1, "no_', "it cannot be read as JSON"),
        ('{"real_mse": 0.1, "no_graph_mse": 0.2}', "n_edges: Field required"),
        ('{"real_mse": "low", "no_graph_mse": 0.2, "n_edges": 1}', "real_mse: Input should be"),
        ("[]", "damaged: "),
    ],
)
def test_a_damaged_file_is_explained(dataset, text, fault):
    with open(dataset._filepath, "w", encoding="utf-8") as file:
        file.write(text)
    with pytest.raises(DatasetError, match="Delete it, and run the stage") as caught:
        dataset.load()
    assert fault in str(caught.value)
    assert "test.json" in str(caught.value)


def test_a_missing_file_is_not_called_damaged(dataset):
    with pytest.raises(DatasetError, match="No such file") as caught:
        dataset.load()
    assert "damaged" not in str(caught.value)


def test_the_preview_is_the_file(dataset):
    dataset.save(TEST)
    assert json.loads(dataset.preview()) == content(dataset)


def test_an_untested_graph_keeps_its_reason(dataset):
    dataset.save(graph_test_of(0.1, 0.1, [], n_edges=0))
    assert dataset.load() == GraphTest(0.1, 0.1, 0, untested="no edges")
