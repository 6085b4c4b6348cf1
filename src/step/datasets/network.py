"""Fitted networks."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_type_hints

from kedro.utils import load_obj
from pydantic import TypeAdapter
from safetensors.numpy import load_file, save_file

from step.datasets.whole_file import RecordFile, whole_file


class NetworkDataset(RecordFile):
    """A network's weights as safetensors, and beside them all that is needed to use them as JSON.

    Saved and loaded as a dataclass of `weights`, arrays by name, and `card`, a dataclass. The
    card's file has the ending `.json` instead of `.safetensors` and is written first, so weights
    never stand without their card.

    ```yaml
    mrna.model:
      type: step.datasets.NetworkDataset
      filepath: data/06_models/demo/mrna/model.safetensors
      record: step.forecasting.fitted.FittedNetwork
    ```
    """

    def load(self) -> Any:
        """Read weights and card."""
        record = load_obj(self._record)
        path = Path(self._get_load_path())
        card = TypeAdapter(get_type_hints(record)["card"])
        text = path.with_suffix(".json").read_text(encoding="utf-8")
        return record(load_file(path), card.validate_json(text))

    def save(self, data: Any) -> None:
        """Write weights and card."""
        target = self._get_save_path()
        card = {name: value for name, value in asdict(data.card).items() if value is not None}
        with whole_file(target.with_suffix(".json")) as beside:
            beside.write_text(json.dumps(card, indent=2, allow_nan=False), encoding="utf-8")
        with whole_file(target) as beside:
            save_file(data.weights, str(beside))
