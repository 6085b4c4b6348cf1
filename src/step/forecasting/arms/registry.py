"""The registry of forecasters."""

from collections.abc import Callable
from dataclasses import dataclass

from step.forecasting.course import Forecaster


@dataclass(frozen=True)
class Arm:
    """A forecaster under test.

    Attributes:
        name: Its name in tables.
        label: Its name in figures and reports.
        colour: Its colour in figures.
        uses: What it forecasts with.
        simple: Whether a user would pick it instead of a network: the best of the simple arms is
            what `step` is held against.
        graph: Whether it forecasts with a graph.
        forecast: The forecaster.
    """

    name: str
    label: str
    colour: str
    uses: str
    simple: bool
    graph: bool
    forecast: Forecaster


ARMS: dict[str, Arm] = {}
"""Every arm by name."""


def arm(
    label: str, colour: str, uses: str, *, graph: bool = False
) -> Callable[[Forecaster], Forecaster]:
    """Register a forecaster that is under test, under its own name."""
    return _register(label, colour, uses, simple=False, graph=graph)


def simple_arm(
    label: str, colour: str, uses: str, *, graph: bool = False
) -> Callable[[Forecaster], Forecaster]:
    """Register a forecaster that a user would pick instead of a network, under its own name."""
    return _register(label, colour, uses, simple=True, graph=graph)


def _register(
    label: str, colour: str, uses: str, *, simple: bool, graph: bool
) -> Callable[[Forecaster], Forecaster]:
    def register(forecaster: Forecaster) -> Forecaster:
        name = forecaster.__name__
        ARMS[name] = Arm(name, label, colour, uses, simple, graph, forecaster)
        return forecaster

    return register
