"""Long computations that can be taken up where they ended."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_type_hints

from kedro.io import DatasetError
from kedro.utils import load_obj
from pydantic import TypeAdapter
from safetensors import safe_open
from safetensors.numpy import save_file

from step.datasets.whole_file import RecordFile, whole_file


class CheckpointDataset(RecordFile):
    """Where a long computation stands, kept while its node runs.

    Loaded, it is itself: a node asks for the `latest` state and calls `keep` after each round, so
    that a run that was ended goes on from its last round. The state is a dataclass of `weights`,
    arrays by name, and `card`, a dataclass; both lie in one safetensors file.

    ```yaml
    pretraining.STEPmr_checkpoint:
      type: step.datasets.CheckpointDataset
      filepath: data/06_models/pretraining/STEPmr.safetensors
      record: step.forecasting.pretraining.Checkpoint
    ```
    """

    def load(self) -> "CheckpointDataset":
        """Return the dataset itself; there need not be a file yet."""
        return self

    def save(self, data: Any) -> None:
        """Refuse: the node that computes it keeps its rounds itself.

        Raises:
            DatasetError: Always.
        """
        raise DatasetError("A checkpoint is kept by the node that computes it.")

    def latest(self) -> Any | None:
        """Return what was kept last; None where nothing was."""
        path = Path(self._get_load_path())
        if not path.exists():
            return None
        record = load_obj(self._record)
        with safe_open(path, framework="numpy") as file:
            card = TypeAdapter(get_type_hints(record)["card"])
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return record(weights, card.validate_json(file.metadata()["card"]))

    def keep(self, data: Any) -> None:
        """Keep where the computation stands, whole or not at all."""
        card = json.dumps(asdict(data.card), allow_nan=False)
        with whole_file(self._get_save_path()) as beside:
            save_file(data.weights, str(beside), metadata={"card": card})

    def _exists(self) -> bool:
        return True
