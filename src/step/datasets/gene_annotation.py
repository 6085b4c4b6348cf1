"""Gene annotations."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pandas as pd
from kedro.io.core import Version

from step.datasets.limits import CellCount
from step.datasets.source_file import SourceFile
from step.datasets.table import TableDataset
from step.datasets.text_file import text_lines
from step.datasets.whole_file import whole_file
from step.errors import InputError, listed, quoted, require_columns
from step.names import clean_name

RECORD_COLUMNS = [
    "line", "chrom", "source", "feature", "start", "end", "score", "strand", "frame", "attributes",
]  # fmt: skip
BED_COLUMNS = ["chrom", "start", "end", "gene", "score", "strand"]
GENE_COLUMNS = ["chrom", "start", "end", "gene", "strand", "gene_id"]
# What counts as a gene, the first group of which a file has records (Ensembl, GENCODE, NCBI,
# miRBase; its mature miRNAs lie within its primary transcripts; older archives list exons alone).
RECORDS = [
    ["gene", "ncRNA_gene", "pseudogene"],
    ["transcript", "mRNA"],
    ["miRNA_primary_transcript", "miRNA"],
    ["exon"],
]
PARTS = set(RECORDS[-1])  # of genes: passed over where a file has whole ones
GTF_NAMES = ["gene_name", "gene_id"]
GFF3_NAMES = ["gene_name", "Name", "gene", "gene_id", "ID"]
GFF3_ATTRIBUTE = re.compile(r"\s*[^\s=;\"]+=")  # ID=…; in a GTF, gene_id "…"
STRANDS = {"1": "+", "-1": "-", "": ".", "?": "."}
MOST_NAMED = 100  # features that a message may list
LONGEST_CHROMOSOME = 1e12  # base pairs, far above any


class GeneAnnotationDataset(SourceFile[pd.DataFrame, pd.DataFrame]):
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
        version: Version | None = None,
        metadata: dict[str, Any] | None = None,
    ):
        """Describe the file.

        Args:
            filepath: A local path, or an http(s) address. Its ending says what it is: .gtf, .gff
                or .gff3 (which of them, its attributes say), .bed (4 to 12 columns), or .tsv,
                .txt, .csv with a header.
            columns: Of a table with a header, names of chrom, gene, strand and gene_id (both
                optional), and either start and end, or tss; needed where they are called
                otherwise.
            first_base: What a table with a header calls the first base of a chromosome: 0 (with
                ends excluded, as in BED) or 1 (with ends included, as in GTF).
            version: Which version to load and save, if versioned.
            metadata: For kedro-viz.
        """
        super().__init__(filepath=filepath, version=version, metadata=metadata)
        self._columns = columns or {}
        self._first_base = first_base

    def load(self) -> pd.DataFrame:
        """Read the annotation.

        Raises:
            InputError: The file is none, or a record has no place.
        """
        path, endings = self._local(), self._endings
        if {".gtf", ".gff", ".gff3"} & set(endings):
            genes, first_base = self._records(path), 1
        elif ".bed" in endings:
            genes, first_base = self._bed(path), 0
        else:
            genes, first_base = self._table(path), self._first_base
        genes["strand"] = genes["strand"].replace(STRANDS)
        genes = _placed(genes, first_base, self._address)
        genes["gene_id"] = genes.get("gene_id", pd.Series(index=genes.index, dtype=object))
        genes["gene_id"] = genes["gene_id"].replace("", None)
        for column in ("chrom", "gene", "gene_id"):
            genes[column] = [
                None if pd.isna(name) else clean_name(name, f"{self._address}, line {line}")
                for line, name in zip(genes["line"], genes[column], strict=True)
            ]
        named = genes["gene"].notna() & (genes["gene"] != "")
        if not named.any():
            raise InputError(f"{self._address} names no gene.")
        return genes.loc[named, GENE_COLUMNS].reset_index(drop=True)

    def _lines(self, path: Path) -> Iterator[tuple[int, list[str]]]:
        """Cells of each record, with the line's number."""
        for number, line in text_lines(path, self._address):
            if line.startswith("##FASTA"):  # sequences may follow the records of a GFF3
                return
            if line.strip() and not line.startswith(("#", "track ", "browser ")):
                yield number, line.rstrip("\n").split("\t")

    def _records(self, path: Path) -> pd.DataFrame:
        """GTF and GFF3: nine columns, the last of attributes. Most records are passed over."""
        wanted = {feature for group in RECORDS for feature in group}
        rows, passed = [], set[str]()
        kept = CellCount(self._address)
        for number, cells in self._lines(path):
            if len(cells) != 9:
                raise InputError(
                    f"{self._address}, line {number} has {len(cells)} tab-separated columns; a GTF "
                    "or GFF3 file has nine."
                )
            if cells[2] in wanted:
                if cells[2] not in PARTS:
                    wanted -= PARTS
                kept.add(len(cells))
                rows.append([number, *cells])
            elif len(passed) < MOST_NAMED:
                passed.add(cells[2])
        records = pd.DataFrame(rows, columns=RECORD_COLUMNS, dtype=object)
        for group in RECORDS:
            chosen = records[records["feature"].isin(group)].reset_index(drop=True)
            if len(chosen):
                break
        else:
            raise InputError(
                f"{self._address} holds no `gene`, `transcript`, `miRNA` or `exon` record, but "
                f"{listed(sorted(passed)) or 'nothing'}."
            )
        attributes = chosen.pop("attributes")
        if GFF3_ATTRIBUTE.match(attributes.iloc[0]):
            found = _attributes(attributes, GFF3_NAMES, r"{}=([^;]*)")
            found = found.map(unquote, na_action="ignore")
        else:
            found = _attributes(attributes, GTF_NAMES, r'{} "?([^";]*)"?')
        named = found.notna()
        if not named.any(axis=None):
            feature = chosen["feature"].iloc[0]
            raise InputError(
                f"{self._address}: its {len(chosen)} `{feature}` records name no gene; none has an "
                f"attribute {' or '.join(found)}."
            )
        first = named.to_numpy().argmax(axis=1)
        gene = found.to_numpy()[np.arange(len(found)), first]
        return chosen.assign(gene=gene, gene_id=found["gene_id"])

    def _bed(self, path: Path) -> pd.DataFrame:
        lines: list[int] = []
        rows: list[list[str]] = []
        kept = CellCount(self._address)
        for number, cells in self._lines(path):
            if rows and len(cells) != len(rows[0]):
                raise InputError(
                    f"{self._address}, line {number} has {len(cells)} columns, the first record "
                    f"{len(rows[0])}."
                )
            kept.add(len(cells))
            lines.append(number)
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
        records["line"] = lines
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
                f"{self._address}: `first_base` is {quoted(self._first_base)}; it is 0 or 1."
            )
        table = TableDataset(filepath=str(path)).load()
        table.columns = [header.removeprefix("#").strip() for header in table.columns]
        offered = [*GENE_COLUMNS, "tss"]
        for name in self._columns:
            if name not in offered:
                raise InputError(
                    f"{self._address}: `columns` names {quoted(name)}; it may name "
                    f"{', '.join(offered)}."
                )
        called = {name: self._columns.get(name, name) for name in offered}
        place = ["tss"] if called["tss"] in table.columns else ["start", "end"]
        needed = [called[name] for name in ("chrom", "gene", *place)]
        needed = list(dict.fromkeys([*needed, *self._columns.values()]))
        require_columns(table, needed, self._address)
        read = ["chrom", "gene", *place]
        read += [name for name in ("strand", "gene_id") if called[name] in table.columns]
        genes = pd.DataFrame({name: table[called[name]].str.strip() for name in read})
        genes["line"] = table.index + 2
        if "strand" not in read:
            genes["strand"] = "."
        return genes.rename(columns={"tss": "start"})

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
        with whole_file(self._get_save_path()) as beside:
            records.to_csv(beside, sep="\t", header=False, index=False, quoting=3)


