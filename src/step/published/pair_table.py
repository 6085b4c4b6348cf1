"""The authors' processed table of gene pairs: contact, chromatin and expression in one row a pair.

It is the source of the published protocol alone; its contacts and places are not the genes' own
(see the README of the study).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from step.errors import InputError, require_columns

FEATURES = {
    "Chromosome": "chrom",
    "Start": "start",
    "End": "end",
    "Bin": "bin",
    "Compartment": "compartment",
    "Insulation_Score": "insulation_score",
    "TAD_Boundary_Distance": "tad_boundary_distance",
}
TEXT = {"chrom", "compartment"}
GENES = ("Gene1", "Gene2")


@dataclass(frozen=True)
class PairTable:
    """The content of a table of gene pairs.

    Attributes:
        pairs: gene_1, gene_2, contact, and of each gene (`_1`, `_2`) chrom, start, end, bin (base
            pairs), compartment, insulation_score, tad_boundary_distance (bins); a row a pair.
        expression: Gene × time, times ascending; as in the first row that has the gene as Gene1,
            or, of one that never is, in the first that has it as Gene2.
        inconsistent: Genes whose rows differ in place or expression.
    """

    pairs: pd.DataFrame
    expression: pd.DataFrame
    inconsistent: list[str]


def read_pair_table(table: pd.DataFrame, source: str, *, clean_names: bool) -> PairTable:
    """Read pairs and expression from the cells of a table.

    Args:
        table: Cells as text; columns Gene1, Gene1_Chromosome …, HiC_Interaction, Gene1_Time_0.5 ….
            Times without any value are left out.
        source: Name of the table, for messages.
        clean_names: Whether a name ends before its first bracket.

    Raises:
        InputError: A column, a gene's name or its value at a time is missing, a cell or the time of
            a column is no number, a contact is negative, or the two genes' times differ.
    """
    features = [f"{gene}_{name}" for gene in GENES for name in FEATURES]
    require_columns(table, [*GENES, "HiC_Interaction", *features], source)
    times = _times(table, source)
    if table.empty:
        raise InputError(f"{source}: the table has a header and no rows; it needs a row a pair.")
    sides = [_side(table, gene, times, source, clean_names=clean_names) for gene in GENES]
    placed = [
        side[["gene", *FEATURES.values()]].add_suffix(f"_{number}")
        for number, side in enumerate(sides, start=1)
    ]
    pairs = pd.concat([*placed, _contacts(table, source)], axis=1)
    rows = pd.concat(sides, ignore_index=True)
    differ = rows.groupby("gene", sort=False).nunique().gt(1).any(axis=1)
    values = rows.drop_duplicates("gene").set_index("gene")[list(times.values())]
    expression = values.dropna(axis=1, how="all").sort_index(axis=1)
    _require_values(expression, source)
    return PairTable(pairs, expression, differ.index[differ].tolist())


def _times(table: pd.DataFrame, source: str) -> dict[str, float]:
    """Read the times that the columns name, the same for both genes.

    Returns:
        The time by the end of its columns' names, as in `{"0.5": 0.5}`.
    """
    named = {
        gene: [
            column.removeprefix(f"{gene}_Time_")
            for column in table.columns
            if column.startswith(f"{gene}_Time_")
        ]
        for gene in GENES
    }
    first, second = named.values()
    if first != second or not first:
        raise InputError(
            f"{source}: the columns Gene1_Time_… name {len(first)} times, Gene2_Time_… "
            f"{len(second)}; both genes of a pair need the same ones, at least one."
        )
    times: dict[str, float] = {}
    for name in first:
        time = pd.to_numeric(name, errors="coerce")
        if not np.isfinite(time):
            raise InputError(
                f"{source}: the column Gene1_Time_{name[:40]} names no time. Write a number, as in "
                "Gene1_Time_0.5."
            )
        if time in times.values():
            raise InputError(
                f"{source}: the time {time:g} has more than one column Gene1_Time_…. Delete or "
                "rename all but one."
            )
        times[name] = float(time)
    return times


def _side(
    table: pd.DataFrame, gene: str, times: dict[str, float], source: str, *, clean_names: bool
) -> pd.DataFrame:
    """Read one gene of each pair: gene, its features, a column for each time."""
    names = table[gene].str.strip()
    if clean_names:
        names = names.str.split("(").str[0].str.strip()
    if (names == "").any():
        row = int((names == "").to_numpy().argmax())
        raise InputError(f"{source}: row {row + 2} has no {gene}. Name it, or delete the row.")
    columns = {"gene": names}
    for column, name in FEATURES.items():
        column = f"{gene}_{column}"
        columns[name] = _text(table[column]) if name in TEXT else _numbers(table, column, source)
    values = {time: _numbers(table, f"{gene}_Time_{name}", source) for name, time in times.items()}
    return pd.DataFrame(columns | values)


def _contacts(table: pd.DataFrame, source: str) -> pd.Series:
    contacts = _numbers(table, "HiC_Interaction", source).rename("contact")
    negative = contacts < 0
    if negative.any():
        row = int(negative.to_numpy().argmax())
        raise InputError(
            f"{source}: row {row + 2} has the HiC_Interaction {contacts.iloc[row]:g}; a contact is "
            "zero or more. Correct it, or delete the row."
        )
    return contacts


def _require_values(expression: pd.DataFrame, source: str) -> None:
    """Raise InputError unless each gene has a value at each time."""
    if expression.empty:
        raise InputError(f"{source}: no gene has a value at any time.")
    missing = expression.isna()
    if missing.to_numpy().any():
        gene = missing.any(axis=1).idxmax()
        raise InputError(
            f"{source}: {gene[:40]} has no value at time {missing.loc[gene].idxmax():g}; each gene "
            "needs one at each time."
        )


def _text(cells: pd.Series) -> pd.Series:
    """Strip cells; an empty one is missing."""
    stripped = cells.str.strip()
    return stripped.where(stripped != "")


def _numbers(table: pd.DataFrame, column: str, source: str) -> pd.Series:
    """Read a column as numbers; an empty cell is missing."""
    cells = table[column].str.strip()
    numbers = pd.to_numeric(cells, errors="coerce").astype(float)
    wrong = ~np.isfinite(numbers) & (cells != "")
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise InputError(
            f"{source}: row {row + 2} has {cells.iloc[row][:40]!r} as {column}, which is no number."
        )
    return numbers
