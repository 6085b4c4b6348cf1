"""A task, wherever it is computed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import numba
import torch
from threadpoolctl import threadpool_limits

Found = TypeVar("Found")
Task = tuple[Any, ...]


def run_task(function: Callable[..., Found], shared: Task, task: Task) -> Found:
    """Compute one task."""
    with _one_thread():
        return function(*shared, *task)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute with one thread: of arrays this small, more of them only hinder one another.

    Sums come out the same then, bit by bit, whichever process computes them: in several processes
    each has fewer threads for linear algebra than one alone.
    """
    before = torch.get_num_threads(), numba.get_num_threads()
    torch.set_num_threads(1)
    numba.set_num_threads(1)
    try:
        with threadpool_limits(1, user_api="blas"):
            yield
    finally:
        torch.set_num_threads(before[0])
        numba.set_num_threads(before[1])
