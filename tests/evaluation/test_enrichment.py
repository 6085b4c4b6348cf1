import numpy as np
import pandas as pd
import pytest
from scipy import stats

from step.evaluation.enrichment import (
    OVER_REPRESENTED,
    PRERANKED,
    enrich_extremes,
    enrich_ranked,
    enrichment_scope,
)

SYMBOLS = [f"Gene{n}" for n in range(60)]
PER_GENE = pd.DataFrame(
    {"symbol": SYMBOLS, "skill": np.linspace(0.9, -0.9, 60), "r2": np.linspace(-0.9, 0.9, 60)}
)
SETS = {
    "EASY": [name.upper() for name in SYMBOLS[:10]],
    "ANY": SYMBOLS[::6],
    "TINY": SYMBOLS[:2],
    "HUGE": SYMBOLS[:50],
    "ELSEWHERE": ["Xyz"],
}
SIZES = {"smallest": 3, "largest": 40}


def ranked(per_gene: pd.DataFrame = PER_GENE, **changes) -> pd.DataFrame:
    return enrich_ranked(per_gene, SETS, **SIZES, **({"permutations": 200, "seed": 1} | changes))


def test_the_set_of_the_best_genes_is_found_by_skill_first():
    found = enrich_extremes(PER_GENE, SETS, 0.25, **SIZES)
    assert found.columns.tolist() == OVER_REPRESENTED
    top = found.iloc[0]
    assert (top["term"], top["ranked_by"], top["group"]) == ("EASY", "skill", "best")
    assert top["overlap"] == "10/10"
    assert top["p"] == pytest.approx(stats.hypergeom.sf(9, 60, 10, 15))
    assert top["genes"].split(";") == SYMBOLS[:10]  # the best forecast first, in every run
    by_skill = found[found["ranked_by"] == "skill"]
    assert by_skill.loc[by_skill["group"] == "worst", "term"].tolist() == ["ANY"]
    assert set(found["term"]) == {"EASY", "ANY"}


def test_what_is_best_by_skill_may_be_worst_by_r2():
    found = enrich_extremes(PER_GENE, SETS, 0.25, **SIZES)
    by_r2 = found[found["ranked_by"] == "r2"].groupby("group")["term"].agg(list)
    assert by_r2["worst"][0] == "EASY"
    assert "EASY" not in by_r2["best"]


def test_every_test_of_the_table_counts_in_the_adjusted_p():
    found = enrich_extremes(PER_GENE, SETS, 0.25, **SIZES)
    # Two sets, two groups, two rankings; sets without a gene in a group have p = 1, and no row.
    p = np.concatenate([found["p"], np.ones(8 - len(found))])
    expected = stats.false_discovery_control(p)[: len(found)]
    np.testing.assert_allclose(found["adjusted_p"], expected)
    assert found["adjusted_p"].iloc[0] == pytest.approx(4 * found["p"].iloc[0])  # found twice


def test_genes_without_a_score_are_not_in_the_background():
    per_gene = PER_GENE.assign(skill=PER_GENE["skill"].where(PER_GENE.index < 30))
    top = enrich_extremes(per_gene, SETS, 0.5, **SIZES).iloc[0]
    assert top["p"] == pytest.approx(stats.hypergeom.sf(9, 30, 10, 15))


def test_the_ranking_shows_which_end_a_set_gathers_at():
    found = ranked()
    assert found.columns.tolist() == PRERANKED
    by = found.set_index(["ranked_by", "term"])
    assert set(found["term"]) == {"EASY", "ANY"}
    assert by.loc[("skill", "EASY"), "es"] == pytest.approx(1.0)
    assert by.loc[("skill", "EASY"), "nes"] > 1.5
    assert by.loc[("r2", "EASY"), "nes"] < -1.5
    assert by.loc[("skill", "EASY"), "size"] == 10
    assert by.loc[("skill", "EASY"), "leading_edge"].split(";") == SYMBOLS[:10]
    # 200 permutations alone could not tell such a p from zero.
    assert 0 < by.loc[("skill", "EASY"), "p"] < 1e-6
    assert by.loc[("skill", "ANY"), "p"] > 0.1
    np.testing.assert_allclose(found["fdr"], stats.false_discovery_control(found["p"]))


