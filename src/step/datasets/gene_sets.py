"""Gene sets."""

from kedro.io import AbstractDataset

from step.datasets.source_file import SourceFile
from step.datasets.whole_file import whole_file
from step.errors import InputError


class GeneSetsDataset(SourceFile, AbstractDataset[dict[str, list[str]], dict[str, list[str]]]):
    """A GMT file: a line a set, `name <tab> description <tab> gene <tab> gene …`.

    ```yaml
    gene_sets:
      type: step.datasets.GeneSetsDataset
      filepath: data/01_raw/demo/gene_sets.gmt
    ```
    """

    def load(self) -> dict[str, list[str]]:
        """Read the sets: name → genes.

        Raises:
            InputError: A line is no set, or a name stands twice.
        """
        try:
            lines = self._local().read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError as error:
            raise InputError(f"{self._address} is not a GMT text file: {error}.") from error
        sets: dict[str, list[str]] = {}
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            name, *rest = line.split("\t")
            genes = [gene.strip() for gene in rest[1:] if gene.strip()]
            if not name or not genes:
                raise InputError(
                    f"{self._address}, line {number} is no gene set; expected a name, a "
                    "description and at least one gene, separated by tabs."
                )
            if name in sets:
                raise InputError(f"{self._address}, line {number}: the set {name!r} stands twice.")
            sets[name] = genes
        if not sets:
            raise InputError(f"{self._address} holds no gene set.")
        return sets

    def save(self, data: dict[str, list[str]]) -> None:
        """Write the sets, without descriptions."""
        lines = ["\t".join([name, "-", *genes]) for name, genes in data.items()]
        with whole_file(self._filepath) as beside:
            beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
