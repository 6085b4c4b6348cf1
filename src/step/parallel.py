"""Tasks that run side by side: the one place that starts processes, or hands work to a cluster."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import joblib
from joblib.externals.loky import reusable_executor

from step.runtime import RuntimeSettings
from step.task import Task, run_task
from step.workers import ending_with_this_process

if TYPE_CHECKING:
    from step.cluster import Cluster

IDLE_SECONDS = 20  # after which a worker ends, and gives its memory back
Found = TypeVar("Found")

_cluster: "Cluster | None" = None


def run_tasks(
    function: Callable[..., Found], tasks: Iterable[Task], jobs: int, shared: Task = ()
) -> Iterator[Found]:
    """Compute `function(*shared, *task)` for each task, several side by side.

    Where they are computed changes no bit of the results: each task has one thread for numbers.

    Args:
        function: Importable, so that another process finds it.
        tasks: Arguments of each call.
        jobs: Processes of this machine; -1 takes every core. A cluster takes all of its workers.
        shared: Arguments that all calls have before their own.

    Returns:
        The results in the order of the tasks, each as soon as it is there.
    """
    if _cluster is not None:
        return _cluster.run_tasks(function, tasks, shared)
    calls = (joblib.delayed(run_task)(function, shared, task) for task in tasks)
    parallel = joblib.Parallel(
        n_jobs=jobs,
        return_as="generator",
        idle_worker_timeout=IDLE_SECONDS,
        **ending_with_this_process(),
    )
    return parallel(calls)


def end_workers() -> None:
    """End this machine's idle processes now, where their memory is needed for something else."""
    if reusable_executor._executor is not None:
        reusable_executor._executor.shutdown(wait=True)


def run_in_threads(function: Callable[..., Found], tasks: Iterable[Task]) -> list[Found]:
    """Compute `function(*task)` for each task in this process, with as many threads as cores.

    Args:
        function: Compiled code, which lets other threads go on.
        tasks: Arguments of each call.
    """
    calls = (joblib.delayed(function)(*task) for task in tasks)
    return joblib.Parallel(n_jobs=-1, prefer="threads")(calls)


@contextmanager
def workers(runtime: RuntimeSettings) -> Iterator[None]:
    """Let all tasks run where the settings say.

    Raises:
        InputError: The cluster cannot be used.
    """
    global _cluster
    if runtime.engine == "local":
        yield
        return
    from step.cluster import connect  # an extra that only a cluster needs

    with connect(runtime) as _cluster:
        try:
            yield
        finally:
            _cluster = None
