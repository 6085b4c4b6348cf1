"""A lab's expression table: which cells are values of which gene and sample, and when taken."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from step.errors import InputError, listed, quoted
from step.expression.sample_sheet import read_samples
from step.expression.scales import Scale, check_scale
from step.expression.times import LONGEST_HEADER, TimeUnit
from step.names import clean_column, clean_name
from step.typed import between, settings

MISSING = {"", "na", "n/a", "#n/a", "nan", "null", "none", "-", "."}
SHOWN_TIMES = 5  # of a course, in that table
LONGEST_SHOWN = 13  # characters of a sample's name in a table that fits a terminal's log
OF_NO_GENE = re.compile(  # of HTSeq, and of STAR
    "__(no_feature|ambiguous|too_low_aQual|not_aligned|alignment_not_unique)"
    "|N_(unmapped|multimapping|noFeature|ambiguous)"
)
QUANTITY = re.compile(  # at the end of a column's name
    r"[\s._-](avg[\s_.]?signal|(?:detection[\s._]?)?p[\s._-]?val(?:ue)?|detection|bead[\s_.]?stderr"
    r"|avg[\s_.]?nbeads|array[\s_.]?stderr|counts?|expected_count|fpkm|rpkm|tpm|cpm)$",
    re.IGNORECASE,
)
BESIDE_A_SIGNAL = {"pvalue", "beadstderr", "arraystderr", "avgnbead"}
SEPARATED = re.compile(r"[+-]?[0-9]+(?:[.,' \u00a0][0-9]+)+")  # 6,443 or 1.234,5
EXCEL_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]00:00:00")
Header = Annotated[str, Field(max_length=LONGEST_HEADER)]  # may be empty


@settings
class TableLayout:
    """How a lab's expression table is laid out.

    Attributes:
        gene_column: Header of the column of gene names, where genes are in rows.
        scale: Of the values; `counts` are of reads or molecules, `log_ratio` is to base 2.
        time_unit: Of the times in headers and sample sheet.
        genes_in: Where genes stand; in `columns`, a row is a sample.
        sample_column: Header of the column of samples, where genes are in columns.
        annotation_columns: Headers of further columns that are no values.
        class_column: Header of the column of probe classes (NanoString), if there is one.
        birth_day: Embryonic day that counts as time zero; a header E16.5 becomes 16.5 − birth_day.
            Needed where headers name embryonic days.
        background: Values at or below it, on the table's scale, are not detected. Counts of zero
            never are. NanoString tables have a background of their own.
        duplicates: What a gene in several rows means: `error`, or its `mean`, its `median`, or its
            `highest` row.
    """

    gene_column: Header
    scale: Scale
    time_unit: TimeUnit
    genes_in: Literal["rows", "columns"] = "rows"
    sample_column: Header = "sample"
    annotation_columns: Annotated[tuple[Header, ...], Field(max_length=1000)] = ()
    class_column: Header | None = None
    birth_day: Annotated[float, between(0, 1000)] | None = None
    background: Annotated[float, between(-1e12, 1e12)] | None = None
    duplicates: Literal["error", "mean", "median", "highest"] = "error"


@dataclass(frozen=True)
class Measurements:
    """A table of values, understood.

    Attributes:
        values: Genes as index (repeated where they have several rows), samples as columns; NaN
            where not measured. On the scale of the layout.
        samples: One row a column of `values`, in chronological order: sample (the header; numbered
            where it is repeated), time, replicate (as labelled, or a number), batch (missing where
            not given).
        probe_class: Class of each row's probe; None where not given.
        layout: See `TableLayout`.
    """

    values: pd.DataFrame
    samples: pd.DataFrame
    probe_class: pd.Series | None
    layout: TableLayout


def read_measurements(
    table: pd.DataFrame, layout: TableLayout, sheet: pd.DataFrame | None, source: str
) -> Measurements:
    """Understand a lab's table.

    Args:
        table: Cells as text or numbers, header as columns (repeated headers are replicates); its
            index is the row of the file less two.
        layout: What the columns mean.
        sheet: The sample sheet (sample, time, and optionally replicate and batch, as text), if the
            headers do not name the times.
        source: Name of the table, for messages.

    Raises:
        InputError: A column is missing, a name holds an unprintable character, a header names no
            time or one of another unit, table and sheet differ in their samples, a gene stands
            twice, a cell is no number, or the values contradict the scale.
    """
    table = _genes_in_rows(table, layout, source)
    named = [layout.gene_column]
    if layout.genes_in == "rows":
        named += [*layout.annotation_columns]
        named += [layout.class_column] if layout.class_column else []
    _check_columns(table, named, source)
    columns = _sample_columns(table, set(named), layout, source)
    _check_quantities([table.columns[column] for column in columns], source)
    genes = _clean_genes(table[layout.gene_column], layout, source)
    if genes.empty:
        raise InputError(f"{source}: there is a header, but no gene.")
    _check_genes(genes, layout, source)
    headers = list(table.columns[columns])
    try:
        samples = read_samples(headers, sheet, layout.time_unit, layout.birth_day)
    except InputError as error:
        raise InputError(f"{source}: {error}") from error
    values = _read_values(table.iloc[:, columns], genes, layout, source)
    check_scale(values, layout.scale, genes.to_numpy(), headers, source)
    order = samples["time"].argsort(kind="stable").to_numpy()
    samples = samples.iloc[order].reset_index(drop=True)
    probe_class = table[layout.class_column].str.strip() if layout.class_column else None
    return Measurements(
        values=pd.DataFrame(values[:, order], index=genes.to_numpy(), columns=samples["sample"]),
        samples=samples,
        probe_class=probe_class,
        layout=layout,
    )


def read_genes(table: pd.DataFrame, layout: TableLayout, source: str) -> pd.Index:
    """The names of a table's genes.

    Raises:
        InputError: The column that the layout names is missing, or a name holds an unprintable
            character.
    """
    table = _genes_in_rows(table, layout, source)
    _check_columns(table, [layout.gene_column], source)
    return pd.Index(_clean_genes(table[layout.gene_column], layout, source))


def describe_samples(measurements: Measurements) -> str:
    """What was understood, as a small table: a time, its number of samples, first and last.

    Of a long course, the first times and the last.
    """
    lines = []
    for time, names in measurements.samples.groupby("time")["sample"]:
        shown = [_shortened(name) for name in dict.fromkeys([names.iloc[0], names.iloc[-1]])]
        lines.append(f"{time:>8g} {len(names):>3}  {' … '.join(shown)}")
    if len(lines) > SHOWN_TIMES:
        more = f"{'…':>8}      {len(lines) - SHOWN_TIMES} more times"
        lines[SHOWN_TIMES - 1 : -1] = [more]
    return "\n".join([f"{measurements.layout.time_unit:>8}   n  samples", *lines])


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_SHOWN else name[: LONGEST_SHOWN - 1] + "…"


def _genes_in_rows(table: pd.DataFrame, layout: TableLayout, source: str) -> pd.DataFrame:
    """The table with clean headers, turned if its genes are in columns."""
    headers = [clean_name(str(header), f"{source}, header") for header in table.columns]
    table = table.set_axis(headers, axis=1)
    if layout.genes_in == "rows":
        return table
    if layout.class_column:
        raise InputError(
            f"{source}: `class_column` names a column of probe classes, which a table with genes "
            "in columns cannot have. Set it to null, or turn the table."
        )
    other = [layout.sample_column, *layout.annotation_columns]
    _check_columns(table, other, source)
    genes = [position for position, header in enumerate(table.columns) if header not in other]
    samples = clean_column(table, layout.sample_column, source)
    turned = pd.DataFrame(table.iloc[:, genes].to_numpy().T, columns=samples)
    turned.insert(0, layout.gene_column, table.columns[genes], allow_duplicates=True)
    return turned


def _check_columns(table: pd.DataFrame, names: list[str], source: str) -> None:
    headers = list(table.columns)
    for name in names:
        if headers.count(name) != 1:
            raise InputError(
                f"{source}: the column {quoted(name)} stands {headers.count(name)} times in the "
                f"header, which has {listed(headers)}. Correct the layout's column names, or the "
                "table."
            )


def _sample_columns(
    table: pd.DataFrame, named: set[str], layout: TableLayout, source: str
) -> list[int]:
    """Positions of the samples; a column without header and content is passed over."""
    positions = []
    for position, header in enumerate(table.columns):
        if header in named:
            continue
        if header == "":
            filled = table.iloc[:, position].astype(str).str.strip() != ""
            if filled.any():
                where = (
                    f"column {position + 1}" if layout.genes_in == "rows" else f"row {position + 1}"
                )
                gene = quoted(table[layout.gene_column][filled].iloc[0])
                raise InputError(
                    f"{source}: {where} has values (of {gene}, for one) but no name. Name its "
                    "time, or delete it."
                )
            continue
        positions.append(position)
    if not positions:
        raise InputError(f"{source}: no column is a sample.")
    return positions


def _check_quantities(headers: list[str], source: str) -> None:
    """Raise InputError if the samples' columns hold more than one quantity."""
    kinds: dict[str, str] = {}
    for header in headers:
        kinds.setdefault(_quantity(header), header)
    named = kinds.keys() - {""}
    if len(named) > 1 or ("" in kinds and named & BESIDE_A_SIGNAL):
        raise InputError(
            f"{source}: the columns {listed(kinds.values())} hold different quantities, and would "
            "be read as replicates. Keep one quantity: list the other columns in "
            "`annotation_columns`, or delete them."
        )


