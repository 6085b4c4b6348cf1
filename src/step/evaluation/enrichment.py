"""What the best and the worst forecast genes have in common."""

import logging

import gseapy
import numpy as np
import pandas as pd
from scipy import stats

COLUMNS = ["group", "term", "overlap", "p", "adjusted_p", "odds_ratio", "genes"]
SMALLEST_SET = 3


def enrich_extremes(
    per_gene: pd.DataFrame, gene_sets: dict[str, list[str]], share: float
) -> pd.DataFrame:
    """Over-representation of gene sets among the best and the worst forecast genes.

    Hypergeometric test (gseapy) of each set, against all forecast genes of the study as
    background: not against the genome, for the study chose its genes. Benjamini–Hochberg within a
    group. Symbols are matched without regard to case.

    Args:
        per_gene: symbol and r2, from `step.evaluation.predictability.gene_table`.
        gene_sets: Name → symbols.
        share: Share of the genes in each group.

    Returns:
        `COLUMNS`, group `best` or `worst`, by adjusted p, a set's genes by how well they were
        forecast; sets with fewer than three genes of the study are not tested. Empty where no set
        can be.
    """
    ranked = per_gene.dropna(subset=["r2"]).sort_values("r2", ascending=False)
    symbols = ranked["symbol"].str.upper().drop_duplicates()
    background = symbols.tolist()
    known = set(background)
    testable = {}
    for name, members in gene_sets.items():
        present = sorted({member.upper() for member in members} & known)
        if len(present) >= SMALLEST_SET:
            testable[name] = present
    size = max(round(len(background) * share), 1)
    groups = {"best": background[:size], "worst": background[-size:]}
    found = [
        _over_represented(group, genes, testable, background) for group, genes in groups.items()
    ]
    found = [table for table in found if len(table)]
    if not found:
        return pd.DataFrame(columns=COLUMNS)
    rank = {name: position for position, name in enumerate(background)}
    shown = dict(zip(ranked["symbol"].str.upper(), ranked["symbol"], strict=True))
    table = pd.concat(found, ignore_index=True)
    # gseapy lists a set's genes in no fixed order.
    table["genes"] = table["genes"].map(
        lambda joined: ";".join(shown[name] for name in sorted(joined.split(";"), key=rank.get))
    )
    return table


def _over_represented(
    group: str, genes: list[str], gene_sets: dict[str, list[str]], background: list[str]
) -> pd.DataFrame:
    if not gene_sets or not any(set(genes) & set(members) for members in gene_sets.values()):
        return pd.DataFrame(columns=COLUMNS)
    logging.getLogger("gseapy").setLevel(logging.ERROR)
    result = gseapy.enrich(
        gene_list=genes, gene_sets=gene_sets, background=background, outdir=None, no_plot=True
    ).results
    # gseapy leaves sets without any of the genes out; they were tested all the same, with p = 1.
    p = result["P-value"].to_numpy(dtype=float)
    untouched = np.ones(len(gene_sets) - len(p))
    adjusted = stats.false_discovery_control(np.concatenate([p, untouched]))[: len(p)]
    return pd.DataFrame(
        {
            "group": group,
            "term": result["Term"],
            "overlap": result["Overlap"],
            "p": p,
            "adjusted_p": adjusted,
            "odds_ratio": result["Odds Ratio"],
            "genes": result["Genes"],
        }
    ).sort_values(["adjusted_p", "p", "term"], ignore_index=True)
