"""What the genes that can be forecast, and those that cannot, have in common.

Genes are ranked by skill, which says whether STEP beats the best simple forecaster, and beside it
by R², which says how much of a gene's own variance is explained: a gene with a strong trend has a
high R² under any forecaster. Both tests compare genes with genes. Genes of a set often move
together, so small p are a hint at what to look into, and no proof.
"""

import logging
from dataclasses import dataclass

import gseapy
import numpy as np
import pandas as pd
from scipy import stats

RANKINGS = ("skill", "r2")
OVER_REPRESENTED = [
    "term", "ranked_by", "group", "overlap", "p", "adjusted_p", "odds_ratio", "genes",
]  # fmt: skip
PRERANKED = ["term", "ranked_by", "size", "es", "nes", "p", "fdr", "leading_edge"]


@dataclass(frozen=True)
class EnrichmentScope:
    """How many gene sets were tested, and why none was.

    Attributes:
        n_ranked: Number of symbols with a skill.
        n_sets: Number of gene sets given.
        n_tested: Number of sets of which neither too few nor too many genes are ranked.
        n_in_sets: Number of ranked symbols that stand in a tested set.
        untested: Why no set was tested; None where one was.
    """

    n_ranked: int
    n_sets: int
    n_tested: int
    n_in_sets: int
    untested: str | None = None


def enrichment_scope(
    per_gene: pd.DataFrame, gene_sets: dict[str, list[str]], smallest: int, largest: int
) -> EnrichmentScope:
    """Count what can be tested when genes are ranked by skill.

    Args:
        per_gene: symbol, skill.
        gene_sets: Name → symbols.
        smallest: Fewest ranked genes of a tested set.
        largest: Most ranked genes of a tested set.
    """
    ranking = _rank(per_gene, RANKINGS[0])
    tested = _testable(gene_sets, ranking, smallest, largest)
    return EnrichmentScope(
        n_ranked=len(ranking),
        n_sets=len(gene_sets),
        n_tested=len(tested),
        n_in_sets=len(set().union(*tested.values())),
        untested=None if tested else _why_untested(ranking, gene_sets, smallest, largest),
    )


def _why_untested(
    ranking: pd.DataFrame, gene_sets: dict[str, list[str]], smallest: int, largest: int
) -> str:
    """Say why no gene set can be tested."""
    if ranking.empty:
        return "no gene has a skill by which it could be ranked"
    counts = {name: len(_present(genes, ranking)) for name, genes in gene_sets.items()}
    fullest = max(counts, key=lambda name: counts[name], default=None)
    if fullest is None or not counts[fullest]:
        return (
            f"none of the {len(ranking):,} ranked genes stands in any of the {len(counts):,} gene "
            "sets; their symbols may be those of another species or naming scheme"
        )
    if counts[fullest] < smallest:
        return (
            f"no gene set holds {smallest} of the {len(ranking):,} ranked genes; the fullest, "
            f"{fullest}, holds {counts[fullest]}"
        )
    return (
        f"of the {len(ranking):,} ranked genes, each gene set holds fewer than {smallest}, more "
        f"than {largest:,}, or all"
    )


def enrich_extremes(
    per_gene: pd.DataFrame,
    gene_sets: dict[str, list[str]],
    share: float,
    smallest: int,
    largest: int,
) -> pd.DataFrame:
    """Over-representation of gene sets among the best and the worst forecast genes.

    Hypergeometric test (gseapy) of each set against all ranked genes of the study as background:
    not against the genome, for the study chose its genes. Benjamini–Hochberg over all tests of
    the table. Symbols are matched without regard to case; of genes that share a symbol, the best
    counts.

    Args:
        per_gene: symbol, skill and r2, from `step.evaluation.predictability.gene_table`.
        gene_sets: Name → symbols.
        share: Share of the genes in each group.
        smallest: Fewest ranked genes of a tested set.
        largest: Most ranked genes of a tested set.

    Returns:
        `OVER_REPRESENTED`, the ranking by skill first, `best` before `worst`, by p; a set's genes
        are in the order of the ranking. A set without a gene in the group counts as tested, but
        has no row. Empty where no set can be tested.
    """
    found, n_untouched = [], 0
    for by in RANKINGS:
        ranking = _rank(per_gene, by)
        tested = _testable(gene_sets, ranking, smallest, largest)
        size = max(round(len(ranking) * share), 1)
        for group, rows in (("best", slice(size)), ("worst", slice(-size, None))):
            table = _over_represented(rows, tested, ranking)
            found.append(table.assign(ranked_by=by, group=group))
            # gseapy leaves sets without any of the genes out; they were tested, with p = 1.
            n_untouched += len(tested) - len(table)
    filled = [table for table in found if len(table)]
    if not filled:
        return pd.DataFrame(columns=OVER_REPRESENTED)
    table = pd.concat(filled, ignore_index=True)
    p = np.concatenate([table["p"].to_numpy(dtype=float), np.ones(n_untouched)])
    table["adjusted_p"] = stats.false_discovery_control(p)[: len(table)]
    return table[OVER_REPRESENTED]


