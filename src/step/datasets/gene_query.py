"""Symbols looked up at mygene.info, and kept."""

import logging
from pathlib import Path
from typing import Any

import pandas as pd
from kedro.io import AbstractDataset

from step.datasets.table import TableDataset
from step.datasets.whole_file import LocalFile
from step.errors import InputError, require_columns

COLUMNS = ["assay_name", "symbol", "note"]
SCOPES = "symbol,alias,prev_symbol,ensembl.gene,entrezgene,refseq,mirbase"

logger = logging.getLogger(__name__)


class GeneQueryDataset(LocalFile, AbstractDataset[list[str], pd.DataFrame]):
    """Names and their symbols, looked up when saved.

    Saving names asks mygene.info for those that the file does not list yet, and adds the answers to
    it. Loading reads the file alone (nothing, where there is none): assay_name, symbol (empty where
    none was found, or several), note.

    ```yaml
    mrna.names_to_look_up:
      type: step.datasets.GeneQueryDataset
      filepath: data/02_intermediate/mystudy/mrna/looked_up_names.tsv
      species: mouse
    ```
    """

    def __init__(
        self,
        *,
        filepath: str,
        species: str | None = None,
        metadata: dict[str, Any] | None = None,
    ):
        """Describe the file.

        Args:
            filepath: A local path.
            species: As mygene.info calls it: mouse, human, zebrafish …, or a taxonomy number.
            metadata: For kedro-viz.
        """
        super().__init__(filepath=filepath, metadata=metadata)
        self._species = species

    def load(self) -> pd.DataFrame:
        """Read what was looked up before."""
        if not Path(self._filepath).exists():
            return pd.DataFrame(columns=COLUMNS, dtype=object)
        table = TableDataset(filepath=str(self._filepath)).load()
        require_columns(table, COLUMNS[:2], str(self._filepath))
        return table

    def save(self, data: list[str]) -> None:
        """Look up the names that the file lacks, and keep the answers.

        Raises:
            InputError: The species is not named, mygene is missing, or mygene.info cannot be
                reached. What the file holds stays.
        """
        known = self.load()
        new = sorted(set(data) - set(known["assay_name"]))
        if new:
            found = self._ask(new)
            logger.info(
                "%d of %d names found at mygene.info", (found["symbol"] != "").sum(), len(new)
            )
            known = pd.concat([known, found], ignore_index=True)
        TableDataset(filepath=str(self._filepath)).save(known)

    def _exists(self) -> bool:
        return True  # without a file, nothing was looked up yet

    def _ask(self, names: list[str]) -> pd.DataFrame:
        if self._species is None:
            raise InputError("Looking up names needs `species` in globals.yml, as in `mouse`.")
        try:
            import mygene
        except ImportError as error:
            raise InputError(
                "Names are looked up through mygene, which is not installed. Run "
                "`make setup EXTRAS=names`."
            ) from error
        try:
            hits = mygene.MyGeneInfo().querymany(
                names, scopes=SCOPES, fields="symbol", species=self._species, verbose=False
            )
        except Exception as error:  # httpx and biothings have their own
            raise InputError(
                f"mygene.info cannot be reached ({type(error).__name__}: {error}). Looking up "
                "names needs the network: try again once it is there, or write a table of "
                "assay_name and symbol yourself and name it as gene_names in catalog_raw.yml."
            ) from error
        symbols: dict[str, set[str]] = {name: set() for name in names}
        for hit in hits:
            if hit.get("symbol"):
                symbols[hit["query"]].add(hit["symbol"])
        return pd.DataFrame([_answer(name, found) for name, found in symbols.items()])


def _answer(name: str, found: set[str]) -> dict[str, str]:
    """One row: of several symbols, the name itself if it is among them."""
    same = {symbol for symbol in found if symbol.lower() == name.lower()}
    chosen = same or found
    symbol = chosen.pop() if len(chosen) == 1 else ""
    note = "" if symbol else ("several: " + ", ".join(sorted(found)) if found else "not found")
    return {"assay_name": name, "symbol": symbol, "note": note}
