"""What was computed from what: a study's outputs, and whether they would come out the same."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kedro.io import DataCatalog, DatasetError
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from step.checksums import file_checksum, value_checksum
from step.datasets.manifest import Checksums, RunRecord, Written, checksum_of, files_of
from step.datasets.record import RecordDataset
from step.errors import InputError
from step.project.selection import GENOME

NO_RESULT = ("jobs",)  # settings on which no result depends
PLACES = ("filepath", "credentials", "metadata")  # of an entry: not how the file is read


@dataclass
class Ledger:
    """All outputs of a study that runs have written, kept after each of them.

    Attributes:
        runs: By what identifies them.
        outputs: By dataset.
        seen: Checksum of each file, with the size and the time of its last change at which it was
            computed: a file that still has both is not read again.
    """

    runs: dict[str, RunRecord] = field(default_factory=dict)
    outputs: dict[str, Written] = field(default_factory=dict)
    seen: dict[str, tuple[int, int, str]] = field(default_factory=dict)


class Books:
    """A study's ledger, the files that it is about, and the run that writes to it."""

    def __init__(
        self,
        file: Path,
        root: Path,
        catalog: DataCatalog,
        pipeline: Pipeline,
        parameters: dict[str, Any],
        entries: dict[str, Any],
    ):
        """Open the ledger.

        Args:
            file: The ledger's; it need not exist, and what is damaged counts as nothing.
            root: The project's folder.
            catalog: Of the run.
            pipeline: Of the run, before nodes are left out that need not run.
            parameters: All settings.
            entries: What the catalog says of each source.
        """
        self._store = RecordDataset(filepath=str(file), record="step.project.ledger.Ledger")
        self._root, self._catalog = root, catalog
        self._parameters, self._entries = parameters, entries
        self._nodes = pipeline.nodes
        # Once a run has begun, the catalog also has what is kept in memory.
        self._entered = {name for name in pipeline.datasets() if name in catalog}
        self._makers = {output: node for node in pipeline.nodes for output in node.outputs}
        self.sources: dict[str, Checksums] = {}
        try:
            self.ledger: Ledger = self._store.load() if file.exists() else Ledger()
        except DatasetError as error:
            if not isinstance(error.__cause__, InputError):
                raise
            self.ledger = Ledger()

    def checksums(self, name: str) -> Checksums:
        """Return the checksums of the files of a dataset as they are now."""
        dataset = self._catalog.get(name)
        files = files_of(dataset) if dataset is not None else []
        return {self._shown(path): self._checksum(path) for path in files}

    def remember(self, sources: set[str]) -> None:
        """Take the checksums of sources before they are read: later, they may be other files."""
        self.sources = {name: self.checksums(name) for name in sorted(sources)}

    def record(self, name: str, node: Node, run: str, versions: dict[str, str]) -> bool:
        """Write down an output that a node has just computed, unless it is kept in memory."""
        if name not in self._entered or not hasattr(self._catalog.get(name), "_filepath"):
            return False
        inputs, settings = self._origins(node)
        self.ledger.outputs[name] = Written(
            files=self.checksums(name),
            node=node.name,
            run=run,
            inputs={each: self._current(each) for each in sorted(inputs)},
            settings=self._settings(settings, inputs, versions),
        )
        return True

    def outputs_of(self, assay: str) -> dict[str, Written]:
        """Return the outputs of an assay and of the genome, by dataset."""
        return {
            name: written
            for name, written in sorted(self.ledger.outputs.items())
            if written.node.split(".")[1] in (assay, GENOME)
        }

    def sources_of(self, assay: str) -> dict[str, Checksums]:
        """Return the checksums of the sources that an assay's outputs come from, by dataset.

        A source that this run did not read may be another file by now than the outputs come from.
        """
        outputs = self.outputs_of(assay).values()
        read = {name: checksum for each in outputs for name, checksum in each.inputs.items()}
        found: dict[str, Checksums] = {}
        for name in sorted(read.keys() - self.ledger.outputs.keys()):
            files = self.sources.get(name) or self.checksums(name)
            if len(files) == 1:
                files = dict.fromkeys(files, read[name])
            found[name] = files
        return {name: files for name, files in found.items() if files}

    def keep(self) -> None:
        """Write the ledger; forget runs of which no output is left."""
        used = {each.run for each in self.ledger.outputs.values()}
        self.ledger.runs = {run: of for run, of in self.ledger.runs.items() if run in used}
        self._store.save(self.ledger)

    def outdated(self, versions: dict[str, str]) -> set[str]:
        """Return the outputs of the pipeline that are not as they would be computed now.

        Their files or what these were computed from changed, or nobody knows what that was. What
        was computed from a file that changed or is missing stays: the file will come out as it was.
        """
        fitting: set[str] = set()
        there: set[str] = set()
        for node in self._nodes:
            inputs, settings = self._origins(node)
            expected = self._settings(settings, inputs, versions)
            for name in node.outputs:
                known = self.ledger.outputs.get(name)
                if (
                    known is not None
                    and known.settings == expected
                    and known.inputs.keys() == inputs
                    and all(self._fits(each, known, fitting) for each in inputs)
                ):
                    fitting.add(name)
                    there |= {name} if known.files == self.checksums(name) else set()
        return {name for name in self._makers if name in self._entered} - there

    def _fits(self, name: str, known: Written, fitting: set[str]) -> bool:
        if name in self._makers:
            return name in fitting and self._recorded(name) == known.inputs[name]
        files = self.checksums(name)  # none where a source was moved away: results may outlive it
        return not files or checksum_of(files) == known.inputs[name]

    def _origins(self, node: Node) -> tuple[set[str], set[str]]:
        """What a node's outputs come from, through what is kept in memory: files, and settings."""
        names = set(self._walk(node))
        settings = {name for name in names if name.startswith("params:")}
        return names - settings, settings

    def _walk(self, node: Node) -> Iterator[str]:
        for name in node.inputs:
            if name.startswith("params:") or name in self._entered:
                yield name
            elif name in self._makers:
                yield from self._walk(self._makers[name])

    def _current(self, name: str) -> str:
        return checksum_of(self.sources.get(name) or self.checksums(name))

    def _recorded(self, name: str) -> str:
        return checksum_of(self.ledger.outputs[name].files)

    def _settings(self, names: set[str], inputs: set[str], versions: dict[str, str]) -> str:
        """One checksum of parameters, of how files are read, and of packages."""
        values = {name: _without(self._parameter(name)) for name in names}
        reading = {name: _reading(self._entries[name]) for name in inputs & self._entries.keys()}
        return value_checksum([values, reading, versions])

    def _parameter(self, name: str) -> Any:
        value: Any = self._parameters
        for key in name.removeprefix("params:").split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def _checksum(self, path: Path) -> str:
        """The checksum of a file, which is read only if it changed since it was read last."""
        state, shown = os.stat(path), self._shown(path)
        size, changed, known = self.ledger.seen.get(shown, (0, 0, ""))
        if (size, changed) != (state.st_size, state.st_mtime_ns) or not known:
            try:
                known = file_checksum(path)
            except PermissionError:
                return ""  # who needs the file says so
            self.ledger.seen[shown] = (state.st_size, state.st_mtime_ns, known)
        return known

    def _shown(self, path: Path) -> str:
        return (
            path.relative_to(self._root).as_posix()
            if path.is_relative_to(self._root)
            else str(path)
        )


def _reading(entry: dict[str, Any]) -> list[Any]:
    """How the catalog says that a source is read, and which part of its file."""
    part = str(entry.get("filepath", "")).partition("::")[2]
    return [part, {key: value for key, value in entry.items() if key not in PLACES}]


def _without(settings: Any) -> Any:
    """Leave out settings on which no result depends."""
    if not isinstance(settings, dict):
        return settings
    return {name: _without(value) for name, value in settings.items() if name not in NO_RESULT}
