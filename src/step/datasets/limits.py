"""How much is taken from a source: a file may be broken, hostile or endless."""

from typing import Annotated

from step.errors import InputError
from step.typed import between, settings

MEGABYTE = 10**6  # bytes


@settings
class SourceLimits:
    """How much is taken from files and addresses; what holds more ends a run in one message.

    Attributes:
        max_download_mb: Size of a file at an address, megabytes.
        max_unpacked_mb: Size of a text table, a workbook or an .h5ad file once it is unpacked,
            megabytes.
        max_cells: Cells of a table, an annotation or a collection of gene sets.
        stall_timeout: Seconds for which a server may send nothing.
        download_timeout: Seconds that a download may take in all.
    """

    max_download_mb: Annotated[int, between(1, 10**6)] = 2000
    max_unpacked_mb: Annotated[int, between(1, 10**6)] = 4000
    max_cells: Annotated[int, between(1, 10**10)] = 20_000_000
    stall_timeout: Annotated[float, between(0, 3600, inclusive="right")] = 60.0
    download_timeout: Annotated[float, between(0, 10**6, inclusive="right")] = 3600.0


class Limits:
    """The limits that all datasets of the process keep; a run sets them from its parameters."""

    current = SourceLimits()


def too_large(name: str, what: str, setting: str) -> InputError:
    """The error for a source that is larger than a limit.

    Args:
        name: The file.
        what: The rest of the sentence, up to the limit: `unpacks to more than`.
        setting: The limit.
    """
    unit = " MB" if setting.endswith("_mb") else " cells"
    return InputError(
        f"{name} {what} {getattr(Limits.current, setting)}{unit}. If it is the file that you mean, "
        f"raise `sources.{setting}` in the environment's parameters.yml."
    )


def check_size(size: int, name: str, what: str, setting: str) -> None:
    """Raise the error of `too_large` if a size, bytes, is above a limit in megabytes."""
    if size > getattr(Limits.current, setting) * MEGABYTE:
        raise too_large(name, what, setting)


class CellCount:
    """Counts the cells that are kept of a source, up to the limit.

    Args:
        name: The file, for messages.
    """

    def __init__(self, name: str):
        self._name = name
        self._left = Limits.current.max_cells

    def add(self, cells: int) -> None:
        """Count some more.

        Raises:
            InputError: They are too many.
        """
        self._left -= cells
        if self._left < 0:
            raise too_large(self._name, "has more than", "max_cells")
