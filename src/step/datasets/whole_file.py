"""Files that appear whole or not at all: written beside their place, then renamed."""

import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import copy
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import numpy as np
import pyarrow
from kedro.io.core import AbstractVersionedDataset, Version
from kedro.utils import load_obj
from kedro_datasets import json, matplotlib, pandas, text
from kedro_datasets._typing import ImagePreview
from matplotlib import rc_context
from matplotlib.figure import Figure
from pandas import DataFrame
from pyarrow import ArrowInvalid, parquet
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from step.datasets.leftovers import remove, unfinished
from step.errors import InputError

# pyarrow's own allocator keeps what it needed once: 1.3 GB after a table of 17 million rows.
pyarrow.set_memory_pool(pyarrow.system_memory_pool())

_DI = TypeVar("_DI")
_DO = TypeVar("_DO")


def damaged(file: str | PurePosixPath, why: str) -> InputError:
    """Return the error of a result that cannot be read."""
    return InputError(
        f"{file} is damaged: {why.strip().rstrip('.')}. Delete it, and run the stage that writes "
        "it again."
    )


@contextmanager
def whole_file(target: str | PurePosixPath) -> Iterator[Path]:
    """Give a path to write to; what lies there at the end takes the target's place.

    If the writing fails, the target stays as it was and nothing is left beside it.

    Args:
        target: A file or a folder on the local disk.

    Yields:
        A path in the same folder, with the same ending, where nothing exists.

    Raises:
        InputError: A folder with more than a result of this kind lies there.
    """
    with whole_files(target) as (beside,):
        yield beside


@contextmanager
def whole_files(*targets: str | PurePosixPath) -> Iterator[list[Path]]:
    """Give a path to write to for each of several targets, which change together.

    The last target is the one that is looked for. Of several files, it goes before the first
    changes and comes after all others: whenever the process is killed, what belongs together
    stands together, or is missing. A folder, too, goes as a whole.

    Args:
        targets: In one folder; see `whole_file`.
    """
    places = [Path(target) for target in targets]
    new_folders = [folder for folder in places[-1].parents if not folder.exists()]
    places[-1].parent.mkdir(parents=True, exist_ok=True)
    beside = [unfinished(place) for place in places]
    old = unfinished(places[-1])
    try:
        yield beside
        for new, place in zip(beside, places, strict=True):
            _require_replaceable(place, new)
        if places[-1].is_dir() or (len(places) > 1 and places[-1].exists()):
            os.rename(places[-1], old)
        for new, place in zip(beside, places, strict=True):
            os.replace(new, place)
    finally:
        for path in (*beside, old):
            remove(path)
        for folder in new_folders:
            with suppress(OSError):  # it holds something: all went well
                folder.rmdir()


def _require_replaceable(target: Path, new: Path) -> None:
    """Raise InputError if a folder lies at a target that holds more than a result."""
    if target.is_dir() and (new.is_file() or any(child.is_dir() for child in target.iterdir())):
        raise InputError(
            f"{target} is a folder that holds more than is written here, as the versions "
            "of earlier runs. Move it away, or set `versioned: true`."
        )


class LocalFile(AbstractVersionedDataset[_DI, _DO]):
    """What a dataset of one local file has in common: its path, versions, whether it is there."""

    def __init__(
        self,
        *,
        filepath: str,
        version: Version | None = None,
        metadata: dict[str, Any] | None = None,
    ):
        super().__init__(PurePosixPath(filepath), version)
        self.metadata = metadata

    def _exists(self) -> bool:
        return Path(self._get_load_path()).exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "version": self._version}


class _WholeFile:
    """Gives a Kedro dataset of one local file or folder a save that is whole or nothing."""

    def save(self, data: Any) -> None:
        """Save beside the file, then rename."""
        with whole_file(self._get_save_path()) as beside:
            self._write(beside, data)

    def _write(self, path: Path, data: Any) -> None:
        """Save to another path, as the Kedro dataset does."""
        unversioned = copy(self)
        unversioned._filepath, unversioned._version = PurePosixPath(path), None
        super(_WholeFile, unversioned).save(data)


