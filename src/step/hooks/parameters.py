"""Wrong settings end a run in one message, before anything is read or written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import click
from kedro.config import AbstractConfigLoader, MissingConfigException
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from step.project.config_loader import StudyConfigLoader
from step.project.settings_schema import Mistake, SettingsSchema

MOST_LISTED = 10
RUNTIME_NAME = re.compile(r"\$\{runtime_params:\s*(\w+)")
UNREADABLE = (
    AttributeError,
    MissingConfigException,
    OmegaConfBaseException,
    TypeError,
    ValueError,
)


@dataclass(frozen=True)
class Source:
    """Settings as they are written in one place.

    Attributes:
        place: A file, or `--params`.
        values: Settings and sections by name, not resolved.
    """

    place: str
    values: dict[str, Any]


class SettingsCheck:
    """Holds all settings against their ranges."""

    @hook_impl(tryfirst=True)
    def after_context_created(self, context: KedroContext) -> None:
        """Raise a command-line error that lists what is wrong with globals and parameters."""
        faults = settings_faults(context.config_loader)
        if faults:
            raise click.ClickException(
                "\n".join(["Wrong settings:", *faults, "docs/parameters.md lists all settings."])
            )


def settings_faults(loader: StudyConfigLoader, given: str = "--params") -> list[str]:
    """List what is wrong with globals, or else with parameters; a line each.

    Args:
        loader: Of the run.
        given: Where the settings stand that are in no file.

    Raises:
        click.ClickException: They cannot be read.
    """
    # With these torch is imported, which takes seconds.
    from step.pipelines.parameters import Globals, Parameters

    mistakes = SettingsSchema(Globals).mistakes(loader["globals"])
    if mistakes:
        return _lines(mistakes, _sources(loader, "globals", given))
    runtime = _runtime_names(loader) | set(loader.renamed)
    values = {
        name: value
        for name, value in _read_parameters(loader).items()
        # What begins with an underscore only serves as an anchor for other sections.
        if name not in runtime and not str(name).startswith("_")
    }
    mistakes = SettingsSchema(Parameters).mistakes(values, runtime)
    return _lines(mistakes, _sources(loader, "parameters", given))


def _read_parameters(loader: AbstractConfigLoader) -> dict[str, Any]:
    """All parameters, merged and resolved."""
    try:
        return loader["parameters"]
    except UNREADABLE as error:
        for first, second in combinations(_sources(loader, "parameters", "--params"), 2):
            clash = _find_clash(first.values, second.values)
            if clash:
                raise click.ClickException(
                    f"{clash} is a list in {first.place} or {second.place}, and a section in the "
                    "other. A list can only be given whole, in a file."
                ) from error
        problem = " ".join(str(error).split())[:300]
        raise click.ClickException(f"The parameters cannot be read: {problem}") from error


def _lines(mistakes: list[Mistake], sources: Iterator[Source]) -> list[str]:
    """A line a mistake, with the place where the setting is written."""
    if not mistakes:
        return []
    known = list(sources)
    lines = []
    for mistake in mistakes[:MOST_LISTED]:
        path = mistake.name.partition("[")[0].split(".")
        places = (source.place for source in known if _holds(source.values, path))
        place = next(places, None)
        lines.append(f"  {mistake.name}{f' ({place})' if place else ''} {mistake.complaint}")
    if len(mistakes) > MOST_LISTED:
        lines.append(f"  and {len(mistakes) - MOST_LISTED} more.")
    return lines


def _sources(loader: AbstractConfigLoader, key: str, given: str) -> Iterator[Source]:
    """Where settings are written, those first that override the others."""
    if key == "parameters":
        yield Source(given, loader.runtime_params or {})
    root = Path(loader.conf_source)
    for folder in _folders(loader):
        for path in sorted(folder.rglob(f"{key}*.yml")):
            yield Source(
                str(path.relative_to(root.parent)), OmegaConf.to_container(OmegaConf.load(path))
            )


def _folders(loader: AbstractConfigLoader) -> list[Path]:
    """The folders of the environment and of what it adds to."""
    names = dict.fromkeys([loader.env or loader.default_run_env, loader.base_env])
    return [Path(loader.conf_source, name) for name in names]


def _runtime_names(loader: AbstractConfigLoader) -> set[str]:
    """The names that the environment's files take from `--params`."""
    paths = [path for folder in _folders(loader) for path in folder.rglob("*.yml")]
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in paths)
    return {name for text in texts for name in RUNTIME_NAME.findall(text)}


def _holds(values: Any, path: list[str]) -> bool:
    for key in path:
        if not isinstance(values, dict) or key not in values:
            return False
        values = values[key]
    return True


def _find_clash(first: dict[str, Any], second: dict[str, Any], within: str = "") -> str | None:
    """Name the first setting that is a list in one of two sources and a section in the other."""
    for key in first.keys() & second.keys():
        both = first[key], second[key]
        name = f"{within}{key}"
        if all(isinstance(value, dict) for value in both):
            if clash := _find_clash(*both, f"{name}."):
                return clash
        elif all(isinstance(value, dict | list) for value in both) and type(both[0]) is not type(
            both[1]
        ):
            return name
    return None
