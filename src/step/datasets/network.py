"""Fitted networks."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from step.datasets.whole_file import LocalFile, whole_file

Network = tuple[dict[str, np.ndarray], dict[str, Any]]


class NetworkDataset(LocalFile[Network, Network]):
    """A network's weights as safetensors, and beside them all that is needed to use them as JSON.

    Saved and loaded as the pair (weights by name, card). The card's file has the ending `.json`
    instead of `.safetensors` and is written first, so weights never stand without their card.

    ```yaml
    mrna.model:
      type: step.datasets.NetworkDataset
      filepath: data/06_models/demo/mrna/model.safetensors
    ```
    """

    def load(self) -> Network:
        """Read weights and card."""
        path = Path(self._get_load_path())
        card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        return load_file(path), card

    def save(self, data: Network) -> None:
        """Write weights and card."""
        weights, card = data
        target = self._get_save_path()
        with whole_file(target.with_suffix(".json")) as beside:
            beside.write_text(json.dumps(card, indent=2), encoding="utf-8")
        with whole_file(target) as beside:
            save_file(weights, str(beside))
