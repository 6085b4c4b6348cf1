"""Typed results as JSON."""

import json
import math
from dataclasses import asdict
from typing import Any

from kedro.io import DatasetError, Version
from kedro.utils import load_obj
from kedro_datasets._typing import JSONPreview
from pydantic import TypeAdapter, ValidationError

from step.datasets.whole_file import JSONDataset
from step.errors import InputError


class RecordDataset(JSONDataset):
    """A dataclass as a JSON file. What is undefined, None or no finite number, is absent there.

    ```yaml
    "{assay}.metrics":
      type: step.datasets.RecordDataset
      filepath: data/08_reporting/demo/{assay}/metrics.json
      record: step.evaluation.metrics.Metrics
    ```
    """

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
        super().__init__(
            filepath=filepath, save_args={"allow_nan": False}, version=version, metadata=metadata
        )
        self._record = record
        self._adapter = TypeAdapter(load_obj(record))

    def load(self) -> Any:
        """Read the record.

        Raises:
            InputError: The file is no JSON, or does not hold such a record.
        """
        try:
            return self._adapter.validate_python(super().load())
        except (DatasetError, ValidationError) as error:
            if not self.exists():
                raise
            raise InputError(
                f"{self._filepath} is damaged: {_first_fault(error)}. Delete it, and run the stage "
                "that writes it again."
            ) from error

    def save(self, data: Any) -> None:
        """Write the record; what could not be loaded again is not written.

        Raises:
            DatasetError: A field that must be there is undefined, or of a wrong type.
        """
        fields = _without_undefined(asdict(data))
        self._adapter.validate_python(fields)
        super().save(fields)

    def preview(self) -> JSONPreview:
        """The file's content."""
        return JSONPreview(json.dumps(super().load()))

    def _describe(self) -> dict[str, Any]:
        return super()._describe() | {"record": self._record}


def _without_undefined(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is None, empty, or no finite number, at any depth."""
    nested = {
        name: _without_undefined(value) if isinstance(value, dict) else value
        for name, value in fields.items()
    }
    return {name: value for name, value in nested.items() if not _is_undefined(value)}


def _is_undefined(value: Any) -> bool:
    return value is None or value == () or (isinstance(value, float) and not math.isfinite(value))


def _first_fault(error: DatasetError | ValidationError) -> str:
    if isinstance(error, DatasetError):
        return f"it cannot be read as JSON ({str(error.__cause__)[:100]})"
    fault = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, fault["loc"]))
    return f"{place}: {fault['msg']}" if place else fault["msg"]
