"""Gene names that were looked up, and are kept."""

import pandas as pd
from kedro.io.core import VersionNotFoundError

from step.datasets.table import TableDataset
from step.datasets.whole_file import LocalFile
from step.errors import require_columns


class LookedUpNamesDataset(LocalFile[pd.DataFrame, pd.DataFrame]):
    """A TSV file of assay_name, symbol (empty where none is known) and note.

    What it holds stays: saving adds the names that it does not list yet, so that a user may correct
    it. Without a file, nothing was looked up yet, and loading gives an empty table.

    ```yaml
    mrna.looked_up_names:
      type: step.datasets.LookedUpNamesDataset
      filepath: data/02_intermediate/mystudy/mrna/looked_up_names.tsv
    ```
    """

    def load(self) -> pd.DataFrame:
        """Read the names.

        Raises:
            InputError: The file is no such table.
        """
        table = pd.DataFrame(columns=["assay_name", "symbol", "note"], dtype=object)
        try:
            path = str(self._get_load_path())
        except VersionNotFoundError:
            return table
        file = TableDataset(filepath=path)
        if file.exists():
            table = file.load()
            require_columns(table, ["assay_name", "symbol"], path)
        return table

    def save(self, data: pd.DataFrame) -> None:
        """Add the names that are not listed yet."""
        target = self._get_save_path()
        known = self.load()
        self.release()  # the version that was read is no longer the latest
        new = data[~data["assay_name"].isin(known["assay_name"])]
        TableDataset(filepath=str(target)).save(pd.concat([known, new], ignore_index=True))

    def _exists(self) -> bool:
        return True
