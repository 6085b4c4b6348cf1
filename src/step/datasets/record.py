"""Typed results as JSON."""

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kedro.utils import load_obj
from kedro_datasets._typing import JSONPreview
from pydantic import TypeAdapter, ValidationError

from step.datasets.whole_file import RecordFile, damaged, whole_file


class RecordDataset(RecordFile):
    """A dataclass as a JSON file. What is undefined, None or no finite number, is absent there.

    ```yaml
    "{assay}.metrics":
      type: step.datasets.RecordDataset
      filepath: data/08_reporting/demo/{assay}/metrics.json
      record: step.evaluation.metrics.Metrics
    ```
    """

    def load(self) -> Any:
        """Read the record.

        Raises:
            InputError: The file is no JSON, or does not hold such a record.
        """
        try:
            return self._adapter().validate_python(json.loads(self._text()))
        except ValueError as error:
            raise damaged(self._filepath, _first_fault(error)) from error

    def save(self, data: Any) -> None:
        """Write the record; what could not be loaded again is not written.

        Raises:
            DatasetError: A field that must be there is undefined, or of a wrong type.
        """
        fields = _without_undefined(asdict(data))
        self._adapter().validate_python(fields)
        with whole_file(self._get_save_path()) as beside:
            beside.write_text(json.dumps(fields, allow_nan=False), encoding="utf-8")

    def preview(self) -> JSONPreview:
        """The file's content."""
        return JSONPreview(self._text())

    def _text(self) -> str:
        return Path(self._get_load_path()).read_text(encoding="utf-8")

    def _adapter(self) -> TypeAdapter:
        return TypeAdapter(load_obj(self._record))


def _without_undefined(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is None, empty, or no finite number, at any depth."""
    nested = {
        name: _without_undefined(value) if isinstance(value, dict) else value
        for name, value in fields.items()
    }
    return {name: value for name, value in nested.items() if not _is_undefined(value)}


def _is_undefined(value: Any) -> bool:
    empty = value is None or value == () or value == {}
    return empty or (isinstance(value, float) and not math.isfinite(value))


def _first_fault(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return f"it cannot be read as JSON ({error!s:.100})"
    fault = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, fault["loc"]))
    return f"{place}: {fault['msg']}" if place else fault["msg"]