def _quantity(header: str) -> str:
    """What a column says that it holds, however it is spelled; empty where it says nothing."""
    found = QUANTITY.search(header)
    if found is None:
        return ""
    bare = re.sub(r"[\W_]", "", found[1].lower()).rstrip("s")
    return "pvalue" if bare.startswith(("detection", "pval")) else bare


def _place(layout: TableLayout, row: int) -> str:
    """Where the user finds a gene of the table's index: its row, or a column with that name."""
    return f"row {row + 2}" if layout.genes_in == "rows" else "a column"


def _clean_genes(genes: pd.Series, layout: TableLayout, source: str) -> pd.Series:
    return pd.Series(
        [clean_name(str(gene), f"{source}, {_place(layout, row)}") for row, gene in genes.items()],
        index=genes.index,
        dtype=object,
    )


def _check_genes(genes: pd.Series, layout: TableLayout, source: str) -> None:
    of_no_gene = [gene for gene in genes if OF_NO_GENE.fullmatch(gene)]
    if of_no_gene:
        raise InputError(
            f"{source}: no genes are {listed(of_no_gene)}, which a program wrote of its counting. "
            f"Delete these {layout.genes_in}."
        )
    if (genes == "").any():
        row = (genes == "").idxmax()
        raise InputError(
            f"{source}: {_place(layout, row)} has no gene name. Name the gene, or delete it."
        )
    date = genes.map(lambda gene: EXCEL_DATE.fullmatch(gene) is not None)
    if date.any():
        row = date.idxmax()
        raise InputError(
            f"{source}: the gene in {_place(layout, row)} is the date {genes[row][:10]}. A "
            "spreadsheet turned a name like SEPT7 or MARCH1 into it; write the name again, in a "
            "cell formatted as text."
        )
    twice = genes[genes.duplicated()]
    if len(twice) and layout.duplicates == "error":
        rows = genes.index[genes == twice.iloc[0]][:2] + 2
        where = f"rows {', '.join(map(str, rows))}" if layout.genes_in == "rows" else "two columns"
        raise InputError(
            f"{source}: the gene {quoted(twice.iloc[0])} stands in {where}. Rename one, delete "
            "one, or set `duplicates` to mean, median or highest."
        )


