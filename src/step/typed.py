"""Typed settings: what a parameters file may hold."""

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

settings = dataclass(frozen=True, config=ConfigDict(extra="forbid"))
"""Decorates a class of settings: unknown names and values of a wrong type are errors."""
