"""Gene annotations."""

import bioframe
import pandas as pd
from kedro.io import AbstractDataset

from step.datasets.whole_file import LocalFile, whole_file
from step.errors import InputError

BED_COLUMNS = ["chrom", "start", "end", "gene", "score", "strand"]


class GeneAnnotationDataset(LocalFile, AbstractDataset[pd.DataFrame, pd.DataFrame]):
    """A GTF or BED file (`.gz` too) as a table of genes.

    Loaded as chrom, start, end, gene, strand; coordinates 0-based and half-open, in base pairs. Of
    a GTF, the `gene` records count, or the `transcript` records where there are none. Records
    without a gene's name are left out.

    ```yaml
    gene_annotation:
      type: step.datasets.GeneAnnotationDataset
      filepath: data/01_raw/demo/genes.gtf
    ```
    """

    def load(self) -> pd.DataFrame:
        """Read the annotation.

        Raises:
            InputError: The file is neither, or a record has no place or strand.
        """
        if not self._exists():
            raise FileNotFoundError(self._filepath)
        kind = [suffix.lower() for suffix in self._filepath.suffixes]
        genes = self._gtf() if ".gtf" in kind else self._bed()
        for column in ("start", "end"):
            genes[column] = pd.to_numeric(genes[column], errors="coerce")
        wrong = (
            genes[["start", "end"]].isna().any(axis=1)
            | (genes["start"] < 0)
            | (genes["end"] < genes["start"])
            | ~genes["strand"].isin(["+", "-"])
        )
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise InputError(
                f"{self._filepath}, record {row + 1} is no gene with a place: "
                f"{genes.iloc[row].to_dict()}. Each needs a chromosome, 0 ≤ start ≤ end and a "
                "strand + or -."
            )
        named = genes["gene"].notna() & (genes["gene"] != "")
        return genes[named].astype({"start": int, "end": int}).reset_index(drop=True)

    def _gtf(self) -> pd.DataFrame:
        try:
            records = bioframe.read_table(str(self._filepath), schema="gtf", comment="#")
        except Exception as error:
            raise InputError(f"{self._filepath} is not a GTF file: {error}.") from error
        for feature in ("gene", "transcript"):
            chosen = records[records["feature"] == feature]
            if len(chosen):
                break
        else:
            raise InputError(f"{self._filepath} holds no `gene` and no `transcript` record.")
        attributes = chosen["attributes"].astype(str)
        name = attributes.str.extract(r'gene_name "([^"]*)"')[0]
        identifier = attributes.str.extract(r'gene_id "([^"]*)"')[0]
        return pd.DataFrame(
            {
                "chrom": chosen["chrom"].astype(str),
                "start": pd.to_numeric(chosen["start"], errors="coerce") - 1,  # GTF is 1-based
                "end": chosen["end"],
                "gene": name.fillna(identifier),
                "strand": chosen["strand"],
            }
        ).reset_index(drop=True)

    def _bed(self) -> pd.DataFrame:
        try:
            records = pd.read_csv(
                self._filepath, sep="\t", header=None, dtype=str, comment="#", na_filter=False
            )
        except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
            raise InputError(f"{self._filepath} is not a BED file: {error}.") from error
        if records.shape[1] < len(BED_COLUMNS):
            raise InputError(
                f"{self._filepath} has {records.shape[1]} columns; a gene annotation in BED needs "
                f"six: {', '.join(BED_COLUMNS)}."
            )
        records = records.iloc[:, : len(BED_COLUMNS)].set_axis(BED_COLUMNS, axis=1)
        return records.drop(columns="score")

    def save(self, data: pd.DataFrame) -> None:
        """Write a GTF with a `gene` record a row."""
        records = pd.DataFrame(
            {
                "chrom": data["chrom"],
                "source": "STEP",
                "feature": "gene",
                "start": data["start"] + 1,
                "end": data["end"],
                "score": ".",
                "strand": data["strand"],
                "frame": ".",
                "attributes": [f'gene_id "{gene}"; gene_name "{gene}";' for gene in data["gene"]],
            }
        )
        with whole_file(self._filepath) as beside:
            records.to_csv(beside, sep="\t", header=False, index=False, quoting=3)
