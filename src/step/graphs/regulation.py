"""Regulatory edges: who is known to raise or lower whom."""

import numpy as np
import pandas as pd

from step.errors import InputError, listed, quoted, require_columns
from step.names import clean_column

SIGNS = {
    "+": 1.0, "1": 1.0, "1.0": 1.0, "activation": 1.0, "activator": 1.0, "up": 1.0,
    "-": -1.0, "−": -1.0, "-1": -1.0, "-1.0": -1.0, "repression": -1.0, "repressor": -1.0,
    "inhibition": -1.0, "down": -1.0, "": 1.0, "unknown": 1.0,
}  # fmt: skip
EMPTY = {"", "na", "n/a", "nan", "null", "none"}  # cells of other programs that say nothing
WEIGHT = ("weight", "mor")  # names of its column; the first that a table has is read
LEAST, LARGEST = 1e-6, 1e6  # of a weight other than 0, without its sign


def read_regulation(table: pd.DataFrame, source: str) -> pd.DataFrame:
    """Read a study's table of regulators and what they regulate.

    Args:
        table: Columns source and target, names or symbols of genes, as text; optionally weight (a
            number, 1 where the column is missing or a cell empty or NA), which may be called mor,
            as in tables of decoupleR, and sign (`+` or `-`, `1` or `-1`, activation or repression;
            empty, NA or unknown counts as `+`). Other columns are not read.
        source: Name of the table, for messages.

    Returns:
        source, target, weight: negative where the source lowers the target. A pair that stands in
        several rows has the mean of their weights; a gene that regulates itself is left out.

    Raises:
        InputError: A column is missing, or a cell is no name, sign or weight.
    """
    require_columns(table, ["source", "target"], source)
    named = {column: clean_column(table, column, source) for column in ("source", "target")}
    edges = pd.DataFrame(named).assign(weight=_weights(table, source) * _signs(table, source))
    for column in ("source", "target"):
        empty = np.flatnonzero(edges[column] == "")
        if len(empty):
            raise InputError(
                f"{_row(table, empty[0], source)}: the {column} is empty. Name a gene, or delete "
                "the row."
            )
    edges = edges[edges["source"] != edges["target"]]
    return edges.groupby(["source", "target"], sort=False, as_index=False)["weight"].mean()


def _row(table: pd.DataFrame, position: int, source: str) -> str:
    """The row of the file, as a spreadsheet counts it."""
    return f"{source}, row {table.index[position] + 2}"


def _weights(table: pd.DataFrame, source: str) -> np.ndarray:
    column = next((name for name in WEIGHT if name in table), None)
    if column is None:
        return np.ones(len(table))
    text = table[column].astype(str).str.strip()
    filled = text.mask(text.str.lower().isin(EMPTY), "1")
    weight = pd.to_numeric(filled, errors="coerce").to_numpy(dtype=float)
    wrong = np.flatnonzero(~np.isfinite(weight))
    if len(wrong):
        raise InputError(
            f"{_row(table, wrong[0], source)}: the {column} {quoted(text.iloc[wrong[0]])} is no "
            "number. Correct it, or leave it empty for 1."
        )
    extreme = np.flatnonzero((weight != 0) & ((abs(weight) < LEAST) | (abs(weight) > LARGEST)))
    if len(extreme):
        raise InputError(
            f"{_row(table, extreme[0], source)}: the {column} {quoted(text.iloc[extreme[0]])} is "
            f"not between {LEAST:g} and {LARGEST:g}. Weights count relative to one another: divide "
            "all of them by the largest."
        )
    if "sign" in table and (weight < 0).any():
        row = int(np.flatnonzero(weight < 0)[0])
        raise InputError(
            f"{_row(table, row, source)}: the {column} {quoted(text.iloc[row])} is negative "
            "although the table has a column `sign`. Let one of the two tell the direction."
        )
    return weight


def _signs(table: pd.DataFrame, source: str) -> np.ndarray:
    if "sign" not in table:
        return np.ones(len(table))
    text = table["sign"].astype(str).str.strip()
    lower = text.str.lower()
    sign = lower.mask(lower.isin(EMPTY), "").map(SIGNS).to_numpy(dtype=float)
    wrong = np.flatnonzero(np.isnan(sign))
    if len(wrong):
        raise InputError(
            f"{_row(table, wrong[0], source)}: the sign {quoted(text.iloc[wrong[0]])} is neither + "
            "nor -. Write one of them, or leave it empty."
        )
    return sign


def regulatory_edges(regulation: pd.DataFrame, genes: pd.DataFrame) -> pd.DataFrame:
    """Find the regulatory edges between a study's genes.

    A name is matched with the study's names of genes, or else with their symbols without regard to
    case; a symbol that several of the study's genes have stands for each of them.

    Args:
        regulation: From `read_regulation`.
        genes: gene, symbol.

    Returns:
        gene_1 (the regulator), gene_2 (what it regulates), weight; without edges of no weight.
    """
    named = pd.concat([regulation["source"], regulation["target"]]).drop_duplicates()
    own = named.isin(genes["gene"])
    symbols = genes.dropna(subset=["symbol"])
    known = pd.DataFrame({"symbol": symbols["symbol"].str.lower(), "gene": symbols["gene"]})
    others = pd.DataFrame({"name": named[~own], "symbol": named[~own].str.lower()})
    meant = pd.concat(
        [
            pd.DataFrame({"name": named[own], "gene": named[own]}),
            others.merge(known, on="symbol")[["name", "gene"]],
        ]
    )
    edges = regulation.merge(meant.set_axis(["source", "gene_1"], axis=1), on="source")
    edges = edges.merge(meant.set_axis(["target", "gene_2"], axis=1), on="target")
    edges = edges[(edges["gene_1"] != edges["gene_2"]) & (edges["weight"] != 0)]
    return edges.groupby(["gene_1", "gene_2"], sort=False, as_index=False)["weight"].mean()


def contradicted(regulation: pd.DataFrame) -> str | None:
    """Say which pairs are no edges because their weight is 0; None where there are none.

    Args:
        regulation: From `read_regulation`.
    """
    void = regulation[regulation["weight"] == 0]
    if void.empty:
        return None
    pairs = listed(void["source"] + " to " + void["target"])
    return (
        f"regulatory_edges: {len(void)} of {len(regulation)} pairs are left out, for their weight "
        f"is 0 or their rows contradict one another (+ and -): {pairs}."
    )


def unconnected(regulation: pd.DataFrame, genes: pd.DataFrame, whose: str) -> str:
    """Say why no regulatory edge connects two of a study's genes.

    Args:
        regulation: From `read_regulation`.
        genes: gene.
        whose: The genes, in words.
    """
    named = regulation.loc[regulation["weight"] != 0, ["source", "target"]].stack()
    if named.empty:
        return "regulatory_edges: no row is an edge from one gene to another."
    return (
        f"regulatory_edges: no row connects two {whose}. It names {listed(named.unique())}; these "
        f"are {listed(genes['gene'])}."
    )
