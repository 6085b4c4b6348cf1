"""The configuration of a study: which files are its own, and what is wrong with a file."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import click
from kedro.config import MissingConfigException, OmegaConfigLoader
from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from step.address import redact
from step.project.entries import entry_fault, is_nothing, unknown_source

PATTERN_SIGNS = re.compile(r"[][{}*?]")  # by which Kedro takes a path for a pattern
STUDY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
SHOWN_FAULTS = 10
STUDY = "study"


class StudyConfigLoader(OmegaConfigLoader):
    """Kedro's loader, which tells a study's own sources from those of the demo study.

    Sources are what the files `catalog_raw*.yml` declare. An environment whose `globals.yml` names
    another study than `conf/base` does borrows none of the base files: it has what it names. A
    source is optional if its base entry holds `data: null` or `metadata: {optional: true}`.

    What cannot be read ends with one message that names the file and the place in it.

    A run may name its results otherwise than the environment does: `--params study=trial`.

    Each file is read once: a run sees one state of its configuration.
    """

    def __init__(self, conf_source: str | Path, *arguments: Any, **settings: Any):
        self._loaded: dict[str, dict[str, Any]] = {}
        self._written: dict[tuple[str, str], dict[str, Any]] = {}
        if sign := PATTERN_SIGNS.search(str(conf_source)):
            raise click.ClickException(
                f"The path {conf_source} has a {sign[0]}, by which Kedro takes it for a pattern. "
                "Move the project to a folder whose path has no brackets, braces, asterisks or "
                "question marks."
            )
        super().__init__(conf_source, *arguments, **settings)

    def __getitem__(self, key: str) -> dict[str, Any]:
        """Read one kind of configuration: `catalog`, `parameters`, `globals` or `credentials`.

        Raises:
            click.ClickException: The environment does not exist, a file is no YAML, an entry of
                the catalog is wrong, or the study's name cannot name a folder.
        """
        self._register_globals_resolver()  # another loader may have been made since
        if key not in self._loaded:
            self._loaded[key] = self._load_whole(key)
        return deepcopy(self._loaded[key])

    def _load_whole(self, key: str) -> dict[str, Any]:
        with self._explained(key):
            loaded = super().__getitem__(key)
        if key == "globals":
            loaded = loaded | self.renamed
            self._require_study_name(loaded.get("study"))
        if key == "catalog":
            self._check_entries(loaded)
            self._complete_sources(loaded)
        return loaded

    @property
    def study(self) -> str:
        """The name of the study that is run."""
        return self["globals"]["study"]

    @property
    def renamed(self) -> dict[str, Any]:
        """The name that the run alone gives the study, as `study`, if it gives one."""
        return {name: value for name, value in (self.runtime_params or {}).items() if name == STUDY}

    @property
    def named_study(self) -> str | None:
        """The name that the environment's files give the study."""
        return (self._read(self.base_env, "globals") | self._read(self.run_env, "globals")).get(
            STUDY
        )

    @property
    def run_env(self) -> str:
        """The environment that is run."""
        return self.env or self.default_run_env

    @property
    def has_study_of_its_own(self) -> bool:
        """Whether the environment names another study than `conf/base` does."""
        return self.named_study != self._read(self.base_env, "globals").get(STUDY)

    def sources(self) -> set[str]:
        """Return the names of all sources."""
        return {
            name for env in (self.base_env, self.run_env) for name in self._read(env, "catalog_raw")
        }

    def own_files(self) -> set[str]:
        """Return the sources for which the environment itself names a file."""
        if self.run_env == self.base_env:
            return set()
        entries = self._read(self.run_env, "catalog")
        return {name for name in self.sources() & set(entries) if not is_nothing(entries[name])}

    def lacking(self) -> set[str]:
        """Return the sources that the study needs and for which it names no file."""
        if not self.has_study_of_its_own:
            return set()
        return self.sources() - self.own_files() - self._optional()

    def _optional(self) -> set[str]:
        """The sources that a study need not have."""
        entries = self._read(self.base_env, "catalog_raw")
        return {
            name
            for name, entry in entries.items()
            if is_nothing(entry) or (entry.get("metadata") or {}).get("optional")
        }

    def _read(self, env: str, key: str) -> dict[str, Any]:
        """What the files of one environment alone say, as they are written."""
        if (env, key) not in self._written:
            with self._explained(key):
                named: dict[str, Any] = {}
                for path in self._files(env, key):
                    named |= OmegaConf.to_container(self._load(path))
                self._written[env, key] = {
                    name: value for name, value in named.items() if not name.startswith("_")
                }
        return self._written[env, key]

    @contextmanager
    def _explained(self, key: str) -> Iterator[None]:
        """Turn what is wrong with a file of one kind of configuration into one message."""
        try:
            yield
        except MissingConfigException:
            self._require_environment()
            raise
        except RecursionError as error:
            raise click.ClickException(
                f"{key} of the environment {self.run_env}: sections and lists lie too deep within "
                "one another. Write them with fewer levels."
            ) from error
        except (YAMLError, OmegaConfBaseException, ValueError, AttributeError, TypeError) as error:
            fault = self._fault(key, error)
            if fault is None:
                raise
            raise click.ClickException(redact(fault)) from error

    def _check_entries(self, catalog: dict[str, Any]) -> None:
        known, named = (self._read(env, "catalog_raw") for env in (self.base_env, self.run_env))
        faults = {name: entry_fault(name, entry) for name, entry in catalog.items()}
        for name in named.keys() - known.keys():
            faults[name] = faults[name] or unknown_source(name, known)
        wrong = [
            f"{self._file_of(name)}, {name!s:.100}: {fault}"
            for name, fault in faults.items()
            if fault
        ]
        if wrong:
            raise click.ClickException(redact("\n".join(wrong[:SHOWN_FAULTS])))

    def _complete_sources(self, catalog: dict[str, Any]) -> None:
        """Give each source its layer; what a study does not have is nothing, not the demo's."""
        borrowed = self._optional() - self.own_files() if self.has_study_of_its_own else set()
        for name in self.sources():
            if name in borrowed:
                catalog[name] = {"type": "kedro.io.MemoryDataset", "data": None}
            metadata = catalog[name].get("metadata") or {}
            catalog[name]["metadata"] = {"kedro-viz": {"layer": "raw"}} | metadata

    def _require_environment(self) -> None:
        if not self._fs.isdir(self._get_conf_env_path(self.run_env)):
            folders = self._fs.ls(self._get_conf_env_path(""), detail=False)
            known = sorted(Path(each).name for each in folders if self._fs.isdir(each))
            raise click.ClickException(
                f"There is no environment {self.run_env!r:.100}: environments are the folders of "
                f"conf, {', '.join(known)}."
            )

    def _require_study_name(self, name: object) -> None:
        if not isinstance(name, str) or not STUDY_NAME.fullmatch(name):
            place = "--params" if self.renamed else "globals.yml"
            is_number = isinstance(name, int | float)
            raise click.ClickException(
                f"{place}: `study` is {name!r:.100}. It names the folders of the results: at "
                "most 100 letters, digits, dots, underscores and hyphens, of which the first is a "
                f"letter or a digit.{' Write a number in quotes.' if is_number else ''}"
            )

    def _files(self, env: str, key: str) -> list[Path]:
        """The files of one kind of configuration in one environment."""
        found = [
            Path(each)
            for pattern in self.config_patterns[key]
            for each in self._fs.glob(f"{self._get_conf_env_path(env)}/{pattern}")
        ]
        return [path for path in dict.fromkeys(found) if self._is_valid_config_path(path)]

    def _content(self, path: Path) -> bytes:
        with self._fs.open(str(path)) as file:
            return file.read()

    def _load(self, path: Path) -> DictConfig | ListConfig:
        return OmegaConf.load(io.StringIO(self._content(path).decode()))

    def shown(self, path: Path) -> str:
        """A path as the user would write it: from the project's root, where it lies there."""
        root = Path(self.conf_source).parent
        return str(path.relative_to(root) if path.is_relative_to(root) else path)

    def _file_of(self, name: str) -> str:
        """The file in which an entry of the catalog stands, of the environment or of the base."""
        files = self._files(self.run_env, "catalog") + self._files(self.base_env, "catalog")
        return next(self.shown(path) for path in files if name in self._load(path))

    def _fault(self, key: str, error: Exception) -> str | None:
        """Say which file cannot be read, and why; None where no file is to blame."""
        for path in self._files(self.run_env, key) + self._files(self.base_env, key):
            fault = _yaml_fault(self._content(path))
            if fault is not None:
                return f"{self.shown(path)}{fault}"
        if isinstance(error, OmegaConfBaseException):
            place = f"`{error.full_key!s:.100}`: " if error.full_key else ""
            return f"{key} of the environment {self.run_env}: {place}{_first_line(error)}"
        return _first_line(error) if isinstance(error, ValueError) else None


def _first_line(error: Exception) -> str:
    return f"{(str(error).splitlines() or [''])[0]:.300}"


def _yaml_fault(content: bytes) -> str | None:
    """Say why a file is not valid YAML that names settings; None where it is."""
    try:
        text = content.decode()
        loaded = OmegaConf.load(io.StringIO(text))
    except UnicodeDecodeError:
        return " is not text in UTF-8."
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        if mark is None:
            return f" is not valid YAML: {_first_line(error):.100}."
        line = "".join(text.split("\n")[mark.line : mark.line + 1])
        problem = error.problem.partition(". ")[0].rstrip(".")
        hint = " Indent with spaces, not with tabs." if line.lstrip(" ").startswith("\t") else ""
        if "expansion" in problem:  # as omegaconf says it of aliases of aliases of aliases
            hint = " Write out what the aliases (*name) stand for."
        return f" is not valid YAML: line {mark.line + 1}: {problem:.100}.{hint}"
    if not isinstance(loaded, DictConfig):
        return " is a list; it must name sections and their settings."
    odd = [name for name in loaded if not isinstance(name, str)]
    return f": the name {odd[0]!r:.100} is no text. Write it in quotes." if odd else None
