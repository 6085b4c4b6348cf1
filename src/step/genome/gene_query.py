"""Symbols of gene names, asked from mygene.info where the user wishes it."""

import pandas as pd

from step.errors import InputError, quoted

ANSWER_COLUMNS = ["assay_name", "symbol", "note"]
SCOPES = "symbol,alias,prev_symbol,ensembl.gene,entrezgene,refseq,mirbase"


def look_up_symbols(names: list[str], species: str | None) -> pd.DataFrame:
    """Ask mygene.info for the symbols of names; without a name, nothing is asked.

    Args:
        names: Symbols, aliases, or identifiers of Ensembl, Entrez, RefSeq or miRBase.
        species: As mygene.info calls it: mouse, human, zebrafish …, or a taxonomy number.

    Returns:
        One row a name, sorted: assay_name, symbol (empty where none was found, or several), note.

    Raises:
        InputError: The species is not named, mygene is missing, or mygene.info cannot be reached.
    """
    symbols: dict[str, set[str]] = {name: set() for name in sorted(set(names))}
    for hit in _ask(list(symbols), species) if symbols else []:
        if hit.get("symbol"):
            symbols[hit["query"]].add(hit["symbol"])
    answers = [_answer(name, found) for name, found in symbols.items()]
    return pd.DataFrame(answers, columns=ANSWER_COLUMNS, dtype=object)


def _ask(names: list[str], species: str | None) -> list[dict[str, str]]:
    """What mygene.info says: for each name, none, one or several hits."""
    if species is None:
        raise InputError("Looking up names needs `species` in globals.yml, as in `mouse`.")
    try:
        import mygene
    except ImportError as error:
        raise InputError(
            "Names are looked up through mygene, which is not installed. Run "
            "`make setup EXTRAS=names`."
        ) from error
    try:
        return mygene.MyGeneInfo().querymany(
            names, scopes=SCOPES, fields="symbol", species=species, verbose=False
        )
    except Exception as error:  # httpx and biothings have their own
        raise InputError(
            f"mygene.info cannot be reached ({type(error).__name__}: {quoted(error)}). Looking up "
            "names needs the network: try again once it is there, or write a table of assay_name "
            "and symbol yourself and name it as gene_names in catalog_raw.yml."
        ) from error


def _answer(name: str, found: set[str]) -> tuple[str, str, str]:
    """Name, symbol and note: of several symbols, the name itself if it is among them."""
    same = {symbol for symbol in found if symbol.lower() == name.lower()}
    chosen = same or found
    symbol = chosen.pop() if len(chosen) == 1 else ""
    note = "" if symbol else ("several: " + ", ".join(sorted(found)) if found else "not found")
    return name, symbol, note