class ParquetDataset(_WholeFile, pandas.ParquetDataset):
    """`pandas.ParquetDataset`, saved whole or not at all, and read in half the memory.

    `load_args` are those of `pyarrow.parquet.read_table`. Columns that `read_dictionary` names, in
    which few texts stand in many rows, are read in a third of the time.
    """

    def load(self) -> DataFrame:
        """Read the table; its texts are objects, however they were read.

        Raises:
            InputError: The file is no such table.
        """
        arguments = {"pre_buffer": False} | self._load_args  # the file itself is not kept
        try:
            table = parquet.read_table(self._get_load_path(), **arguments)
        except ArrowInvalid as error:
            raise damaged(self._filepath, str(error)) from error
        table = table.to_pandas(
            split_blocks=True,
            self_destruct=True,  # without a second copy of each column
        )
        for name in self._load_args.get("read_dictionary", ()):
            table[name] = table[name].astype(object)
        return table


class JSONDataset(_WholeFile, json.JSONDataset):
    """`json.JSONDataset`, saved whole or not at all."""


class TextDataset(_WholeFile, text.TextDataset):
    """`text.TextDataset`, saved whole or not at all."""


class FigureDataset(_WholeFile, matplotlib.MatplotlibDataset):
    """`matplotlib.MatplotlibDataset`, saved whole or not at all, and loaded as PNG.

    A figure is saved as SVG of the same name too, for whoever edits or prints it. A dictionary of
    figures is saved as a folder of PNG files, of which nothing older remains; an empty one as an
    empty folder.
    """

    partner = ".svg"

    def save(self, data: Figure | dict[str, Figure]) -> None:
        """Save the figure, or a folder of figures by the names of their files."""
        if data == {}:
            with whole_file(self._get_save_path()) as beside:
                beside.mkdir()
        elif isinstance(data, Figure):
            target = self._get_save_path()
            # Words remain words, and the same figure is the same file.
            style = rc_context({"svg.fonttype": "none", "svg.hashsalt": "step"})
            with whole_files(target.with_suffix(self.partner), target) as (drawing, picture):
                dpi = self._save_args.get("dpi", "figure")
                with style:
                    data.savefig(drawing, format="svg", dpi=dpi, metadata={"Date": None})
                    data.set_layout_engine("none")  # it is laid out
                    self._write(picture, data)
        else:
            super().save(data)

    def load(self) -> bytes | dict[str, bytes]:
        """The file's content, or that of each file of the folder by name."""
        path = Path(self._get_load_path())
        if path.is_dir():
            return {file.name: file.read_bytes() for file in sorted(path.iterdir())}
        return path.read_bytes()

    def preview(self) -> ImagePreview:
        """The figure as kedro-viz shows it, base64; of a folder, the first one, if it has any."""
        path = Path(self._get_load_path())
        shown = sorted(path.iterdir())[:1] if path.is_dir() else [path]
        return ImagePreview("".join(base64.b64encode(file.read_bytes()).decode() for file in shown))


class RecordFile(LocalFile[Any, Any]):
    """A file that holds one dataclass."""

    def __init__(
        self,
        *,
        filepath: str,
        record: str,
        version: Version | None = None,
        metadata: dict[str, Any] | None = None,
    ):
        """Describe the file.

        Args:
            filepath: A local path.
            record: The dataclass, with its module.
            version: Of a versioned dataset.
            metadata: For kedro-viz.
        """
        super().__init__(filepath=filepath, version=version, metadata=metadata)
        self._record = record

    def _describe(self) -> dict[str, Any]:
        return super()._describe() | {"record": self._record}


class ArrayDataset(RecordFile):
    """A dataclass of arrays in one safetensors file.

    ```yaml
    mrna.embeddings:
      type: step.datasets.ArrayDataset
      filepath: data/04_feature/demo/mrna/embeddings.safetensors
      record: step.embeddings.temporal.Embeddings
    ```
    """

    def load(self) -> Any:
        """Read all arrays.

        Raises:
            InputError: The file holds no such arrays.
        """
        try:
            return load_obj(self._record)(**load_file(str(self._get_load_path())))
        except (SafetensorError, TypeError) as error:
            raise damaged(self._filepath, str(error)) from error

    def save(self, data: Any) -> None:
        """Write all arrays."""
        arrays = {name: np.ascontiguousarray(array) for name, array in vars(data).items()}
        with whole_file(self._get_save_path()) as beside:
            save_file(arrays, str(beside))
