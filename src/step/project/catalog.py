"""The catalog of a run."""

from typing import Any

from kedro.io import DataCatalog


class StudyCatalog(DataCatalog):
    """Kedro's catalog, which can keep what it has read for the rest of a run.

    Sources are read before the first node, to end a run early if one is wrong; its nodes get what
    was read then.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._kept: dict[str, Any] = {}

    def keep(self, name: str) -> None:
        """Load a dataset, and keep it."""
        self._kept[name] = super().load(name)

    def load(self, ds_name: str, version: str | None = None) -> Any:
        """Return what is kept of a dataset, or load it."""
        return self._kept[ds_name] if ds_name in self._kept else super().load(ds_name, version)
