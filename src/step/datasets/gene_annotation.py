"""Gene annotations."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pandas as pd
from kedro.io import AbstractDataset

from step.datasets.source_file import UNREADABLE, SourceFile, opened
from step.datasets.table import TableDataset
from step.datasets.whole_file import whole_file
from step.errors import InputError, require_columns

RECORD_COLUMNS = [
    "chrom", "source", "feature", "start", "end", "score", "strand", "frame", "attributes",
]  # fmt: skip
BED_COLUMNS = ["chrom", "start", "end", "gene", "score", "strand"]
# What counts as a gene, the first group of which a file has records (Ensembl, GENCODE, NCBI,
# miRBase; its mature miRNAs lie within its primary transcripts).
RECORDS = [
    ["gene", "ncRNA_gene", "pseudogene"],
    ["transcript", "mRNA"],
    ["miRNA_primary_transcript", "miRNA"],
]
GTF_NAMES = ["gene_name", "gene_id"]
GFF3_NAMES = ["gene_name", "Name", "gene", "gene_id", "ID"]
STRANDS = {"1": "+", "-1": "-", "": ".", "?": "."}


class GeneAnnotationDataset(SourceFile, AbstractDataset[pd.DataFrame, pd.DataFrame]):
    """A GTF, GFF3, BED or TSV file (`.gz` too) as a table of genes.

    Loaded as chrom, start, end, gene, strand (`.` where unknown), gene_id (missing where the file
    has none); coordinates 0-based and half-open, in base pairs. Of a GTF or GFF3, the genes'
    records count, or the transcripts' where there are none, or the miRNAs'. Records without a
    gene's name are left out.

    ```yaml
    gene_annotation:
      type: step.datasets.GeneAnnotationDataset
      filepath: data/01_raw/mystudy/mart_export.tsv.gz
      columns: # of a table with a header: what they are called here, and there
        gene: Gene name
        chrom: Chromosome/scaffold name
        start: Gene start (bp)
        end: Gene end (bp)
        strand: Strand
      first_base: 1
    ```
    """

    def __init__(
        self,
        *,
        filepath: str,
        columns: dict[str, str] | None = None,
        first_base: int = 0,
        metadata: dict[str, Any] | None = None,
    ):
        """Describe the file.

        Args:
            filepath: A local path, or an http(s) address. Its ending says what it is: .gtf, .gff,
                .gff3, .bed (4 to 12 columns), or .tsv, .txt, .csv with a header.
            columns: Of a table with a header, names of chrom, gene, strand and gene_id (both
                optional), and either start and end, or tss; needed where they are called
                otherwise.
            first_base: What a table with a header calls the first base of a chromosome: 0 (with
                ends excluded, as in BED) or 1 (with ends included, as in GTF).
            metadata: For kedro-viz.
        """
        super().__init__(filepath=filepath, metadata=metadata)
        self._columns = columns or {}
        self._first_base = first_base

    def load(self) -> pd.DataFrame:
        """Read the annotation.

        Raises:
            InputError: The file is none, or a record has no place.
        """
        path = self._local()
        endings = self._endings
        try:
            if ".gtf" in endings:
                genes = self._records(path, GTF_NAMES, r'{} "?([^";]*)"?')
            elif ".gff" in endings or ".gff3" in endings:
                genes = self._records(path, GFF3_NAMES, r"{}=([^;]*)")
                for name in ("gene", "gene_id"):
                    genes[name] = genes[name].map(unquote, na_action="ignore")
            elif ".bed" in endings:
                genes = self._bed(path)
            else:
                genes = self._table(path)
        except (ValueError, *UNREADABLE) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(
                f"{self._address} cannot be read as an annotation: {error}."
            ) from error
        genes["strand"] = genes["strand"].replace(STRANDS)
        for column in ("start", "end"):
            genes[column] = pd.to_numeric(genes[column], errors="coerce")
        places = genes[["start", "end"]]
        wrong = (
            ~(np.isfinite(places) & (places % 1 == 0)).all(axis=1)
            | (genes["start"] < 0)
            | (genes["end"] < genes["start"])
            | (genes["chrom"].fillna("") == "")
            | ~genes["strand"].isin(["+", "-", "."])
        )
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise InputError(
                f"{self._address}, record {row + 1} is no gene with a place: "
                f"{genes.iloc[row].to_dict()}. Each needs a chromosome, 0 ≤ start ≤ end and a "
                "strand +, - or . (unknown)."
            )
        genes["gene"] = genes["gene"].str.strip()
        if "gene_id" not in genes:
            genes["gene_id"] = None
        named = genes["gene"].notna() & (genes["gene"] != "")
        if not named.any():
            raise InputError(f"{self._address} names no gene.")
        return genes[named].astype({"start": int, "end": int}).reset_index(drop=True)

    def _lines(self, path: Path) -> Iterator[tuple[int, list[str]]]:
        """Cells of each record, with the line's number."""
        with opened(path, "rt") as file:
            for number, line in enumerate(file, start=1):
                if line.startswith("##FASTA"):  # sequences may follow the records of a GFF3
                    return
                if line.strip() and not line.startswith(("#", "track ", "browser ")):
                    yield number, line.rstrip("\r\n").split("\t")

    def _records(self, path: Path, names: list[str], pattern: str) -> pd.DataFrame:
        """GTF and GFF3: nine columns, the last of attributes. Most records are passed over."""
        wanted = {feature for group in RECORDS for feature in group}
        rows, passed = [], set()
        for number, cells in self._lines(path):
            if len(cells) != 9:
                raise InputError(
                    f"{self._address}, line {number} has {len(cells)} tab-separated columns; a GTF "
                    "or GFF3 file has nine."
                )
            if cells[2] in wanted:
                rows.append(cells)
            else:
                passed.add(cells[2])
        records = pd.DataFrame(rows, columns=RECORD_COLUMNS, dtype=object)
        for group in RECORDS:
            chosen = records[records["feature"].isin(group)]
            if len(chosen):
                break
        else:
            raise InputError(
                f"{self._address} holds no `gene`, `transcript` or `miRNA` record, but "
                f"{', '.join(sorted(passed)[:5]) or 'nothing'}."
            )
        found = {
            name: chosen["attributes"]
            .str.extract(r"(?:^|;)\s*" + pattern.format(name), expand=False)
            .str.strip()
            .where(lambda text: text != "")
            for name in names
        }
        gene = pd.DataFrame(found).bfill(axis=1).iloc[:, 0]
        return pd.DataFrame(
            {
                "chrom": chosen["chrom"],
                "start": pd.to_numeric(chosen["start"], errors="coerce") - 1,  # 1-based
                "end": chosen["end"],
                "gene": gene,
                "strand": chosen["strand"],
                "gene_id": found["gene_id"],
            }
        ).reset_index(drop=True)

    def _bed(self, path: Path) -> pd.DataFrame:
        rows: list[list[str]] = []
        for number, cells in self._lines(path):
            if rows and len(cells) != len(rows[0]):
                raise InputError(
                    f"{self._address}, line {number} has {len(cells)} columns, the first record "
                    f"{len(rows[0])}."
                )
            rows.append(cells)
        if not rows:
            raise InputError(f"{self._address} is not a BED file: it holds no record.")
        if not 4 <= len(rows[0]) <= 12:
            raise InputError(
                f"{self._address} has {len(rows[0])} tab-separated columns. A gene annotation in "
                f"BED has 4 to 12: {', '.join(BED_COLUMNS)} …; without the fourth, the genes have "
                "no names."
            )
        records = pd.DataFrame(rows, dtype=object).iloc[:, : len(BED_COLUMNS)]
        records.columns = BED_COLUMNS[: records.shape[1]]
        if "strand" not in records:
            if records.get("score", pd.Series(dtype=object)).isin(["+", "-"]).any():
                raise InputError(
                    f"{self._address} has strands in its fifth column, which BED has for scores. "
                    "Put a column of zeros before it."
                )
            records["strand"] = "."
        return records.drop(columns="score", errors="ignore")

    def _table(self, path: Path) -> pd.DataFrame:
        if self._first_base not in (0, 1):
            raise InputError(
                f"{self._address}: `first_base` is {self._first_base!r}; it is 0 or 1."
            )
        table = TableDataset(filepath=str(path)).load()
        table.columns = [header.removeprefix("#").strip() for header in table.columns]
        called = {name: self._columns.get(name, name) for name in [*BED_COLUMNS, "tss", "gene_id"]}
        by_tss = called["tss"] in table.columns
        needed = ["chrom", "gene", *(["tss"] if by_tss else ["start", "end"])]
        require_columns(table, [called[name] for name in needed], self._address)
        genes = pd.DataFrame({name: table[called[name]].str.strip() for name in needed})
        strand = called["strand"]
        genes["strand"] = table[strand].str.strip() if strand in table.columns else "."
        identifier = called["gene_id"]
        genes["gene_id"] = table[identifier].str.strip() if identifier in table.columns else None
        if by_tss:
            tss = pd.to_numeric(genes.pop("tss"), errors="coerce") - self._first_base
            return genes.assign(start=tss, end=tss + 1)
        return genes.assign(start=pd.to_numeric(genes["start"], errors="coerce") - self._first_base)

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