def _attributes(attributes: pd.Series, names: list[str], pattern: str) -> pd.DataFrame:
    """The attributes of these names, a column each; missing where a record has none."""
    found = {
        name: attributes.str.extract(r"(?:^|;)\s*" + pattern.format(name), expand=False)
        .str.strip()
        .replace("", None)
        for name in names
    }
    return pd.DataFrame(found, dtype=object)


def _placed(genes: pd.DataFrame, first_base: int, name: str) -> pd.DataFrame:
    """Read the genes' coordinates: 0-based, half-open; one base where there is a start alone.

    Raises:
        InputError: A record has no place.
    """
    start = pd.to_numeric(genes["start"], errors="coerce") - first_base
    end = pd.to_numeric(genes["end"], errors="coerce") if "end" in genes else start + 1
    places = pd.DataFrame({"start": start, "end": end})
    wrong = (
        ~(np.isfinite(places) & (places % 1 == 0)).all(axis=1)
        | (start < 0)
        | (end < start)
        | (end > LONGEST_CHROMOSOME)
        | (genes["chrom"].str.strip() == "")
        | ~genes["strand"].isin(["+", "-", "."])
    )
    if wrong.any():
        record = genes[wrong].iloc[0]
        shown = ", ".join(
            f"{column} {quoted(record[column])}"
            for column in ("gene", "chrom", "start", "end", "strand")
            if column in record
        )
        raise InputError(
            f"{name}, line {record['line']} is no gene with a place: {shown}. Each needs a "
            f"chromosome, {first_base} ≤ start ≤ end in base pairs, and a strand +, - or . "
            "(unknown)."
        )
    return genes.assign(**places.astype("int64"))
