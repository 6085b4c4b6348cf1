"""Typed settings: what a parameters file may hold."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

settings = dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
"""Decorates a class of settings: unknown names and values of a wrong type are errors."""


def between(low: float, high: float) -> Any:
    """Annotate a number that lies between two bounds, both included."""
    return Field(ge=low, le=high)


Share = Annotated[float, Field(gt=0, lt=1)]
"""A share of a whole, neither none nor all of it."""

Seed = Annotated[int, between(0, 2**31 - 1)]
"""The seed of a random state."""
