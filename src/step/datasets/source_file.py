"""Raw files, on this disk or at an address."""

import gzip
import shutil
import tempfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import urlsplit

import fsspec
from kedro.io.core import get_protocol_and_path

from step.errors import InputError

UNREADABLE = (OSError, EOFError, zlib.error)  # what a broken file raises while it is read


class SourceFile:
    """What a dataset of one raw file has in common: its path or address, and a local copy of it."""

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None):
        self._address = address(filepath)
        self._filepath = PurePosixPath(self._address)
        self.metadata = metadata

    @property
    def _endings(self) -> list[str]:
        """What the file's name ends with, in small letters: `[".csv", ".gz"]`."""
        path = urlsplit(self._address).path if is_remote(self._address) else self._address
        return [ending.lower() for ending in PurePosixPath(path).suffixes]

    @property
    def _ending(self) -> str:
        return self._endings[-1] if self._endings else ""

    def _local(self) -> Path:
        return local_copy(self._address)

    def _exists(self) -> bool:
        return is_remote(self._address) or Path(self._address).exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._address}


def address(filepath: str) -> str:
    """A path as it is, or a whole address with its protocol."""
    protocol, path = get_protocol_and_path(filepath)
    return path if protocol == "file" else f"{protocol}://{path}"


def is_remote(where: str) -> bool:
    """Whether an address is not on this disk."""
    return "://" in where


def local_copy(where: str) -> Path:
    """Where a file lies on this disk; a remote one is fetched, and kept until the program ends.

    Raises:
        FileNotFoundError: There is no such local file.
        InputError: The address cannot be read.
    """
    if not is_remote(where):
        if not Path(where).exists():
            raise FileNotFoundError(where)
        return Path(where)
    target = temporary_file(PurePosixPath(urlsplit(where).path).name or "file")
    try:
        with fsspec.open(where, "rb") as remote, target.open("wb") as local:
            shutil.copyfileobj(remote, local)
    except Exception as error:  # each protocol has its own
        raise InputError(
            f"{where} cannot be fetched ({type(error).__name__}: {error}). Check the address and "
            "the network, or download the file and name its place."
        ) from error
    return target


def opened(path: Path, mode: str) -> IO[Any]:
    """An open file, unpacked if it is gzipped; text, where the mode asks for it, is UTF-8."""
    encoding = "utf-8" if "t" in mode else None
    open_file: Callable[..., IO[Any]] = gzip.open if path.suffix.lower() == ".gz" else open
    return open_file(path, mode, encoding=encoding)


def temporary_file(name: str) -> Path:
    """A path where nothing lies yet, in a folder that is removed when the program ends."""
    return Path(tempfile.mkdtemp(dir=_temporary_folder().name)) / name


@cache
def _temporary_folder() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="step-")
