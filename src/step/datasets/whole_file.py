"""Files that appear whole or not at all: written beside their place, then renamed."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from kedro.io import AbstractDataset
from kedro_datasets import json, matplotlib, pandas, text
from safetensors.numpy import load_file, save_file


@contextmanager
def whole_file(target: str | PurePosixPath) -> Iterator[Path]:
    """Give a path to write to; what lies there at the end takes the target's place.

    If the writing fails, the target stays as it was and nothing is left beside it.

    Args:
        target: A file or a folder on the local disk.

    Yields:
        A path in the same folder, with the same ending, where nothing exists.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{uuid.uuid4().hex}.{target.name}")
    try:
        yield beside
        if target.is_dir():
            shutil.rmtree(target)
        os.replace(beside, target)
    finally:
        if beside.is_dir():
            shutil.rmtree(beside)
        else:
            beside.unlink(missing_ok=True)


class LocalFile:
    """What a dataset of one local file has in common: its path, whether it is there, its name."""

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None):
        self._filepath = PurePosixPath(filepath)
        self.metadata = metadata

    def _exists(self) -> bool:
        return Path(self._filepath).exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}


class _WholeFile:
    """Gives a Kedro dataset of one local file or folder a save that is whole or nothing."""

    _filepath: PurePosixPath

    def save(self, data: Any) -> None:
        """Save beside the file, then rename."""
        target = self._filepath
        with whole_file(target) as beside:
            self._filepath = PurePosixPath(beside.as_posix())
            try:
                super().save(data)
            finally:
                self._filepath = target


class ParquetDataset(_WholeFile, pandas.ParquetDataset):
    """`pandas.ParquetDataset`, saved whole or not at all."""


class JSONDataset(_WholeFile, json.JSONDataset):
    """`json.JSONDataset`, saved whole or not at all."""


class TextDataset(_WholeFile, text.TextDataset):
    """`text.TextDataset`, saved whole or not at all."""


class FigureDataset(_WholeFile, matplotlib.MatplotlibDataset):
    """`matplotlib.MatplotlibDataset`, saved whole or not at all, and loaded as PNG.

    A dictionary of figures is saved as a folder, of which nothing older remains.
    """

    def load(self) -> bytes | dict[str, bytes]:
        """The file's content, or that of each file of the folder by name."""
        path = Path(self._filepath)
        if path.is_dir():
            return {file.name: file.read_bytes() for file in sorted(path.iterdir())}
        return path.read_bytes()


class ArrayDataset(LocalFile, AbstractDataset[dict[str, np.ndarray], dict[str, np.ndarray]]):
    """Named arrays in one safetensors file.

    ```yaml
    mrna.embeddings:
      type: step.datasets.ArrayDataset
      filepath: data/04_feature/demo/mrna/embeddings.safetensors
    ```
    """

    def load(self) -> dict[str, np.ndarray]:
        """Read every array."""
        return load_file(str(self._filepath))

    def save(self, data: dict[str, np.ndarray]) -> None:
        """Write every array."""
        arrays = {name: np.ascontiguousarray(array) for name, array in data.items()}
        with whole_file(self._filepath) as beside:
            save_file(arrays, str(beside))
