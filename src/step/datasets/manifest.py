"""What runs read and wrote, with checksums, and the files as they are now."""

import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from kedro.io import AbstractDataset
from kedro.io.core import AbstractVersionedDataset, VersionNotFoundError

from step.checksums import file_checksum, value_checksum
from step.datasets.record import RecordDataset
from step.datasets.whole_file import LocalFile

Checksums = dict[str, str]  # SHA-256 of each file, by its path from the project's folder


@dataclass(frozen=True)
class Written:
    """An output, as a run wrote it.

    Attributes:
        node: That computed it.
        run: Identifies the run.
        files: Their checksums; none of a folder of pages where none were asked for.
        inputs: What it was computed from: the checksum of each dataset, see `checksum_of`.
        settings: Checksum of the settings and package versions that it was computed with.
    """

    node: str
    run: str
    files: Checksums = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    settings: str = ""


@dataclass(frozen=True)
class RunRecord:
    """A run.

    Attributes:
        command: As it was given.
        environment: The folder of `conf`.
        host: The machine.
        started: Date and time.
        python: Its version.
        packages: Versions by name.
        parameters: All settings.
        git: `commit`, and whether files differ from it (`dirty`); None without git.
    """

    command: str
    environment: str
    host: str
    started: str
    python: str
    packages: dict[str, str]
    parameters: dict[str, Any]
    git: dict[str, str | bool] | None = None


@dataclass(frozen=True)
class StageCost:
    """What a stage took.

    Attributes:
        seconds: Wall time.
        peak_mib: Most memory of the run's process and its workers together, MiB, as far as looks
            at it every half second tell; shared memory counts for each of them.
    """

    seconds: float
    peak_mib: float | None = None


@dataclass(frozen=True)
class Manifest:
    """All that an assay's results came from.

    Attributes:
        study: Its name.
        assay: `mrna` or `mirna`.
        root: The project's folder, from that of the manifest.
        runs: Those that wrote an output which is listed.
        outputs: Of each dataset that was written.
        stages: What each took when it last ran.
        inputs: Checksums of the files of each source.
    """

    study: str
    assay: str
    root: str
    runs: dict[str, RunRecord] = field(default_factory=dict)
    outputs: dict[str, Written] = field(default_factory=dict)
    stages: dict[str, StageCost] = field(default_factory=dict)
    inputs: dict[str, Checksums] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """A manifest, and what now lies where it says.

    Attributes:
        manifest: As the last run that ended wrote it; None where none did.
        files: The checksum of each file that it names; None where there is no file.
    """

    manifest: Manifest | None = None
    files: dict[str, str | None] = field(default_factory=dict)


def checksum_of(files: Checksums) -> str:
    """Return one checksum for the files of a dataset."""
    return next(iter(files.values())) if len(files) == 1 else value_checksum(files)


def files_of(dataset: AbstractDataset) -> list[Path]:
    """Return the files of a dataset on this disk, with what stands beside them as a part of it."""
    if hasattr(dataset, "local_files"):  # of a map, several
        return list(dataset.local_files())
    named = str(getattr(dataset, "_filepath", "")).partition("::")[0]  # of a map in an .mcool
    if not named or "://" in named:
        return []
    path = Path(named)
    if isinstance(dataset, AbstractVersionedDataset) and dataset._version is not None:
        try:
            path = Path(dataset._get_load_path())
        except VersionNotFoundError:
            return []
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.is_file())
    partner = path.with_suffix(getattr(dataset, "partner", path.suffix))
    return [file for file in dict.fromkeys([path, partner]) if file.is_file()]


class ManifestDataset(LocalFile[Manifest, Found]):
    """A study's manifest as JSON; loaded together with the checksums of the files that it names.

    ```yaml
    "{assay}.manifest":
      type: step.datasets.ManifestDataset
      filepath: data/08_reporting/demo/{assay}/manifest.json
    ```
    """

    def load(self) -> Found:
        """Read the manifest, and every file that it names.

        Raises:
            InputError: The file is no manifest.
        """
        try:
            path = Path(self._get_load_path())
        except VersionNotFoundError:
            return Found()
        if not path.exists():
            return Found()
        manifest = self._record(path).load()
        named = [*manifest.inputs.values(), *(each.files for each in manifest.outputs.values())]
        # Not by the system, for which a folder that is a link lies elsewhere.
        root = Path(os.path.normpath(Path(self._filepath).parent / manifest.root))
        return Found(manifest, {name: _now(root / name) for files in named for name in files})

    def save(self, data: Manifest) -> None:
        """Write the manifest."""
        self._record(self._get_save_path()).save(data)

    def _record(self, path: Path | PurePosixPath) -> RecordDataset:
        return RecordDataset(filepath=str(path), record="step.datasets.manifest.Manifest")

    def _exists(self) -> bool:
        return True  # without a file, it is loaded as nothing


def _now(path: Path) -> str | None:
    return file_checksum(path) if os.path.isfile(path) else None