def enrich_ranked(
    per_gene: pd.DataFrame,
    gene_sets: dict[str, list[str]],
    smallest: int,
    largest: int,
    permutations: int,
    seed: int,
) -> pd.DataFrame:
    """Preranked enrichment: whether a set's genes gather at an end of the ranking.

    Genes are weighed by their rank, from 1 (the best) to −1: by its skill itself, a single gene
    that is forecast very badly would decide on all of its sets. p by permutation of genes,
    continued by fgsea's multilevel splitting where it is smaller than permutations can tell
    (gseapy), so that none is zero; Benjamini–Hochberg over all tests of the table.

    Args:
        per_gene: symbol, skill and r2, from `step.evaluation.predictability.gene_table`.
        gene_sets: Name → symbols.
        smallest: Fewest ranked genes of a tested set.
        largest: Most ranked genes of a tested set.
        permutations: Number of permutations.
        seed: Of the permutations.

    Returns:
        `PRERANKED`, the ranking by skill first, by p. Empty where no set can be tested.
    """
    found = []
    for by in RANKINGS:
        ranking = _rank(per_gene, by)
        tested = _testable(gene_sets, ranking, smallest, largest)
        if tested:
            table = _prerank(ranking, by, tested, permutations, seed).assign(ranked_by=by)
            found.append(table.sort_values(["p", "term"], ignore_index=True))
    if not found:
        return pd.DataFrame(columns=PRERANKED)
    table = pd.concat(found, ignore_index=True)
    table["fdr"] = stats.false_discovery_control(table["p"])
    return table[PRERANKED]


def _rank(per_gene: pd.DataFrame, by: str) -> pd.DataFrame:
    """Each ranked gene, the best first: symbol, score, and an identifier for gseapy.

    Indexed by the symbol in capitals. gseapy joins names by semicolons and guesses at their case,
    so it is not given the study's own.
    """
    ranked = per_gene[["symbol", by]].dropna(subset=[by])
    ranked = ranked.sort_values([by, "symbol"], ascending=[False, True], kind="stable")
    ranked.index = pd.Index(ranked["symbol"].astype(str).str.upper(), name=None)
    ranked = ranked[~ranked.index.duplicated()]
    return ranked.assign(identifier=[f"G{row}" for row in range(len(ranked))])


def _present(genes: list[str], ranking: pd.DataFrame) -> list[str]:
    """The genes of a set that are ranked, in capitals, sorted."""
    return sorted({gene.upper() for gene in genes}.intersection(ranking.index))


def _testable(
    gene_sets: dict[str, list[str]], ranking: pd.DataFrame, smallest: int, largest: int
) -> dict[str, list[str]]:
    """Identifiers of each set of which neither too few nor too many genes are ranked, nor all."""
    present = {name: _present(genes, ranking) for name, genes in gene_sets.items()}
    most = min(largest, len(ranking) - 1)
    identifiers = ranking["identifier"].to_dict()
    return {
        name: [identifiers[gene] for gene in genes]
        for name, genes in present.items()
        if smallest <= len(genes) <= most
    }


def _shown(identifiers: str, ranking: pd.DataFrame) -> str:
    """The symbols of identifiers, both joined by semicolons, in the order of the ranking."""
    rows = sorted(int(identifier[1:]) for identifier in identifiers.split(";"))
    return ";".join(ranking["symbol"].iloc[rows])


def _over_represented(
    rows: slice, tested: dict[str, list[str]], ranking: pd.DataFrame
) -> pd.DataFrame:
    """Test each set that holds a gene of some rows: term, overlap, p, odds_ratio, genes; by p."""
    genes = ranking["identifier"].iloc[rows].tolist()
    if not any(set(genes).intersection(members) for members in tested.values()):
        return pd.DataFrame(columns=["term", "overlap", "p", "odds_ratio", "genes"])
    logging.getLogger("gseapy").setLevel(logging.ERROR)
    result = gseapy.enrich(
        gene_list=genes,
        gene_sets=tested,
        background=ranking["identifier"].tolist(),
        outdir=None,
        no_plot=True,
    ).results
    return pd.DataFrame(
        {
            "term": result["Term"],
            "overlap": result["Overlap"],
            "p": result["P-value"].astype(float),
            "odds_ratio": result["Odds Ratio"].astype(float),
            "genes": [_shown(joined, ranking) for joined in result["Genes"]],
        }
    ).sort_values(["p", "term"], ignore_index=True)


def _prerank(
    ranking: pd.DataFrame, by: str, tested: dict[str, list[str]], permutations: int, seed: int
) -> pd.DataFrame:
    """Test each set: term, size, es, nes, p, leading_edge."""
    # Equal scores in random order: in that of the alphabet, families of genes stand together.
    shuffled = ranking.sample(frac=1.0, random_state=seed)
    order = shuffled.sort_values(by, ascending=False, kind="stable")["identifier"]
    result = gseapy.prerank(
        pd.Series(np.linspace(1.0, -1.0, len(order)), index=order.tolist()),
        tested,
        min_size=1,  # `tested` has none that is too small or too large
        max_size=len(order),
        permutation_num=permutations,
        method="multilevel",
        ascending=None,  # in the order given
        threads=1,
        seed=seed,
        outdir=None,
        no_plot=True,
    ).res2d
    return pd.DataFrame(
        {
            "term": result["Term"],
            "size": [len(tested[term]) for term in result["Term"]],
            "es": result["ES"].astype(float),
            "nes": result["NES"].astype(float),
            "p": result["NOM p-val"].astype(float),
            "leading_edge": [_shown(edge, ranking) for edge in result["Lead_genes"]],
        }
    )
