"""Raw files, on this disk or at an address."""

import codecs
import gzip
import io
import re
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from typing import IO, Any, TypeVar
from urllib.parse import urlsplit

import fsspec
from kedro.io.core import AbstractVersionedDataset, Version, get_protocol_and_path

from step.errors import InputError

UNREADABLE = (OSError, EOFError, zlib.error)  # what a broken file raises while it is read


_DI = TypeVar("_DI")
_DO = TypeVar("_DO")


class SourceFile(AbstractVersionedDataset[_DI, _DO]):
    """What a dataset of one raw file has in common: its path or address, and a local copy of it."""

    def __init__(
        self,
        *,
        filepath: str,
        version: Version | None = None,
        metadata: dict[str, Any] | None = None,
    ):
        self._address = address(filepath, version)
        super().__init__(PurePosixPath(self._address), version)
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
        remote = is_remote(self._address)
        return local_copy(self._address if remote else str(self._get_load_path()))

    def _exists(self) -> bool:
        return is_remote(self._address) or Path(self._get_load_path()).exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._address, "version": self._version}


def address(filepath: str, version: Version | None = None) -> str:
    """A path as it is, or a whole address with its protocol; the web has no versions."""
    protocol, path = get_protocol_and_path(filepath, version)
    return path if protocol == "file" else f"{protocol}://{path}"


def is_remote(where: str) -> bool:
    """Tell an address from a path on this disk."""
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


def text_lines(path: Path, name: str) -> Iterator[tuple[int, str]]:
    """Read a text file line by line, unpacked if it is gzipped.

    The text is UTF-8, with or without a byte-order mark, or UTF-16 with one; all line ends are
    understood, old-Mac ones too.

    Args:
        path: On this disk.
        name: Of the file, for messages.

    Yields:
        The line's number, from one, and the line with its end.

    Raises:
        InputError: The file cannot be read, or a line is no such text.
    """
    try:
        with opened(path, "rb") as file:
            wide = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
            file.seek(0)
            encoding, errors = ("utf-16", "replace") if wide else ("utf-8-sig", "surrogateescape")
            undecoded = re.compile("\ufffd" if wide else "[\udc80-\udcff]")
            text = io.TextIOWrapper(file, encoding=encoding, errors=errors)
            for number, line in enumerate(text, start=1):
                if "\0" in line:
                    raise InputError(
                        f"{name}, line {number} holds a NUL character: is it a text file? Save it "
                        "as text in UTF-8; a workbook needs the ending .xlsx."
                    )
                if not line.isascii() and undecoded.search(line):
                    raise InputError(
                        f"{name}, line {number} is not {'UTF-16' if wide else 'UTF-8'} text. Save "
                        "the file in UTF-8: a spreadsheet offers it as `CSV UTF-8`, and `iconv -f "
                        "latin1 -t utf-8` converts Western European text."
                    )
                yield number, line
    except UNREADABLE as error:
        raise InputError(f"{name} cannot be read: {error}.") from error


def temporary_file(name: str) -> Path:
    """A path where nothing lies yet, in a folder that is removed when the program ends."""
    return Path(tempfile.mkdtemp(dir=_temporary_folder().name)) / name


@cache
def _temporary_folder() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="step-")
