"""A cluster of Dask workers, through joblib's backend for it."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version as installed
from sysconfig import get_python_version
from typing import TYPE_CHECKING, Any, TypeVar

import joblib
from joblib._dask import DaskDistributedBackend

from step.errors import InputError, quoted
from step.runtime import RuntimeSettings
from step.task import Task, run_task

if TYPE_CHECKING:
    from distributed import Client

Found = TypeVar("Found")

# What a result depends on, to the last bit, and what client and workers speak to each other.
SAME_ON_ALL = ("step", "numpy", "scipy", "pandas", "numba", "torch", "statsforecast")
PYTHON = "Python"
SPOKEN = ("dask", "distributed", "joblib")


@contextmanager
def connect(runtime: RuntimeSettings) -> "Iterator[Cluster]":
    """Connect to a cluster, for as long as the block lasts.

    Raises:
        InputError: Dask is not installed, nothing answers, or the workers cannot do the work.
    """
    try:
        from distributed import Client
        from distributed.comm import get_address_host_port
    except ImportError as error:
        raise InputError(
            "`runtime.engine` is dask, but Dask is not installed. Install it with `make setup "
            "EXTRAS=dask`."
        ) from error
    address = quoted(runtime.scheduler)
    try:
        get_address_host_port(runtime.scheduler)
    except ValueError as error:
        raise InputError(
            f"`runtime.scheduler`: {address} is not an address ({error}). Give the one that the "
            "scheduler prints, such as tcp://10.0.0.5:8786."
        ) from error
    try:
        client = Client(runtime.scheduler, timeout=runtime.timeout, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"`runtime.scheduler`: no Dask scheduler answers at {address} within "
            f"{runtime.timeout:g} s ({type(error).__name__}). Start it, correct the address, or "
            "raise `runtime.timeout`."
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=runtime.timeout)
        except TimeoutError as error:
            raise InputError(
                f"The Dask cluster at {address} has had no worker for {runtime.timeout:g} s. Start "
                "some, or raise `runtime.timeout`."
            ) from error
        _require_same(client)
        yield Cluster(client)


def own_releases() -> dict[str, str]:
    """Return the releases of this process that scheduler and workers are to have."""
    releases = {name: installed(name) for name in (*SAME_ON_ALL, *SPOKEN)}
    return releases | {PYTHON: get_python_version()}


def _require_same(client: "Client") -> None:
    """Raise InputError unless scheduler and workers have the releases that this process has."""
    wrong: dict[str, list[str]] = {}
    for name, release in own_releases().items():
        # Functions of the standard library, which all have.
        question = (get_python_version,) if name == PYTHON else (installed, name)
        for place, found in _ask_all(client, *question).items():
            if isinstance(found, Exception):
                wrong.setdefault(place, []).append(f"no {name}")
            elif found != release:
                wrong.setdefault(place, []).append(f"{name} {found} instead of {release}")
    if wrong:
        place, faults = next(iter(sorted(wrong.items())))
        raise InputError(
            f"The Dask cluster cannot do the work of this run: {place} has {', '.join(faults[:6])}"
            f"{f' ({len(wrong)} places in all)' if len(wrong) > 1 else ''}. Give the scheduler and "
            "all workers the environment of this run (see docs/cluster.md)."
        )


def _ask_all(
    client: "Client", ask: Callable[..., str], *arguments: str
) -> dict[str, str | Exception]:
    """What scheduler and workers answer, by place."""
    answers = client.run(ask, *arguments, on_error="return")
    found = {f"the worker {address}": answer for address, answer in answers.items()}
    try:
        found["the scheduler"] = client.run_on_scheduler(ask, *arguments)
    except Exception as error:
        found["the scheduler"] = error
    return found


@dataclass(frozen=True)
class Cluster:
    """A cluster that computes tasks.

    Attributes:
        client: The connection to it.
    """

    client: "Client"

    def run_tasks(
        self, function: Callable[..., Found], tasks: Iterable[Task], shared: Task
    ) -> Iterator[Found]:
        """Compute tasks on all workers; see `step.parallel.run_tasks`.

        What the tasks share is the result of a task of its own. So the scheduler makes it again
        when the worker that held it ends; what is scattered would be lost with the worker.
        """
        from distributed.protocol import deserialize_bytes, serialize_bytes

        common = serialize_bytes((function, shared))  # else the scheduler would unpack it
        loaded = self.client.submit(deserialize_bytes, common, pure=False)
        calls = (joblib.delayed(_run_task)(loaded, task) for task in tasks)
        yield from joblib.Parallel(
            backend=_Backend(client=self.client), batch_size=1, return_as="generator"
        )(calls)


def _run_task(common: tuple[Callable[..., Found], Task], task: Task) -> Found:
    return run_task(*common, task)


@dataclass(frozen=True)
class _Lost:
    """Stands for the result of a task that the cluster gave up, or lost."""

    given_up: bool


class _Backend(DaskDistributedBackend):
    """joblib's backend, but for two cases in which that one does not do the work.

    It waits for ever for a task that the cluster has given up; and it computes in this process
    what a cluster with one thread is to compute.
    """

    async def _collect(self) -> None:
        while self._continue:
            async for future, result in self.waiting_futures:
                del self._results[future]
                if future.status != "finished":
                    result = _Lost(given_up=future.status == "error")
                self._callbacks.pop(future)(result)
            await asyncio.sleep(0.01)

    def retrieve_result_callback(self, out: Any) -> Any:
        """Return a task's result, or raise what it raised.

        Raises:
            InputError: The cluster gave the task up, or is gone.
        """
        if isinstance(out, _Lost) and out.given_up:
            raise InputError(
                "The Dask cluster gave a task up, because each worker that computed it ended, "
                "perhaps for want of memory. Their logs say why; give them more memory, or fewer "
                "threads each."
            )
        if isinstance(out, _Lost):
            raise InputError(
                "The connection to the Dask cluster was lost while it computed. See whether its "
                "scheduler still runs, and run the same command again."
            )
        return super().retrieve_result_callback(out)

    def effective_n_jobs(self, n_jobs: int) -> int:
        """Count the threads of the cluster, one as two."""
        return max(super().effective_n_jobs(n_jobs), 2)
