"""The same work on a cluster of Dask workers: alike to the last bit, whatever happens to them."""

import gc
import os
import signal
import socket
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import step.cluster
from step.cluster import own_releases
from step.errors import InputError
from step.forecasting.arms import ARMS
from step.forecasting.graph_backtest import rewired_losses
from step.forecasting.lessons import draw_lesson
from step.forecasting.origins import forecast_origins
from step.parallel import run_tasks, workers
from step.runtime import RuntimeSettings
from tests.forecasting.recipes import BACKTEST, course_of

distributed = pytest.importorskip("distributed", reason="needs the extra dask")


@pytest.fixture(scope="module")
def cluster():
    import dask

    one = {"distributed.scheduler.allowed-failures": 1}
    two = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": ":0"}
    with dask.config.set(one), distributed.LocalCluster(**two) as cluster:
        yield cluster


@pytest.fixture
def runtime(cluster):
    return RuntimeSettings(engine="dask", scheduler=cluster.scheduler_address)


def test_rewired_graphs_and_simulated_courses_are_the_same_bit_for_bit(runtime, study):
    panel, graph = study

    def computed() -> list[np.ndarray]:
        course = course_of(panel.until(16), graph, n_ahead=2, first=12)
        origins = forecast_origins(16, BACKTEST)
        lessons = run_tasks(draw_lesson, [(1, 0), (1, 1)], jobs=1)
        return [
            rewired_losses(course, origins, ARMS["step"].forecast, range(12), jobs=1),
            *(lesson.context.inputs for lesson in lessons),
        ]

    here = computed()
    with workers(runtime):
        there = computed()
    for one, other in zip(here, there, strict=True):
        np.testing.assert_array_equal(one, other)


def test_workers_that_are_not_alike_are_told_before_any_work(runtime, monkeypatch):
    releases = own_releases() | {"step": "9.9"}
    monkeypatch.setattr(step.cluster, "own_releases", lambda: releases)
    with pytest.raises(InputError) as raised, workers(runtime):
        pass
    assert "has step 0.2.0 instead of 9.9" in str(raised.value)
    assert "(3 places in all)" in str(raised.value)


def test_workers_without_step_are_told(runtime, monkeypatch):
    monkeypatch.setattr(step.cluster, "own_releases", lambda: {"stepp": "1"})
    with pytest.raises(InputError, match=r"has no stepp.*Give the scheduler"), workers(runtime):
        pass


def at_first_ends_its_worker(large: np.ndarray, begun: Path, number: int) -> tuple[int, float]:
    if number == 3 and not begun.exists():
        begun.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.05)
    return os.getpid(), float(large.sum()) + number


def test_a_worker_that_is_killed_is_replaced_and_its_work_done_again(runtime, tmp_path):
    large, begun = np.ones(10_000), tmp_path / "begun"
    tasks = [(number,) for number in range(8)]
    with workers(runtime):
        found = list(run_tasks(at_first_ends_its_worker, tasks, 1, (large, begun)))
    assert begun.exists()
    assert [value for _, value in found] == [10_000.0 + number for number in range(8)]
    assert os.getpid() not in {process for process, _ in found}
    with distributed.Client(runtime.scheduler, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)


def test_what_a_task_raises_comes_back_as_it_is(runtime):
    with workers(runtime), pytest.raises(ZeroDivisionError):
        list(run_tasks(divmod, [(1, 0)], jobs=1))


def ends_its_worker(number: int) -> int:
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_task_that_ends_every_worker_is_given_up_in_one_message(runtime):
    with workers(runtime), pytest.raises(InputError, match="gave a task up"):
        list(run_tasks(ends_its_worker, [(number,) for number in range(3)], 1))


def test_nobody_at_the_address_is_said_within_the_timeout():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
    runtime = RuntimeSettings(engine="dask", scheduler=address, timeout=1.0)
    begun = time.monotonic()
    with (
        pytest.raises(InputError, match=r"no Dask scheduler answers at .* within 1 s"),
        workers(runtime),
    ):
        pass
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("address", ["tls://127.0.0.1:1", "tcp://a..b:1"])
def test_what_dask_cannot_connect_to_is_told_likewise(address):
    runtime = RuntimeSettings(engine="dask", scheduler=address, timeout=1.0)
    with pytest.raises(InputError, match="no Dask scheduler answers"), workers(runtime):
        pass
    gc.collect()  # closes the client that was left behind, before another one is made


def test_an_address_without_protocol_will_do(cluster):
    address = cluster.scheduler_address.removeprefix("tcp://")
    with workers(RuntimeSettings(engine="dask", scheduler=address)):
        assert list(run_tasks(divmod, [(7, 2)], jobs=1)) == [(3, 1)]


@pytest.mark.parametrize(
    "address", ["no address", "10.0.0.5", "http://10.0.0.5:8786", "inproc://1"]
)
def test_an_address_that_is_none_is_told_without_a_client_left_behind(address):
    runtime = RuntimeSettings(engine="dask", scheduler=address, timeout=1.0)
    with pytest.raises(InputError, match="is not an address"), workers(runtime):
        pass
    gc.collect()
    assert not [found for found in gc.get_objects() if type(found) is distributed.Client]


def test_a_cluster_without_workers_is_told():
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0") as empty,
        pytest.raises(InputError, match=r"has had no worker for 0\.2 s"),
        workers(RuntimeSettings("dask", empty.scheduler_address, timeout=0.2)),
    ):
        pass


def test_without_dask_the_command_that_installs_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(InputError, match="make setup EXTRAS=dask"),
        workers(RuntimeSettings("dask", "tcp://127.0.0.1:1")),
    ):
        pass
