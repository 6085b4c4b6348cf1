"""SHA-256 checksums of files and settings."""

import hashlib
import json
from pathlib import Path
from typing import Any

from step.errors import InputError

CHECKSUM = "weights_sha256"  # by which a card names its weights


def file_checksum(path: Path) -> str:
    """Return the SHA-256 checksum of a file, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def value_checksum(value: Any) -> str:
    """Return the SHA-256 checksum of a setting or a section of them, whatever their order."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def require_weights(path: Path, checksum: str | None) -> None:
    """Raise InputError unless weights are those that the card beside them names.

    Args:
        path: Of the weights.
        checksum: That the card gives.
    """
    if checksum != file_checksum(path):
        raise InputError(
            f"{path} and {path.with_suffix('.json').name} beside it do not belong together: one "
            "of them is of another run. Delete both, and run the stage that writes them again."
        )
