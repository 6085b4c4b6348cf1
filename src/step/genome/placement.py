"""From gene names to places on the genome and bins of the map."""

import numpy as np
import pandas as pd

from step.errors import InputError, require_columns

UNNAMED = "no symbol known for this name"
UNANNOTATED = "symbol not in the annotation"
AMBIGUOUS = "annotated on several chromosomes"
UNMAPPED = "its chromosome is not in the contact map"


def choose_tss(annotation: pd.DataFrame) -> pd.DataFrame:
    """One transcription start site a gene.

    The start of the interval on the + strand, its last base on the − strand, its middle where the
    strand is unknown. Of several records of a gene on one chromosome the most upstream counts; a
    gene with records on several chromosomes keeps one row for each.

    Args:
        annotation: chrom, start, end, gene, strand.

    Returns:
        gene, chrom, tss, strand; sorted by place.
    """
    strand, start = annotation["strand"], annotation["start"]
    last = np.maximum(annotation["end"] - 1, start)  # an interval may be empty
    tss = np.select([strand == "+", strand == "-"], [start, last], default=(start + last) // 2)
    # Upstream first: ascending on the + strand, descending on the − strand.
    sites = annotation.assign(tss=tss, order=np.where(strand == "-", -tss, tss))
    sites = sites.sort_values("order", kind="stable").drop_duplicates(["gene", "chrom"])
    return sites.sort_values(["chrom", "tss", "gene"], ignore_index=True)[
        ["gene", "chrom", "tss", "strand"]
    ]


def read_gene_names(table: pd.DataFrame, source: str) -> pd.Series:
    """The table of a study's names: assay name → symbol.

    Raises:
        InputError: A column is missing, or a name has two symbols.
    """
    require_columns(table, ["assay_name", "symbol"], source)
    table = table[table["symbol"].str.strip() != ""].drop_duplicates(["assay_name", "symbol"])
    twice = table["assay_name"][table["assay_name"].duplicated()]
    if len(twice):
        symbols = table.loc[table["assay_name"] == twice.iloc[0], "symbol"].tolist()
        raise InputError(f"{source}: {twice.iloc[0]!r} has several symbols: {', '.join(symbols)}.")
    return table.set_index("assay_name")["symbol"].str.strip()


def place_genes(genes: list[str], names: pd.Series, tss: pd.DataFrame) -> pd.DataFrame:
    """Find each gene's symbol and place.

    A gene that the names do not list is looked up by its own name. Symbols are matched exactly, or
    else without regard to case.

    Args:
        genes: The study's genes.
        names: Assay name → symbol, from `read_gene_names`; may be empty.
        tss: From `choose_tss`.

    Returns:
        One row a gene, in the given order: gene, symbol, chrom, tss, strand, unplaced (the reason
        where there is no place, else missing).
    """
    places = pd.DataFrame({"gene": genes})
    places["symbol"] = places["gene"].map(names).fillna(places["gene"])
    annotated = tss.drop_duplicates("gene").set_index("gene")
    several = set(tss.loc[tss["gene"].duplicated(), "gene"])
    by_case = {symbol.lower(): symbol for symbol in reversed(annotated.index)}
    found = places["symbol"].where(
        places["symbol"].isin(annotated.index), places["symbol"].str.lower().map(by_case)
    )
    places["symbol"] = found.fillna(places["symbol"])
    for column in ("chrom", "tss", "strand"):
        places[column] = found.map(annotated[column])
    places["tss"] = places["tss"].astype("Int64")
    named = places["gene"].isin(names.index) | (len(names) == 0)
    ambiguous = found.isin(several)
    places["unplaced"] = np.select(
        [ambiguous, found.isna() & ~named, found.isna()],
        [AMBIGUOUS, UNNAMED, UNANNOTATED],
        default=None,
    )
    places.loc[ambiguous, ["chrom", "tss", "strand"]] = [None, pd.NA, None]
    return places


def add_features(places: pd.DataFrame, bins: pd.DataFrame) -> pd.DataFrame:
    """Put each gene into its bin and give it the bin's features.

    Args:
        places: From `place_genes`.
        bins: From `step.genome.features.chromatin_features`.

    Returns:
        The places with bin (row of `bins`, missing where unplaced) and every feature; a gene whose
        chromosome the map lacks is unplaced.
    """
    size = int((bins["end"] - bins["start"]).max())
    first = bins.reset_index().groupby("chrom")["index"].min()
    last = bins.reset_index().groupby("chrom")["index"].max()
    row = places["chrom"].map(first) + places["tss"].astype(float) // size
    row = row.where(row <= places["chrom"].map(last))
    placed = places.assign(bin=row.astype("Int64"))
    lost = placed["chrom"].notna() & placed["bin"].isna()
    placed["unplaced"] = placed["unplaced"].where(~lost, UNMAPPED)
    features = bins.drop(columns=["chrom", "start", "end"])
    return placed.merge(features, left_on="bin", right_index=True, how="left").sort_index()
