"""The catalog of a run."""

from dataclasses import dataclass
from typing import Any

from kedro.io import DataCatalog


@dataclass(frozen=True)
class Reading:
    """What a check of the study gets in place of a source.

    Attributes:
        name: Of the source, as the catalog has it.
        file: Where it lies; None where the study names no file.
        content: What was read; None where the study does not have the source.
        fault: Why it cannot be read; None where it can.
    """

    name: str
    file: str | None = None
    content: Any = None
    fault: str | None = None


class StudyCatalog(DataCatalog):
    """Kedro's catalog, which can keep what it has read, and knows what no longer fits.

    Sources are read before the first node, to end a run early if one is wrong; its nodes get what
    was read then. A run of missing outputs alone takes those that no longer fit as missing.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._kept: dict[str, Any] = {}
        self._outdated: set[str] = set()

    def keep(self, name: str, content: Any) -> None:
        """Let every later load of a dataset return this."""
        self._kept[name] = content

    def load(self, ds_name: str, version: str | None = None) -> Any:
        """Return what is kept of a dataset, or load it."""
        return self._kept[ds_name] if ds_name in self._kept else super().load(ds_name, version)

    def outdate(self, names: set[str]) -> None:
        """Let datasets count as missing."""
        self._outdated |= names

    def exists(self, ds_name: str) -> bool:
        """Tell whether a dataset is there, and fits what it would be computed from."""
        return ds_name not in self._outdated and super().exists(ds_name)
