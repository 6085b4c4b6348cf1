"""Names and ranges of settings, and what is wrong with given ones, in their writer's terms.

A class of settings is read through its JSON schema, which has one form for every annotation.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

ALIKE = 0.7  # similarity from which a name is taken for a misspelling of another
LONGEST_SHOWN = 60  # characters of what a user wrote
UNKNOWN = ("unexpected_keyword_argument", "extra_forbidden", "invalid_key")

Node = dict[str, Any]
"""The JSON schema of one setting or section."""


@dataclass(frozen=True)
class Setting:
    """A setting or a section of settings.

    Attributes:
        name: Dotted, as the user writes it.
        node: What it may be.
        value: What it is; None where it is not given.
    """

    name: str
    node: Node
    value: Any

    def inside(self, key: Any, node: Node) -> "Setting":
        """Enter the section: the setting of that name, and what it may be."""
        shown_key = repr(str(key))[1:-1][:LONGEST_SHOWN]
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Setting(f"{self.name}.{shown_key}" if self.name else shown_key, node, value)


@dataclass(frozen=True)
class Mistake:
    """What is wrong with one setting.

    Attributes:
        name: Dotted, as the user writes it.
        complaint: The rest of the sentence that begins with the name.
    """

    name: str
    complaint: str


class SettingsSchema:
    """Names and ranges of the settings of a class.

    Args:
        settings: A class of settings.
    """

    def __init__(self, settings: type):
        self._adapter = TypeAdapter(settings)
        self._root = self._adapter.json_schema()

    def mistakes(self, values: dict[str, Any], names: Iterable[str] = ()) -> list[Mistake]:
        """Find what is wrong with values; empty where nothing is.

        Args:
            values: Settings and sections by name.
            names: Further names that a misspelled one may be of.
        """
        try:
            self._adapter.validate_python(values)
        except ValidationError as error:
            root = Setting("", self._root, values)
            known = [*(name for each in self.leaves(values) for name in _path(each.name)), *names]
            found = [self._explain(each, root, known) for each in error.errors(include_url=False)]
            # A list with a wrong element is also called too short.
            lists = {each.name[: each.name.rindex("[")] for each in found if "[" in each.name}
            return list(dict.fromkeys(each for each in found if each.name not in lists))
        return []

    def leaves(self, values: dict[str, Any]) -> Iterator[Setting]:
        """All settings that are no sections; values choose between alternative sections."""
        yield from self._leaves(Setting("", self._root, values))

    def _leaves(self, setting: Setting) -> Iterator[Setting]:
        setting = self._resolve(setting)
        if "properties" not in setting.node:
            yield setting
        for key, node in setting.node.get("properties", {}).items():
            yield from self._leaves(setting.inside(key, node))

    def _resolve(self, setting: Setting) -> Setting:
        """Follow references, into the section that the value chooses where there are several."""
        node = setting.node
        if "$ref" in node:
            node = self._root["$defs"][node["$ref"].split("/")[-1]]
        elif any("$ref" in option for option in node.get("anyOf", [])):
            node = next(option for option in node["anyOf"] if "$ref" in option)
        elif "discriminator" in node:
            kind = setting.inside(node["discriminator"]["propertyName"], {}).value
            sections = node["discriminator"]["mapping"]
            if not isinstance(kind, str) or kind not in sections:
                return setting
            node = {"$ref": sections[kind]}
        else:
            return setting
        return self._resolve(replace(setting, node=node))

    def _choice(self, setting: Setting) -> dict[str, Any]:
        """By which setting (`propertyName`) alternative sections are chosen, and all of them."""
        node = setting.node
        if "$ref" in node:
            node = self._root["$defs"][node["$ref"].split("/")[-1]]
        return node.get("discriminator", {"mapping": {}})

    def _locate(self, place: tuple[int | str, ...], setting: Setting) -> Setting:
        """Find the setting at a place that pydantic names."""
        for key in place:
            sections = self._choice(setting)["mapping"]
            if key in sections:  # no name, but which of the alternative sections was read
                setting = replace(setting, node={"$ref": sections[key]})
                continue
            setting = self._resolve(setting)
            if "properties" in setting.node:
                setting = setting.inside(key, setting.node["properties"].get(key, {}))
            elif "items" in setting.node:
                name = f"{setting.name}[{key}]"
                setting = Setting(name, setting.node["items"], setting.value[key])
            else:  # which of the alternatives the value was read as
                break
        return setting

    def _explain(self, error: ErrorDetails, root: Setting, known: list[str]) -> Mistake:
        setting = self._locate(error["loc"], root)
        if error["type"] in UNKNOWN:
            section = self._resolve(self._locate(error["loc"][:-1], root))
            return _explain_unknown(setting, section, known)
        if error["type"] == "value_error":
            key, _, complaint = str(error["ctx"]["error"]).partition(" ")
            return Mistake(setting.inside(key, {}).name, f"{complaint}.")
        choice = self._choice(setting)
        if choice["mapping"] and isinstance(setting.value, dict):
            setting = setting.inside(choice["propertyName"], {"enum": list(choice["mapping"])})
        node = self._resolve(setting).node
        if error["type"] in ("missing", "union_tag_not_found"):
            return Mistake(setting.name, f"is missing; it must be {describe(node)}.")
        suggestion = ""
        if isinstance(setting.value, str):
            choices = {str(choice).lower(): choice for choice in node.get("enum", [])}
            suggestion = _suggest(choices.get(nearest(setting.value.lower(), choices)))
        return Mistake(
            setting.name, f"is {shown(setting.value)}; it must be {describe(node)}.{suggestion}"
        )


def _explain_unknown(setting: Setting, section: Setting, known: list[str]) -> Mistake:
    while isinstance(setting.value, dict) and len(setting.value) == 1:
        setting = setting.inside(next(iter(setting.value)), {})
    complaint = f"is {shown(setting.value)}, but there is no such setting."
    near = nearest(setting.name, known)
    if near == setting.name:  # one dotted name, as `--params` has it
        *sections, last = near.split(".")
        nested = "".join(f"{section}: {{" for section in sections)
        return Mistake(
            near, f"is written in one name. In YAML it is {nested}{last}: …{'}' * len(sections)}."
        )
    if near is None:
        place = f"`{section.name}` has" if section.name else "There are"
        return Mistake(
            setting.name, f"{complaint} {place} {', '.join(section.node['properties'])}."
        )
    return Mistake(setting.name, complaint + _suggest(near))


def _path(name: str) -> list[str]:
    """The dotted names of the sections that a setting lies in, and its own."""
    parts = name.split(".")
    return [".".join(parts[: depth + 1]) for depth in range(len(parts))]


def _suggest(name: str | None) -> str:
    return f" Did you mean {name}?" if name is not None else ""


def _likeness(first: str, second: str) -> float:
    return SequenceMatcher(None, first, second).ratio()


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Find the dotted name that was probably meant.

    One that is alike in each of its parts; else one that is the same, but in another section.
    """
    parts = name.split(".")
    alike, elsewhere = [], []
    for other in known:
        others = other.split(".")
        if len(others) == len(parts) and min(map(_likeness, parts, others)) >= ALIKE:
            alike.append(other)
        elif others[-1] == parts[-1]:
            elsewhere.append(other)
    return max(alike or elsewhere, key=lambda other: _likeness(name, other), default=None)


