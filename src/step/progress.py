"""Progress through long loops: silent, unless a run shows it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

Item = TypeVar("Item")

_draw: Callable[[Iterable[Any], int, str], Iterator[Any]] | None = None


def progress(items: Iterable[Item], total: int, description: str) -> Iterator[Item]:
    """Iterate over items; a run that shows its progress draws a bar with the time that is left.

    What is computed does not depend on whether it is shown.

    Args:
        items: What a long loop goes through, as a list, or `joblib.Parallel` with
            `return_as="generator"`.
        total: Number of items.
        description: What is done, as in `network on 21 graphs`.
    """
    return iter(items) if _draw is None else _draw(items, total, description)


def show_progress(draw: Callable[[Iterable[Any], int, str], Iterator[Any]] | None) -> None:
    """Draw all progress from now on with a function of `progress`'s arguments; none with None."""
    global _draw
    _draw = draw
