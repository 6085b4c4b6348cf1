"""The registry of forecasters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from step.embeddings.engines import EmbeddingConfig
from step.forecasting.course import Course, Forecaster
from step.forecasting.training import TrainedNetwork
from step.graphs.gene_graph import GeneGraph


@dataclass(frozen=True)
class NetworkRecipe:
    """What a network forecasts with besides the course.

    Attributes:
        network: Its kind, shape, loss and training.
        embedding: How graphs are embedded.
        graph: The graph of genes.
        embeddings: Of that graph, shape `[time, gene, dimension]`, each time's depending on no
            later one.
    """

    network: TrainedNetwork
    embedding: EmbeddingConfig
    graph: GeneGraph
    embeddings: np.ndarray


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
        prepare: Makes the forecaster; only networks need the recipe.
    """

    name: str
    label: str
    colour: str
    uses: str
    simple: bool
    prepare: Callable[[NetworkRecipe | None], Forecaster]


ARMS: dict[str, Arm] = {}
"""Every arm by name."""


Prepare = TypeVar("Prepare", bound=Callable[[NetworkRecipe], Forecaster])


def arm(label: str, colour: str, uses: str) -> Callable[[Prepare], Prepare]:
    """Register a function that makes a forecaster from a recipe, under the function's name."""

    def register(prepare: Prepare) -> Prepare:
        name = prepare.__name__

        def prepare_network(recipe: NetworkRecipe | None) -> Forecaster:
            if recipe is None:
                raise ValueError(f"The arm {name} is a network, and needs a recipe.")
            return prepare(recipe)

        ARMS[name] = Arm(name, label, colour, uses, False, prepare_network)
        return prepare

    return register


def simple_arm(label: str, colour: str, uses: str) -> Callable[[Forecaster], Forecaster]:
    """Register a forecaster that a user would pick instead of a network, under its own name."""

    def register(forecaster: Forecaster) -> Forecaster:
        name = forecaster.__name__

        def once(course: Course) -> np.ndarray:
            return course.forecast(forecaster)  # which combinations ask for, too

        ARMS[name] = Arm(name, label, colour, uses, True, lambda recipe: once)
        return forecaster

    return register