def shown(value: Any) -> str:
    """Show what a user wrote, as YAML has it, and no more than its beginning."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def describe(node: Node) -> str:
    """Say what a setting may be, as in `a whole number from 1 to 4096`."""
    if "$ref" in node:
        return "a section"
    if "anyOf" in node:
        return " or ".join(describe(option) for option in node["anyOf"])
    if "enum" in node:
        return f"one of {', '.join(map(str, node['enum']))}"
    if "const" in node:
        return str(node["const"])
    if "discriminator" in node:
        choice = node["discriminator"]
        return f"a section whose {choice['propertyName']} is {' or '.join(choice['mapping'])}"
    if "properties" in node:
        return f"a section with {', '.join(node['properties'])}"
    if node["type"] == "string":
        return f"text of {_count(node, 'Length')} characters"
    if node["type"] == "array":
        return f"a list of {_count(node, 'Items')} values, each {describe(node['items'])}"
    if node["type"] == "integer":
        return f"a whole number {_bounds(node)}"
    if node["type"] == "number":
        return f"a number {_bounds(node)}"
    return {"boolean": "true or false", "null": "null", "object": "a section"}[node["type"]]


def _count(node: Node, what: str) -> str:
    low, high = node.get(f"min{what}", 0), node[f"max{what}"]
    return f"{low} to {high}" if low else f"at most {high}"


def _bounds(node: Node) -> str:
    """Both bounds of a number."""
    closed = "minimum" in node and "maximum" in node
    low = node["minimum"] if "minimum" in node else node["exclusiveMinimum"]
    high = node["maximum"] if "maximum" in node else node["exclusiveMaximum"]
    if closed:
        return f"from {_number(low)} to {_number(high)}"
    at_low = "at least" if "minimum" in node else "above"
    at_high = "at most" if "maximum" in node else "below"
    return f"{at_low} {_number(low)} and {at_high} {_number(high)}"


def _number(bound: float) -> str:
    return f"{bound:_}" if isinstance(bound, int) and bound >= 10_000 else f"{bound:g}"