def _mend(cell: str) -> str:
    """What to do about a cell that is no number."""
    if cell.startswith(("<", ">", "≤", "≥")):
        return "Write the limit of detection itself, and set `background` to it."
    if SEPARATED.fullmatch(cell):
        return "Write numbers with a decimal point, and nothing between thousands."
    return "Leave a cell empty where nothing was measured."


def _read_values(
    cells: pd.DataFrame, genes: pd.Series, layout: TableLayout, source: str
) -> np.ndarray:
    """Numbers from text; what stands for missing becomes NaN, anything else is an error."""
    text = cells.to_numpy()
    flat = pd.Series(text.ravel())
    numbers = pd.to_numeric(flat, errors="coerce").to_numpy(dtype=float).reshape(text.shape)
    unread = np.argwhere(~np.isfinite(numbers))
    for row, column in unread:
        if str(text[row, column]).strip().lower() not in MISSING:
            raise InputError(
                f"{source}: {quoted(genes.iloc[row])} ({_place(layout, genes.index[row])}) in "
                f"sample {quoted(cells.columns[column])} is {quoted(text[row, column])}, which is "
                f"no number. {_mend(str(text[row, column]).strip())}"
            )
        numbers[row, column] = np.nan
    empty = np.isnan(numbers).all(axis=0)
    if empty.any():
        sample = quoted(cells.columns[int(empty.argmax())])
        raise InputError(f"{source}: the sample {sample} holds no value. Delete it.")
    return numbers
