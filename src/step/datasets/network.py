"""Fitted networks."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_type_hints

from kedro.utils import load_obj
from pydantic import TypeAdapter
from safetensors.numpy import load_file, save_file

from step.checksums import CHECKSUM, file_checksum, require_weights
from step.datasets.whole_file import RecordFile, whole_files


class NetworkDataset(RecordFile):
    """A network's weights as safetensors, and beside them all that is needed to use them as JSON.

    Saved and loaded as a dataclass of `weights`, arrays by name, and `card`, a dataclass. The
    card's file has the ending `.json` instead of `.safetensors` and names the checksum of the
    weights, so that neither is taken for that of another network.

    ```yaml
    mrna.model:
      type: step.datasets.NetworkDataset
      filepath: data/06_models/demo/mrna/model.safetensors
      record: step.forecasting.fitted.FittedNetwork
    ```
    """

    partner = ".json"

    def load(self) -> Any:
        """Read weights and card.

        Raises:
            InputError: The weights are not those that the card names.
        """
        record = load_obj(self._record)
        path = Path(self._get_load_path())
        card = json.loads(path.with_suffix(self.partner).read_text(encoding="utf-8"))
        require_weights(path, card.pop(CHECKSUM, None))
        card = TypeAdapter(get_type_hints(record)["card"]).validate_python(card)
        return record(load_file(path), card)

    def save(self, data: Any) -> None:
        """Write weights and card, together."""
        target = self._get_save_path()
        card = {name: value for name, value in asdict(data.card).items() if value is not None}
        with whole_files(target.with_suffix(self.partner), target) as (described, weights):
            save_file(data.weights, str(weights))
            card[CHECKSUM] = file_checksum(weights)
            described.write_text(json.dumps(card, indent=2, allow_nan=False), encoding="utf-8")

    def _exists(self) -> bool:
        path = Path(self._get_load_path())
        return path.exists() and path.with_suffix(self.partner).exists()
