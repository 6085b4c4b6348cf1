"""What no longer fits the manifest of an assay."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from step.datasets.manifest import Found, Manifest, checksum_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Verified:
    """The result for one assay.

    Attributes:
        manifests: Number of manifests that were found, 0 or 1.
        files: Number of files that were compared.
        faults: What does not fit, a line each.
    """

    manifests: int = 0
    files: int = 0
    faults: list[str] = field(default_factory=list)


def verify_assay(found: Found) -> Verified:
    """Hold the files of an assay against its manifest."""
    if found.manifest is None:
        return Verified()
    faults = [*_changed_files(found), *_mixed_runs(found.manifest)]
    return Verified(1, len(found.files), faults)


def join_assays(*assays: Verified) -> Verified:
    """Put the results of the assays together; what they share is told once."""
    joined = Verified(
        sum(each.manifests for each in assays),
        sum(each.files for each in assays),
        list(dict.fromkeys(fault for each in assays for fault in each.faults)),
    )
    if joined.manifests and not joined.faults:
        logger.info("%d files are as the runs that wrote or read them recorded", joined.files)
    return joined


def _changed_files(found: Found) -> Iterator[str]:
    manifest = found.manifest
    for name, files in manifest.inputs.items():
        for file, checksum in files.items():
            if found.files[file] is None:
                yield f"{file} ({name}) is missing; the results come from it."
            elif found.files[file] != checksum:
                yield f"{file} ({name}) changed since the results were computed from it."
    for name, written in manifest.outputs.items():
        for file, checksum in written.files.items():
            if found.files[file] is None:
                yield f"{file} ({name}) is missing."
            elif found.files[file] != checksum:
                yield f"{file} ({name}) changed since it was written, or is of another run."


def _mixed_runs(manifest: Manifest) -> Iterator[str]:
    known = {name: checksum_of(files) for name, files in manifest.inputs.items()}
    known |= {name: checksum_of(written.files) for name, written in manifest.outputs.items()}
    for name, written in manifest.outputs.items():
        for origin, checksum in written.inputs.items():
            if known.get(origin, checksum) != checksum:
                run = manifest.runs[written.run]
                yield (
                    f"{name}, of the run of {run.started}, was computed from another {origin} than "
                    "the one that is there."
                )
