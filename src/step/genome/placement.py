"""From gene names to places on the genome and bins of the map."""

import numpy as np
import pandas as pd

from step.errors import InputError, listed, quoted, require_columns
from step.names import clean_column

FARTHEST_START = 1_000_000  # base pairs between two start sites of one gene
VERSION = r"\.[0-9]+$"  # of an Ensembl identifier

UNNAMED = "no symbol known for this name"
UNANNOTATED = "symbol not in the annotation"
AMBIGUOUS = "annotated at several places"
UNMAPPED = "its chromosome is not in the contact map"


def choose_tss(annotation: pd.DataFrame) -> pd.DataFrame:
    """One transcription start site a gene.

    The start of the interval on the + strand, its last base on the − strand, its middle where the
    strand is unknown. Of several records of a gene at one place, the most upstream counts, on the
    strand of the longest. A gene with records on several chromosomes, or more than 1 Mb apart, has
    several places, and keeps one row for each.

    Args:
        annotation: chrom, start, end, gene, strand, gene_id.

    Returns:
        gene, chrom, tss, strand, gene_id (all of the place, joined by semicolons); sorted by place.
    """
    strand, start = annotation["strand"], annotation["start"]
    last = np.maximum(annotation["end"] - 1, start)  # an interval may be empty
    tss = np.select([strand == "+", strand == "-"], [start, last], default=(start + last) // 2)
    sites = annotation.assign(tss=tss, length=annotation["end"] - start)
    sites = sites.sort_values(["gene", "chrom", "tss"], kind="stable")
    apart = sites.groupby(["gene", "chrom"])["tss"].diff() > FARTHEST_START
    sites["place"] = apart.groupby([sites["gene"], sites["chrom"]]).cumsum()
    place = ["gene", "chrom", "place"]
    identifiers = _joined(sites, place)
    longest = sites.sort_values("length", ascending=False, kind="stable").drop_duplicates(place)
    sites = sites.merge(longest[[*place, "strand"]], on=[*place, "strand"])
    # Upstream first: ascending on the + strand, descending on the − strand.
    upstream = np.where(sites["strand"] == "-", -sites["tss"], sites["tss"])
    sites = sites.iloc[np.argsort(upstream, kind="stable")].drop_duplicates(place)
    sites = sites.drop(columns="gene_id").merge(identifiers, on=place, how="left")
    return sites.sort_values(["chrom", "tss", "gene"], ignore_index=True)[
        ["gene", "chrom", "tss", "strand", "gene_id"]
    ]


def _joined(sites: pd.DataFrame, place: list[str]) -> pd.DataFrame:
    """The identifiers of each place, joined by semicolons; no row where there is none."""
    each = sites[[*place, "gene_id"]].dropna(subset="gene_id").drop_duplicates()
    each = each.sort_values("gene_id")
    several = each.duplicated(place, keep=False)
    joined = each[several].groupby(place, sort=False)["gene_id"].agg(";".join).reset_index()
    return pd.concat([each[~several], joined], ignore_index=True)


def read_gene_names(table: pd.DataFrame, source: str) -> pd.Series:
    """The table of a study's names: assay name → symbol.

    Raises:
        InputError: A column is missing, a name holds an unprintable character, or a name has two
            symbols.
    """
    require_columns(table, ["assay_name", "symbol"], source)
    table = pd.DataFrame(
        {column: clean_column(table, column, source) for column in ("assay_name", "symbol")}
    )
    table = table[table["symbol"] != ""].drop_duplicates()
    twice = table["assay_name"][table["assay_name"].duplicated()]
    if len(twice):
        symbols = table.loc[table["assay_name"] == twice.iloc[0], "symbol"].tolist()
        raise InputError(
            f"{source}: {quoted(twice.iloc[0])} has several symbols: {listed(symbols)}. Keep the "
            "row of the right one."
        )
    return table.set_index("assay_name")["symbol"]


def place_genes(genes: list[str], names: pd.Series, tss: pd.DataFrame) -> pd.DataFrame:
    """Find each gene's symbol and place.

    A gene that the names do not list is looked up by its own name. What it is called is matched
    with the annotation's symbols exactly, or else without regard to case, or else with its gene
    identifiers (as they are, or else without their versions): of a symbol that several genes share,
    each has its own.

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
    tss = tss.reset_index(drop=True)
    first = tss.drop_duplicates("gene")
    annotated = pd.Series(first.index, index=first["gene"])
    several = set(tss.loc[tss["gene"].duplicated(), "gene"])
    symbols = pd.Series(annotated.index, index=annotated.index.str.lower())
    alike = set(symbols.index[symbols.index.duplicated()])  # they differ by case alone
    by_case = symbols[~symbols.index.isin(alike)]
    called = places["symbol"]
    exact = called.where(called.isin(annotated.index)).astype(object)
    found = exact.combine_first(called.str.lower().map(by_case).astype(object))
    row = found.map(annotated)
    without_version = called.str.replace(VERSION, "", regex=True)
    by_identifier = _rows_by_identifier(tss)
    as_written = by_identifier[~by_identifier.index.duplicated(keep=False)]
    row = row.fillna(called.map(as_written))
    identified = row.notna()
    by_identifier.index = by_identifier.index.str.replace(VERSION, "", regex=True)
    shared = by_identifier.index[by_identifier.index.duplicated()]
    by_identifier = by_identifier[~by_identifier.index.duplicated()]
    row = row.fillna(without_version.map(by_identifier))
    places["symbol"] = row.map(tss["gene"]).fillna(called)
    for column in ("chrom", "tss", "strand"):
        places[column] = row.map(tss[column])
    places["tss"] = places["tss"].astype("Int64")
    named = places["gene"].isin(names.index) | (len(names) == 0)
    ambiguous = found.isin(several) | (row.isna() & called.str.lower().isin(alike))
    ambiguous |= ~identified & without_version.isin(shared)
    places["unplaced"] = np.select(
        [ambiguous, row.isna() & ~named, row.isna()],
        [AMBIGUOUS, UNNAMED, UNANNOTATED],
        default=None,
    )
    places.loc[ambiguous, ["chrom", "tss", "strand"]] = [None, pd.NA, None]
    return places


def _rows_by_identifier(tss: pd.DataFrame) -> pd.Series:
    """The rows of each gene identifier: several for one at several places."""
    identifier = tss["gene_id"].dropna().astype(str).str.split(r"\s*;\s*", regex=True).explode()
    return pd.Series(identifier.index, index=identifier)


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
