"""Entries of the catalog, checked before any of them is used."""

import difflib
import inspect
import json
import re
from collections.abc import Iterable
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from kedro.io.core import AbstractDataset, DatasetError, parse_dataset_definition
from pydantic import TypeAdapter, ValidationError

from step import datasets

PLACEHOLDER = re.compile(r"\{.*?\}")
TABLE = ("TableDataset", "H5adDataset")
# What reads a source, where a dataset of another kind would be read as something else.
READERS = {
    "hic_contacts": ("ContactMapDataset", "TextContactMapDataset"),
    "gene_annotation": ("GeneAnnotationDataset",),
    "gene_sets": ("GeneSetsDataset",),
    "regulatory_edges": TABLE,
    "raw_expression": TABLE,
    "sample_sheet": TABLE,
    "gene_names": TABLE,
    "targets": TABLE,
    "raw_pairs": TABLE,
}


CHECKED = ("filepath", "version", "metadata")  # by themselves
TYPES = {
    int: "a whole number, as 500000",
    float: "a number",
    str: "a text; put it in quotes if it looks like something else",
    list: "a list, as [chr1, chr2]",
    dict: "a table of names and values",
}


def is_nothing(entry: dict[str, Any]) -> bool:
    """Return True for the entry of a source that a study does not have: `data: null`."""
    return isinstance(entry, dict) and "data" in entry and entry["data"] is None


def entry_fault(name: str, entry: object) -> str | None:
    """Say what is wrong with an entry of the catalog; None where nothing is.

    Args:
        name: Of the dataset, or of a pattern of datasets.
        entry: As the YAML file has it.
    """
    if not isinstance(entry, dict):
        return (
            f"{entry!r:.100} is no dataset. An entry has a `type` and its settings below its name, "
            "indented by two spaces."
        )
    settings = {key: value for key, value in entry.items() if key != "validator"}
    if not isinstance(settings.get("type"), str):
        return "it has no `type`, as in `type: step.datasets.TableDataset`."
    if not isinstance(settings.get("metadata", {}), dict):
        return f"`metadata` is {settings['metadata']!r:.100}; it is a table of names and values."
    try:
        reader, arguments = parse_dataset_definition(settings)
    except (DatasetError, TypeError) as error:
        return _unknown_type(settings["type"], error)
    return (
        _wrong_placeholders(name, settings)
        or _wrong_arguments(reader, arguments)
        or _wrong_types(reader, arguments)
        or _wrong_reader(name, entry, reader)
        or _wrong_values(name, settings)
    )


def unknown_source(name: str, known: Iterable[str]) -> str:
    """Say that nothing reads a source of a name, and what the sources are called.

    Args:
        name: Of the source.
        known: Names of the sources that are read.
    """
    near = difflib.get_close_matches(name, known, n=1)
    meant = f"Is it `{near[0]}`?" if near else f"Sources are {', '.join(sorted(known))}."
    return f"nothing reads a source of this name. {meant}"


def _unknown_type(name: str, error: Exception) -> str:
    last = name.rpartition(".")[2]
    near = difflib.get_close_matches(last, datasets.__all__, n=1)
    if near:
        return f"there is no dataset {name!r:.100}. Is it step.datasets.{near[0]}?"
    return f"`type` is {name!r:.100}, which cannot be used: {str(error).splitlines()[0]:.200}"


def _wrong_placeholders(name: str, entry: dict[str, Any]) -> str | None:
    """Say which placeholders of a pattern of datasets its name does not have."""
    values = [value for value in entry.values() if isinstance(value, str)]
    used = {placeholder for value in values for placeholder in PLACEHOLDER.findall(value)}
    unknown = sorted(used - set(PLACEHOLDER.findall(name)))
    if "{" in name and unknown:
        return f"its name has no {unknown[0]:.100}, which one of its settings has."
    return None


def _wrong_arguments(reader: type[AbstractDataset], arguments: dict[str, Any]) -> str | None:
    """Say which settings a dataset lacks, or does not know."""
    parameters = inspect.signature(reader).parameters
    if any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
        return None
    for argument in arguments:
        if argument not in parameters:
            near = difflib.get_close_matches(str(argument), parameters, n=1)
            return (
                f"{reader.__name__} has no setting {argument!r:.100}; it has "
                f"{', '.join(parameters)}.{f' Is it `{near[0]}`?' if near else ''}"
            )
    lacking = [
        each.name
        for each in parameters.values()
        if each.default is each.empty and each.name not in arguments
    ]
    if lacking:
        return f"{reader.__name__} needs `{'` and `'.join(lacking)}`, which the entry lacks."
    if "filepath" in arguments and not isinstance(arguments["filepath"], str):
        return f"`filepath` is {arguments['filepath']!r:.100}; it is the path of a file."
    if arguments.get("filepath") == "":
        return "`filepath` is empty; it is the path of a file."
    return None


def _wrong_types(reader: type[AbstractDataset], arguments: dict[str, Any]) -> str | None:
    """Say which setting of a dataset of STEP is of a wrong type."""
    if not reader.__module__.startswith("step."):
        return None
    for name, expected in get_type_hints(reader.__init__).items():
        if name not in arguments or name in CHECKED:
            continue
        try:
            TypeAdapter(expected).validate_python(arguments[name], strict=True)
        except ValidationError:
            value = arguments[name]
            as_yaml = json.dumps(value) if value is None or isinstance(value, bool) else repr(value)
            return f"`{name}` is {as_yaml:.100}; it is {_in_words(expected)}."
    return None


def _in_words(expected: Any) -> str:
    """What a value of a type is, for whoever writes it in YAML."""
    if get_origin(expected) in (Union, UnionType):
        return " or ".join(_in_words(each) for each in get_args(expected) if each is not type(None))
    if get_origin(expected) is Literal:
        return " or ".join(map(str, get_args(expected)))
    return TYPES[get_origin(expected) or expected]


def _wrong_reader(name: str, entry: dict[str, Any], reader: type[AbstractDataset]) -> str | None:
    """Say that a source is read as something else, as a table where a contact map belongs."""
    known = READERS.get(name.rpartition(".")[2])
    if known is None or is_nothing(entry):
        return None
    if any(issubclass(reader, getattr(datasets, each)) for each in known):
        return None
    right = " or ".join(f"step.datasets.{each}" for each in known)
    return f"`type` is {entry['type']!r:.100}, which does not read such a source; it is {right}."


def _wrong_values(name: str, entry: dict[str, Any]) -> str | None:
    """Say what a dataset itself finds wrong with its settings."""
    if "credentials" in entry:  # which the catalog fills in
        return None
    try:
        AbstractDataset.from_config(name, entry)
    except DatasetError as error:
        return f"{str(error.__cause__ or error).strip():.300}"
    return None
