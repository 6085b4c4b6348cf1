"""The authors' processed table of gene pairs: contact, chromatin and expression in one row a pair.

It is the source of the `published` environment alone; its contacts and places are not the genes'
own (see the README of the study).
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
    """A table of gene pairs, understood.

    Attributes:
        pairs: gene_1, gene_2, contact, and of each gene (`_1`, `_2`) chrom, start, end, bin (base
            pairs), compartment, insulation_score, tad_boundary_distance (bins); a row a pair.
        expression: Gene × time, times ascending; as a gene's first row as Gene1 has it, or, of
            one that never is, its first as Gene2.
        differing: Genes whose rows differ in place or expression.
    """

    pairs: pd.DataFrame
    expression: pd.DataFrame
    differing: list[str]


def read_pair_table(table: pd.DataFrame, source: str, *, clean_names: bool) -> PairTable:
    """Understand the table.

    Args:
        table: Cells as text; columns Gene1, Gene1_Chromosome …, HiC_Interaction, Gene1_Time_0.5 ….
            Times without any value are left out.
        source: Name of the table, for messages.
        clean_names: Whether a name ends before its first bracket.

    Raises:
        InputError: A column or a gene's name is missing, the two genes' times differ, or a cell is
            no number.
    """
    features = [f"{gene}_{name}" for gene in GENES for name in FEATURES]
    require_columns(table, [*GENES, "HiC_Interaction", *features], source)
    times = [column.removeprefix("Gene1_Time_") for column in _times(table, "Gene1")]
    other = [column.removeprefix("Gene2_Time_") for column in _times(table, "Gene2")]
    if times != other or not times:
        raise InputError(
            f"{source}: the columns Gene1_Time_… name {len(times)} times, Gene2_Time_… "
            f"{len(other)}; both genes of a pair need the same ones, at least one."
        )
    if table.empty:
        raise InputError(f"{source}: the table has a header and no rows; it needs a row a pair.")
    pairs = pd.DataFrame({"contact": _numbers(table, "HiC_Interaction", source)})
    sides = []
    for number, gene in enumerate(GENES, start=1):
        names = table[gene].str.strip()
        if clean_names:
            names = names.str.split("(").str[0].str.strip()
        if (names == "").any():
            row = int((names == "").to_numpy().argmax())
            raise InputError(f"{source}: row {row + 2} has no {gene}. Name it, or delete the row.")
        side = pd.DataFrame({"gene": names})
        for column, name in FEATURES.items():
            column = f"{gene}_{column}"
            side[name] = _text(table[column]) if name in TEXT else _numbers(table, column, source)
            pairs[f"{name}_{number}"] = side[name]
        pairs.insert(number - 1, f"gene_{number}", names)
        values = {time: _numbers(table, f"{gene}_Time_{time}", source) for time in times}
        sides.append(pd.concat([side, pd.DataFrame(values)], axis=1))
    rows = pd.concat(sides, ignore_index=True)
    described = rows.groupby("gene", sort=False)
    first = rows.drop_duplicates("gene").set_index("gene")
    values = first[times].set_axis([float(time) for time in times], axis=1)
    expression = values.dropna(axis=1, how="all").sort_index(axis=1)
    if expression.empty:
        raise InputError(f"{source}: no gene has a value at any time.")
    differing = described.nunique().gt(1).any(axis=1)
    return PairTable(
        pairs=pairs,
        expression=expression,
        differing=differing.index[differing].tolist(),
    )


def _times(table: pd.DataFrame, gene: str) -> list[str]:
    return [column for column in table.columns if column.startswith(f"{gene}_Time_")]


def _text(cells: pd.Series) -> pd.Series:
    """Cells without spaces around them; an empty one is missing."""
    stripped = cells.str.strip()
    return stripped.where(stripped != "")


def _numbers(table: pd.DataFrame, column: str, source: str) -> pd.Series:
    """A column as numbers; an empty cell is missing."""
    cells = table[column].str.strip()
    numbers = pd.to_numeric(cells, errors="coerce").astype(float)
    wrong = ~np.isfinite(numbers) & (cells != "")
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise InputError(
            f"{source}: row {row + 2} has {cells.iloc[row]!r} as {column}, which is no number."
        )
    return numbers
