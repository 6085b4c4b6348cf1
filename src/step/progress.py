"""Progress through long loops: silent, unless a run shows it."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Display = Callable[[Sequence[Item], str], Iterator[Item]]

_display: Display | None = None


def progress(items: Sequence[Item], description: str) -> Iterator[Item]:
    """Iterate over items; a run that shows its progress draws a bar with the time that is left.

    What is computed does not depend on whether it is shown.

    Args:
        items: What a long loop goes through.
        description: What is done, as in `backtest of mrna`.
    """
    return iter(items) if _display is None else _display(items, description)


def show_progress(display: Display | None) -> None:
    """Let a display draw all progress from now on; none with None."""
    global _display
    _display = display
