"""Raw files, on this disk or at an address."""

import stat
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from kedro.io.core import AbstractVersionedDataset, Version, get_protocol_and_path

from step.address import redact
from step.datasets.download import download, file_name, is_remote, require_web
from step.datasets.scratch import scratch_folder
from step.errors import InputError

AS_WRITTEN = "%/:?#[]@!$&()*+,;=~{}"  # signs of an address that are not escaped to show it
KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}

_DI = TypeVar("_DI")
_DO = TypeVar("_DO")


class SourceFile(AbstractVersionedDataset[_DI, _DO]):
    """What a dataset of one raw file has in common: its path or address, and a local copy of it.

    `_address` is what may be shown of it.
    """

    def __init__(
        self,
        *,
        filepath: str,
        version: Version | None = None,
        metadata: dict[str, Any] | None = None,
    ):
        self._place = address(filepath, version)
        self._address = shown(self._place)
        super().__init__(PurePosixPath(self._address), version)
        self.metadata = metadata

    @property
    def _endings(self) -> list[str]:
        """What the file's name ends with, in small letters: `[".csv", ".gz"]`."""
        path = urlsplit(self._place).path if is_remote(self._place) else self._place
        return [ending.lower() for ending in PurePosixPath(path).suffixes]

    @property
    def _ending(self) -> str:
        return self._endings[-1] if self._endings else ""

    def _local(self) -> Path:
        remote = is_remote(self._place)
        return local_copy(self._place if remote else str(self._get_load_path()))

    def _exists(self) -> bool:
        return is_remote(self._place) or Path(self._get_load_path()).exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._address, "version": self._version}


def address(filepath: str, version: Version | None = None) -> str:
    """A path as it is, or a whole http(s) address; the web has no versions.

    Raises:
        InputError: The address is of another protocol.
    """
    if is_remote(filepath):
        require_web(filepath)
    protocol, path = get_protocol_and_path(filepath, version)
    return path if protocol == "file" else f"{protocol}://{path}"


def shown(place: str) -> str:
    """A path as it is, or an address without what may be secret in it."""
    return redact(quote(place, safe=AS_WRITTEN)) if is_remote(place) else place


def local_copy(place: str) -> Path:
    """Where a file lies on this disk; a remote one is fetched, and kept until the program ends.

    Raises:
        FileNotFoundError: There is no such local file.
        InputError: The address cannot be read, or what lies there is no file.
    """
    if is_remote(place):
        target = temporary_file(file_name(place))
        try:
            download(place, target)
        except InputError:
            target.unlink(missing_ok=True)
            raise
        return target
    path = Path(place)
    kind = stat.S_IFMT(path.stat().st_mode)
    if kind != stat.S_IFREG:  # reading a pipe or a device may never end
        raise InputError(
            f"{place} is {KINDS.get(kind, 'of another kind')}, and no file. Name the file itself; "
            "what a program writes into a pipe, save first."
        )
    return path


def temporary_file(name: str) -> Path:
    """A path where nothing lies yet, in a private folder that is removed when the program ends."""
    return scratch_folder() / name
