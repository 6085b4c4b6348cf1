"""A lab's expression table: which rows are genes, which columns samples, when they were taken."""

import re
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from step.errors import InputError, require_columns
from step.typed import settings

HEADER = re.compile(
    r"""^\s*
    (?P<stage>[EPDT])?                          # embryonic day, postnatal day, day, time
    \s*(?P<number>[-−]?[0-9]+(?:\.[0-9]+)?)
    (?:(?:[\s_-]+|(?=[A-Za-z]))[0-9A-Za-z#._-]+)?  # the replicate
    \s*$""",
    re.IGNORECASE | re.VERBOSE,
)
MISSING = {"", "na", "n/a", "nan", "null", "none", "-", "."}
SCALES = ("log2", "counts")


@settings
class TableLayout:
    """How a lab's expression table is laid out.

    Attributes:
        gene_column: Header of the column of gene names.
        annotation_columns: Headers of further columns that are no samples.
        class_column: Header of the column of probe classes (NanoString), if there is one.
        scale: `log2`, or `counts` (not negative).
        birth_day: Embryonic day that counts as time zero; a header E16.5 becomes 16.5 − birth_day.
            Needed where headers name embryonic days.
    """

    gene_column: str
    scale: str
    annotation_columns: list[str] = field(default_factory=list)
    class_column: str | None = None
    birth_day: float | None = None


@dataclass(frozen=True)
class Measurements:
    """A table of values, understood.

    Attributes:
        values: Genes as index, samples as columns; NaN where not measured. On the scale of the
            layout.
        samples: One row a column of `values`, in chronological order: sample, time, replicate.
        probe_class: Class of each gene's probe, indexed like `values`; None where not given.
        scale: See `TableLayout`.
    """

    values: pd.DataFrame
    samples: pd.DataFrame
    probe_class: pd.Series | None
    scale: str


def parse_sample_time(header: str, birth_day: float | None) -> float:
    """The time that a sample's header names, in the study's unit.

    Understands `18`, `-4.5`, `P0.5`, `p1`, `E16.5` (before `birth_day`), `t5`, each also with a
    replicate behind it (`P0.5_r1`, `E16.5-031`, `18_rep2`).

    Raises:
        InputError: The header names no time.
    """
    match = HEADER.match(header)
    if match is None:
        raise InputError(
            f"the sample header {header!r} names no time. Headers look like 0.5, P0.5, E16.5 or "
            "P0.5_r1; if the column is no sample, list it in `annotation_columns`."
        )
    number = float(match["number"].replace("−", "-"))  # a typographic minus
    if (match["stage"] or "").upper() != "E":
        return number
    if birth_day is None:
        raise InputError(
            f"the sample header {header!r} names an embryonic day; set `birth_day`, the embryonic "
            "day that counts as time zero."
        )
    return number - birth_day


def read_measurements(table: pd.DataFrame, layout: TableLayout, source: str) -> Measurements:
    """Understand a lab's table.

    Args:
        table: Cells as text, header as columns (repeated headers are replicates).
        layout: What the columns mean.
        source: Name of the table, for messages.

    Raises:
        InputError: A column is missing, a header names no time, a gene stands twice, a cell is no
            number, or the values do not fit the scale.
    """
    if layout.scale not in SCALES:
        raise InputError(f"{source}: the scale {layout.scale!r} is none of {', '.join(SCALES)}.")
    headers = list(table.columns)
    named = [layout.gene_column, *layout.annotation_columns]
    if layout.class_column:
        named.append(layout.class_column)
    for column in named:
        if headers.count(column) != 1:
            raise InputError(
                f"{source}: the column {column!r} stands {headers.count(column)} times in the "
                f"header; the first columns are {', '.join(map(repr, headers[:6]))}."
            )
    sample_columns = _sample_columns(table, set(named), source)
    genes = table[layout.gene_column].str.strip()
    _check_genes(genes, source)
    samples = _read_samples([headers[i] for i in sample_columns], layout, source)
    values = _read_values(table.iloc[:, sample_columns], genes, source)
    empty = np.isnan(values).all(axis=0)
    if empty.any():
        raise InputError(
            f"{source}: the sample {samples['header'].iloc[int(empty.argmax())]!r} holds no value. "
            "Delete its column."
        )
    order = samples["time"].argsort(kind="stable").to_numpy()
    samples = samples.iloc[order].reset_index(drop=True)
    samples["replicate"] = samples.groupby("time").cumcount() + 1
    samples.insert(
        0,
        "sample",
        [f"{time:g}_{r}" for time, r in zip(samples["time"], samples["replicate"], strict=True)],
    )
    values = values[:, order]
    if layout.scale == "counts" and (values < 0).any():
        row, column = np.argwhere(values < 0)[0]
        raise InputError(
            f"{source}: {genes.iloc[row]!r} in sample {samples['header'].iloc[column]!r} is "
            f"{values[row, column]:g}, but counts are not negative. Is the scale log2?"
        )
    if layout.scale == "log2" and np.nanmax(values) > 64:
        row, column = np.argwhere(values == np.nanmax(values))[0]
        raise InputError(
            f"{source}: {genes.iloc[row]!r} in sample {samples['header'].iloc[column]!r} is "
            f"{values[row, column]:g}, too much for a log2 value. Is the scale counts?"
        )
    probe_class = None
    if layout.class_column:
        probe_class = pd.Series(
            table[layout.class_column].str.strip().to_numpy(), index=genes.to_numpy()
        )
    return Measurements(
        values=pd.DataFrame(values, index=genes.to_numpy(), columns=samples["sample"].to_numpy()),
        samples=samples,
        probe_class=probe_class,
        scale=layout.scale,
    )


