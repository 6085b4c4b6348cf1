"""Gene set libraries of Enrichr, fetched where the user names them."""

import gseapy

from step.errors import InputError, listed, quoted

ORGANISMS = {
    "human": "Human", "9606": "Human",
    "mouse": "Mouse", "10090": "Mouse",
    "zebrafish": "Fish", "7955": "Fish",
    "fruitfly": "Fly", "7227": "Fly",
    "nematode": "Worm", "6239": "Worm",
    "yeast": "Yeast", "4932": "Yeast", "559292": "Yeast",
}  # fmt: skip
"""Species, as mygene.info calls them, that Enrichr has libraries of."""
NO_LIMIT = 10**9


def fetch_libraries(names: list[str], species: str | None) -> dict[str, list[str]]:
    """Fetch libraries of Enrichr; without a name, nothing is asked.

    Args:
        names: Of the libraries, as `GO_Biological_Process_2023`.
        species: The study's, from `globals.yml`.

    Returns:
        `library: term` → symbols.

    Raises:
        InputError: The species is not named or Enrichr lacks it, or a library cannot be fetched.
    """
    if not names:
        return {}
    organism = ORGANISMS.get((species or "").lower())
    if organism is None:
        raise InputError(
            f"`report.libraries` names {listed(names)}, and Enrichr needs the `species` in "
            f"globals.yml for it; that is {quoted(species)}, but may be {', '.join(ORGANISMS)}. "
            "Set it, or empty `report.libraries`."
        )
    return {
        f"{name}: {term}": genes for name in names for term, genes in _fetch(name, organism).items()
    }


def _fetch(name: str, organism: str) -> dict[str, list[str]]:
    try:
        return gseapy.get_library(name, organism=organism, max_size=NO_LIMIT)
    except Exception as error:  # requests, urllib3 and gseapy have their own
        raise InputError(
            f"`report.libraries`: the Enrichr library {quoted(name)} of {organism} cannot be "
            f"fetched ({type(error).__name__}: {quoted(error)}). It needs the network, and a name "
            "that maayanlab.cloud/Enrichr/#libraries lists. To go on without it, take it out of "
            "`report.libraries` and run `--pipelines reporting`; sets in a GMT file need no "
            "network: name it as gene_sets in catalog_raw.yml."
        ) from error
