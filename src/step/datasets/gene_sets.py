"""Gene sets."""

import logging

from step.datasets.limits import CellCount
from step.datasets.source_file import SourceFile
from step.datasets.text_file import text_lines
from step.datasets.whole_file import whole_file
from step.errors import InputError, quoted
from step.names import clean_name

logger = logging.getLogger(__name__)


class GeneSetsDataset(SourceFile[dict[str, list[str]], dict[str, list[str]]]):
    """A GMT file (`.gz` too): a line a set, `name <tab> description <tab> gene <tab> gene …`.

    ```yaml
    gene_sets:
      type: step.datasets.GeneSetsDataset
      filepath: data/01_raw/demo/gene_sets.gmt
    ```
    """

    def load(self) -> dict[str, list[str]]:
        """Read the sets: name → genes.

        Raises:
            InputError: The file cannot be read, a line is no set, a name holds an unprintable
                character, or a set stands twice.
        """
        sets: dict[str, list[str]] = {}
        descriptions = []
        cells = CellCount(self._address)
        for number, line in text_lines(self._local(), self._address):
            if not line.strip():
                continue
            where = f"{self._address}, line {number}"
            written, description, *rest = [*line.split("\t"), ""]
            name = clean_name(written, where)
            genes = [gene for gene in (clean_name(cell, where) for cell in rest) if gene]
            if not name or not genes:
                raise InputError(
                    f"{where} is no gene set; expected a name, a description and at least one "
                    "gene, separated by tabs."
                )
            if name in sets:
                raise InputError(f"{where}: the set {quoted(name)} stands twice.")
            cells.add(len(genes))
            sets[name] = genes
            descriptions.append(description.strip())
        if not sets:
            raise InputError(f"{self._address} holds no gene set.")
        members = {gene for genes in sets.values() for gene in genes}
        if 2 * sum(description in members for description in descriptions) > len(sets):
            logger.warning(
                "%s: the second column, which is the description of a set and is not read, names "
                "genes of other sets in most lines. If there are no descriptions, write - there.",
                self._address,
            )
        return sets

    def save(self, data: dict[str, list[str]]) -> None:
        """Write the sets, without descriptions."""
        lines = ["\t".join([name, "-", *genes]) for name, genes in data.items()]
        with whole_file(self._get_save_path()) as beside:
            beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
