"""A kill while files take their places leaves whole groups of files, and nothing for good."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from kedro.io import DatasetError
from matplotlib.figure import Figure

from step.datasets import FigureDataset, NetworkDataset, whole_file
from step.datasets.leftovers import HOST, sweep_leftovers, unfinished
from step.published.fitted import FittedNetwork
from tests.datasets.test_datasets import CARD

MOVES = ("rename", "replace")


class Killed(BaseException):
    """The process is gone; nothing that would still run then runs."""


@pytest.fixture
def kill_at(monkeypatch):
    """Kill the process at the n-th move of a file; afterwards, another process looks at it."""

    def kill(n: int) -> None:
        moves = iter(range(1, 100))

        def moving(move):
            def at(*paths):
                if next(moves) == n:
                    monkeypatch.setattr(whole_file, "remove", lambda path: None)
                    raise Killed
                return move(*paths)

            return at

        for name in MOVES:
            monkeypatch.setattr(os, name, moving(getattr(os, name)))

    return kill


def survivor(monkeypatch) -> None:
    """Let another process come, whose moves are not counted."""
    monkeypatch.undo()


def network(value: float) -> FittedNetwork:
    return FittedNetwork({"w": np.full(3, value)}, CARD)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_killed_save_of_a_network_mixes_no_two(tmp_path, kill_at, monkeypatch, n):
    path = tmp_path / "model.safetensors"
    dataset = NetworkDataset(filepath=str(path), record="step.published.fitted.FittedNetwork")
    dataset.save(network(1))
    kill_at(n)
    with pytest.raises(Killed):
        dataset.save(network(2))
    survivor(monkeypatch)
    if n == 1:
        assert dataset.load().weights["w"][0] == 1
    else:
        assert not dataset.exists()  # so that it is made again
    sweep_leftovers(tmp_path, is_own=True)
    assert {file.name for file in tmp_path.iterdir()} <= {"model.safetensors", "model.json"}
    dataset.save(network(2))
    assert dataset.load().weights["w"][0] == 2


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_killed_save_of_a_figure_leaves_no_drawing_of_another(tmp_path, kill_at, monkeypatch, n):
    dataset = FigureDataset(filepath=str(tmp_path / "f.png"), save_args={"format": "png"})
    dataset.save(Figure(figsize=(1, 1)))
    old = (tmp_path / "f.svg").read_bytes()
    kill_at(n)
    with pytest.raises(Killed):
        dataset.save(Figure(figsize=(2, 2)))
    survivor(monkeypatch)
    assert dataset.exists() == (n == 1)
    assert n > 1 or (tmp_path / "f.svg").read_bytes() == old


@pytest.mark.parametrize("n", [1, 2])
def test_a_killed_save_of_pages_leaves_all_pages_or_none(tmp_path, kill_at, monkeypatch, n):
    dataset = FigureDataset(filepath=str(tmp_path / "pages"))
    dataset.save({f"{page}.png": Figure() for page in range(3)})
    kill_at(n)
    with pytest.raises(Killed):
        dataset.save({"new.png": Figure()})
    survivor(monkeypatch)
    pages = tmp_path / "pages"
    assert not pages.exists() if n == 2 else len(list(pages.iterdir())) == 3
    sweep_leftovers(tmp_path, is_own=True)
    assert {file.name for file in tmp_path.iterdir()} <= {"pages"}


def test_weights_beside_the_card_of_another_network_are_refused(tmp_path):
    def dataset(name):
        record = "step.published.fitted.FittedNetwork"
        return NetworkDataset(filepath=str(tmp_path / name), record=record)

    dataset("a.safetensors").save(network(1))
    dataset("b.safetensors").save(network(2))
    (tmp_path / "b.json").replace(tmp_path / "a.json")
    with pytest.raises(DatasetError, match=r"do not belong together.*Delete both") as raised:
        dataset("a.safetensors").load()
    assert "a.json" in str(raised.value)


def ended_process() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-S", "-c", ""])
    process.wait()
    return process.pid


def named(folder: Path, pid: int, host: str = HOST) -> Path:
    path = unfinished(folder / "t.parquet").name
    path = folder / path.replace(f"-{HOST}-{os.getpid()}-", f"-{host}-{pid}-")
    path.write_text("half")
    return path


def test_what_dead_processes_began_is_swept_alone(tmp_path):
    deep = tmp_path / "mrna"
    deep.mkdir()
    dead = named(deep, ended_process())
    alive = named(deep, os.getppid())
    elsewhere = named(deep, os.getppid(), host="0" * 8)
    user = [deep / ".step-notes", deep / ".hidden", deep / f".{'0' * 32}.t.parquet"]
    for file in user:
        file.write_text("mine")
    sweep_leftovers(tmp_path, is_own=False)
    assert dead.exists()  # a folder that others write to is not searched
    sweep_leftovers(deep, is_own=False)
    assert not dead.exists()
    assert elsewhere.exists()
    sweep_leftovers(tmp_path, is_own=True)
    assert not elsewhere.exists()
    assert alive.exists()
    assert all(file.exists() for file in user)
