"""Typed settings: what a parameters file may hold."""

import inspect
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)


def attribute_meanings(cls: type) -> dict[str, str]:
    """What the `Attributes` of a class, and of those it inherits from, say of each."""
    return {
        name: " ".join(meaning.split())
        for each in reversed(cls.__mro__)
        for name, meaning in ATTRIBUTE.findall(
            (inspect.getdoc(each) or "").partition("Attributes:\n")[2]
        )
    }


def _describe_attributes(schema: dict[str, Any], cls: type) -> None:
    """Describe each property by the `Attributes` of its class, or of the one it inherits from."""
    for name, meaning in attribute_meanings(cls).items():
        if name in schema["properties"]:
            schema["properties"][name]["description"] = meaning


if TYPE_CHECKING:
    from dataclasses import dataclass as settings
else:
    settings = dataclass(
        frozen=True,
        config=ConfigDict(
            extra="forbid", allow_inf_nan=False, json_schema_extra=_describe_attributes
        ),
    )
"""Decorates a class of settings: unknown names and values of a wrong type are errors.

Each number has a range (`between`), each choice is a Literal, each switch a StrictBool. What holds
between several settings is checked in `__post_init__`, by a ValueError whose message begins with
the name of one of them.
"""


def between(
    low: float,
    high: float,
    *,
    inclusive: Literal["both", "left", "right", "neither"] = "both",
) -> Any:
    """Annotate a number that lies between two bounds; text and booleans are no numbers."""
    lower = {"ge": low} if inclusive in ("both", "left") else {"gt": low}
    upper = {"le": high} if inclusive in ("both", "right") else {"lt": high}
    return Field(strict=True, **lower, **upper)


Share = Annotated[float, between(0, 1, inclusive="neither")]
"""A share of a whole, neither none nor all of it."""

Weight = Annotated[float, between(0, 1000)]
"""The weight of a term in a sum; 0 leaves the term out."""

Seed = Annotated[int, between(0, 2**31 - 1)]
"""The seed of a random state."""

Name = Annotated[str, Field(min_length=1, max_length=200)]
"""What something is called."""

Names = Annotated[list[Name], Field(max_length=1000)]
"""Names or patterns of names."""
