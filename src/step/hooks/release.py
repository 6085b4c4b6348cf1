"""Memory that a node no longer needs goes back to the system before the next one begins."""

import psutil
from kedro.framework.hooks import hook_impl
from kedro.pipeline.node import Node

from step.memory import give_back

LARGE = 1.5 * 2**30  # bytes; below it, looking through all objects is not worth its time


class Release:
    """Collects garbage, and lets the C library give back what it keeps, in a large process."""

    def __init__(self) -> None:
        self._node: Node | None = None

    @hook_impl(tryfirst=True)
    def before_dataset_loaded(self, node: Node) -> None:
        """Give memory back before a node's first input is read."""
        if node is not self._node:
            self._node = node
            _give_back_if_large()

    @hook_impl(tryfirst=True)
    def before_node_run(self) -> None:
        """Give back what reading the inputs needed."""
        _give_back_if_large()


def _give_back_if_large() -> None:
    if psutil.Process().memory_info().rss > LARGE:
        give_back()