def _sample_columns(table: pd.DataFrame, named: set[str], source: str) -> list[int]:
    """Positions of the samples; a column without header and content is passed over."""
    positions = []
    for position, header in enumerate(table.columns):
        if header in named:
            continue
        if header == "":
            filled = table.iloc[:, position].str.strip() != ""
            if filled.any():
                raise InputError(
                    f"{source}: column {position + 1} has values (first in row "
                    f"{int(filled.idxmax()) + 2}) but no header. Name its time, or delete it."
                )
            continue
        positions.append(position)
    if not positions:
        raise InputError(f"{source}: no column is a sample.")
    return positions


def _check_genes(genes: pd.Series, source: str) -> None:
    if (genes == "").any():
        row = int((genes == "").idxmax())
        raise InputError(f"{source}: row {row + 2} has no gene name. Name it, or delete the row.")
    twice = genes[genes.duplicated()]
    if len(twice):
        rows = ", ".join(str(row + 2) for row in genes.index[genes == twice.iloc[0]])
        raise InputError(
            f"{source}: the gene {twice.iloc[0]!r} stands in rows {rows}. A gene has one row; "
            "rename or merge them."
        )


def _read_samples(headers: list[str], layout: TableLayout, source: str) -> pd.DataFrame:
    times = []
    for header in headers:
        try:
            times.append(parse_sample_time(header, layout.birth_day))
        except InputError as error:
            raise InputError(f"{source}: {error}") from error
    samples = pd.DataFrame({"header": headers, "time": times})
    if samples["time"].nunique() < 3:
        raise InputError(
            f"{source}: the headers name {samples['time'].nunique()} different times; a course "
            "to forecast needs more."
        )
    return samples


def _read_values(cells: pd.DataFrame, genes: pd.Series, source: str) -> np.ndarray:
    """Numbers from text; what stands for missing becomes NaN, anything else is an error."""
    text = cells.to_numpy(dtype=object)
    flat = pd.Series(text.ravel())
    numbers = pd.to_numeric(flat, errors="coerce").to_numpy(dtype=float).reshape(text.shape)
    unread = np.argwhere(~np.isfinite(numbers))
    for row, column in unread:
        if text[row, column].strip().lower() not in MISSING:
            raise InputError(
                f"{source}: {genes.iloc[row]!r} (row {row + 2}) in sample "
                f"{cells.columns[column]!r} is {text[row, column]!r}, which is no number. "
                "Leave a cell empty where nothing was measured."
            )
        numbers[row, column] = np.nan
    return numbers


def read_targets(table: pd.DataFrame, mirnas: pd.Index, source: str) -> pd.DataFrame:
    """Which miRNA acts on which gene.

    Args:
        table: Columns mirna and target_gene, as text; many to many.
        mirnas: The measured ones.
        source: Name of the table, for messages.

    Returns:
        The rows of measured miRNAs, without repetition.

    Raises:
        InputError: A column is missing, or no miRNA of the table was measured.
    """
    require_columns(table, ["mirna", "target_gene"], source)
    targets = table[["mirna", "target_gene"]].drop_duplicates()
    targets = targets[targets["mirna"].isin(mirnas) & (targets["target_gene"] != "")]
    if targets.empty:
        raise InputError(
            f"{source}: none of its miRNAs (the first: {table['mirna'].head(3).tolist()}) was "
            f"measured (the first: {list(mirnas[:3])}). Do the names follow one convention?"
        )
    return targets.reset_index(drop=True)


def average_over_targets(normalised: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Give each target gene the mean of its miRNAs, sample by sample.

    Args:
        normalised: gene (here a miRNA), sample, time, replicate, value (log2), detected.
        targets: mirna, target_gene.

    Returns:
        The same columns; gene is the target gene, detected where any of its miRNAs was. The value
        is missing where that of any miRNA is: the mean of the others would be another quantity.
    """
    joined = normalised.merge(targets, left_on="gene", right_on="mirna")
    grouped = joined.groupby(["target_gene", "sample", "time", "replicate"], sort=False)
    means = grouped.agg(
        value=("value", "mean"),
        detected=("detected", "any"),
        measured=("value", "count"),
        expected=("value", "size"),
    ).reset_index()
    means["value"] = means["value"].where(means["measured"] == means["expected"])
    means = means.drop(columns=["measured", "expected"])
    return means.rename(columns={"target_gene": "gene"})