def test_the_ranking_depends_on_the_seed_alone():
    pd.testing.assert_frame_equal(ranked(), ranked(PER_GENE.sample(frac=1.0, random_state=0)))
    assert not ranked()["p"].equals(ranked(seed=2)["p"])


def test_one_gene_of_extreme_skill_does_not_decide():
    usual = ranked().set_index(["ranked_by", "term"])
    skill = PER_GENE["skill"].where(PER_GENE["symbol"] != "Gene54", -1000.0)
    extreme = ranked(PER_GENE.assign(skill=skill)).set_index(["ranked_by", "term"])
    assert extreme.loc[("skill", "ANY"), "p"] == pytest.approx(
        usual.loc[("skill", "ANY"), "p"], abs=0.2
    )


def test_random_sets_have_uniform_p():
    rng = np.random.default_rng(3)
    sets = {f"S{n}": rng.choice(SYMBOLS, 8, replace=False).tolist() for n in range(300)}
    found = enrich_ranked(PER_GENE, sets, **SIZES, permutations=500, seed=1)
    p = found.loc[found["ranked_by"] == "skill", "p"]
    assert stats.kstest(p, "uniform").pvalue > 0.01


@pytest.mark.parametrize("symbol", ["Nkx2-1; Titf1", "a b", "lower", "1"])
def test_a_symbol_may_be_any_text(symbol):
    per_gene = PER_GENE.assign(symbol=[symbol, *SYMBOLS[1:]])
    sets = {"SET": [symbol, *SYMBOLS[1:5]]}
    genes = ";".join([symbol, *SYMBOLS[1:5]])
    assert enrich_extremes(per_gene, sets, 0.25, **SIZES)["genes"].iloc[0] == genes
    found = enrich_ranked(per_gene, sets, **SIZES, permutations=100, seed=1)
    assert found["leading_edge"].iloc[0] == genes


def test_of_genes_that_share_a_symbol_the_best_counts():
    twice = pd.concat([PER_GENE, PER_GENE.assign(skill=-1.0)], ignore_index=True)
    assert enrichment_scope(twice, SETS, **SIZES).n_ranked == 60
    top = enrich_extremes(twice, SETS, 0.25, **SIZES).iloc[0]
    assert top["p"] == pytest.approx(stats.hypergeom.sf(9, 60, 10, 15))


UNTESTED = {
    "none stands in a set": (
        PER_GENE, {"S": ["C"]}, "none of the 60 ranked genes stands in any of the 1 gene sets",
    ),
    "too few": (
        PER_GENE, {"S": SYMBOLS[:2], "T": ["Gene7"]},
        "no gene set holds 3 of the 60 ranked genes; the fullest, S, holds 2",
    ),
    "too many": (PER_GENE, {"S": SYMBOLS[:50]}, "fewer than 3, more than 40, or all"),
    "all": (PER_GENE[:5], {"S": SYMBOLS}, "or all"),
    "no skill": (PER_GENE.assign(skill=np.nan, r2=np.nan), SETS, "no gene has a skill"),
    "no set": (PER_GENE, {}, "any of the 0 gene sets"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNTESTED)
def test_where_no_set_can_be_tested_the_tables_are_empty_and_it_is_said_why(case):
    per_gene, sets, reason = UNTESTED[case]
    scope = enrichment_scope(per_gene, sets, **SIZES)
    assert (scope.n_tested, scope.n_in_sets) == (0, 0)
    assert reason in scope.untested
    extremes = enrich_extremes(per_gene, sets, 0.25, **SIZES)
    assert extremes.empty
    assert extremes.columns.tolist() == OVER_REPRESENTED
    table = enrich_ranked(per_gene, sets, **SIZES, permutations=100, seed=1)
    assert table.empty
    assert table.columns.tolist() == PRERANKED


def test_what_is_tested_is_counted():
    scope = enrichment_scope(PER_GENE, SETS, **SIZES)
    assert (scope.n_ranked, scope.n_sets, scope.n_tested) == (60, 5, 2)
    assert scope.n_in_sets == len({*SYMBOLS[:10], *SYMBOLS[::6]})
    assert scope.untested is None
