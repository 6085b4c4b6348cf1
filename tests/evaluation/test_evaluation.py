import numpy as np
import pandas as pd
import pytest
from scipy import stats

from step.evaluation.enrichment import enrich_extremes
from step.evaluation.metrics import best_baseline, interval_scores, score_arms, score_genes
from step.evaluation.predictability import gene_table
from step.evaluation.significance import diebold_mariano, permutation_p


def backtest(n_genes: int = 30, n_origins: int = 12, seed: int = 0) -> tuple:
    rng = np.random.default_rng(seed)
    times = np.arange(n_origins + 6.0)
    course = np.cumsum(rng.normal(size=(len(times), n_genes)), axis=0) + 8
    genes = np.array([f"g{n}" for n in range(n_genes)])
    expression = pd.DataFrame(
        {
            "gene": np.tile(genes, len(times)),
            "time": np.repeat(times, n_genes),
            "mean": course.ravel(),
            "standard_error": 0.1,
            "n_replicates": 3,
        }
    )
    tables = []
    for arm, noise in (("step", 0.3), ("ses", 0.6), ("last_value", None)):
        target = course[6:]
        made = course[5:-1] if noise is None else target + rng.normal(0, noise, target.shape)
        tables.append(
            pd.DataFrame(
                {
                    "arm": arm,
                    "origin": np.repeat(times[5:-1], n_genes),
                    "target_time": np.repeat(times[6:], n_genes),
                    "gene": np.tile(genes, n_origins),
                    "observed": target.ravel(),
                    "forecast": made.ravel(),
                    "lower": made.ravel() - 0.5,
                    "upper": made.ravel() + 0.5,
                }
            )
        )
    return pd.concat(tables, ignore_index=True), expression


def test_scores_by_hand():
    table, expression = backtest()
    scores = score_arms(table, expression)
    step = table[table["arm"] == "step"]
    error = step["observed"] - step["forecast"]
    assert scores.loc["step", "mse"] == pytest.approx((error**2).mean())
    assert scores.loc["step", "mae"] == pytest.approx(error.abs().mean())
    first = step[step["gene"] == "g0"]
    genes = score_genes(step)
    assert genes.loc["g0", "pearson"] == pytest.approx(
        stats.pearsonr(first["observed"], first["forecast"])[0]
    )
    assert genes.loc["g0", "spearman"] == pytest.approx(
        stats.spearmanr(first["observed"], first["forecast"])[0]
    )
    assert genes.loc["g0", "r2"] == pytest.approx(
        1
        - ((first["observed"] - first["forecast"]) ** 2).sum()
        / ((first["observed"] - first["observed"].mean()) ** 2).sum()
    )
    assert scores.loc["last_value", "direction_accuracy"] == 0.0
    assert best_baseline(scores) == "ses"


def test_differences_between_genes_do_not_pass_for_skill():
    table, expression = backtest()
    shift = pd.Series(np.linspace(0, 100, 30), index=[f"g{n}" for n in range(30)])
    moved = table.assign(
        observed=table["observed"] + table["gene"].map(shift),
        forecast=table["forecast"] + table["gene"].map(shift),
    )
    apart = expression.assign(mean=expression["mean"] + expression["gene"].map(shift))
    before, after = score_arms(table, expression), score_arms(moved, apart)
    assert after.loc["last_value", "pearson"] > before.loc["last_value", "pearson"]
    for score in ("mse", "r2", "gene_pearson_mean", "direction_accuracy", "mase"):
        np.testing.assert_allclose(before[score], after[score])


def test_unmeasured_targets_count_nowhere():
    table, expression = backtest()
    holes = table.copy()
    holes.loc[holes["gene"] == "g3", "observed"] = np.nan
    left = table[table["gene"] != "g3"]
    pd.testing.assert_frame_equal(score_arms(holes, expression), score_arms(left, expression))


def test_diebold_mariano_is_student_t_with_the_small_sample_factor():
    rng = np.random.default_rng(0)
    a, b = rng.normal(1, 0.3, 15), rng.normal(1.2, 0.3, 15)
    d = a - b
    statistic = d.mean() / np.sqrt(d.var() / 15) * np.sqrt((15 + 1 - 2) / 15)
    assert diebold_mariano(a, b) == pytest.approx(2 * stats.t.sf(abs(statistic), 14))
    assert diebold_mariano(a, a) == 1.0
    assert np.isnan(diebold_mariano(a[:2], b[:2]))


def test_diebold_mariano_rejects_as_often_as_it_says():
    rng = np.random.default_rng(1)
    p = [diebold_mariano(*rng.normal(size=(2, 20))) for _ in range(2000)]
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.015)


def test_permutation_p_counts_ties_against_the_graph():
    assert permutation_p(1.0, [2.0] * 19) == 0.05
    assert permutation_p(1.0, [1.0, 2.0, 0.5]) == 0.75
    assert permutation_p(1.0, []) == 1.0


def test_interval_scores():
    rows = pd.DataFrame({"observed": [0.0, 5.0, np.nan], "lower": -1.0, "upper": [1.0, 2.0, 2.0]})
    assert interval_scores(rows, 0.9) == {"nominal": 0.9, "coverage": 0.5, "mean_width": 2.5}


def genes_of(table: pd.DataFrame) -> pd.DataFrame:
    names = table["gene"].unique()
    return pd.DataFrame(
        {
            "gene": names,
            "symbol": [name.upper() for name in names],
            "unplaced": [None, "why"] + [None] * (len(names) - 2),
            "reliability": 0.9,
            "noise_variance": 0.01,
            "detected_share": [1.0, 1.0, 0.1] + [1.0] * (len(names) - 3),
        }
    )


def test_gene_table_ranks_flags_and_tests():
    table, expression = backtest()
    found = gene_table(table, genes_of(table), expression, "ses")
    assert found["r2"].is_monotonic_decreasing
    assert (found["noise_floor_mse"] - 0.01).abs().max() < 1e-12
    by_gene = found.set_index("gene")
    assert by_gene.loc["g1", "flags"] == "unplaced"
    assert by_gene.loc["g2", "flags"] == "below background"
    assert by_gene.loc["g5", "flags"] == ""
    assert (found["skill_q"] >= found["skill_p"] - 1e-12).all()
    assert found["skill"].median() > 0.5  # the arms' noise variances are as 1 to 4


def test_enrichment_finds_the_set_of_the_best_genes():
    symbols = [f"Gene{n}" for n in range(60)]
    per_gene = pd.DataFrame({"symbol": symbols, "r2": np.linspace(0.9, -0.9, 60)})
    sets = {
        "EASY": [name.upper() for name in symbols[:10]],
        "ANY": symbols[::6],
        "TINY": symbols[:2],
        "ELSEWHERE": ["Xyz"],
    }
    found = enrich_extremes(per_gene, sets, 0.25)
    top = found[found["group"] == "best"].iloc[0]
    assert top["term"] == "EASY"
    assert top["overlap"] == "10/10"
    expected = stats.hypergeom.sf(9, 60, 10, 15)
    assert top["p"] == pytest.approx(expected)
    # Two sets could be tested; both count, whether they hold a gene of the group or not.
    assert top["adjusted_p"] == pytest.approx(2 * expected)
    worst = found[found["group"] == "worst"]
    assert worst["term"].tolist() == ["ANY"]
    assert top["genes"].split(";") == symbols[:10]  # the best forecast first, in every run
    assert "TINY" not in set(found["term"])


def test_enrichment_without_a_testable_set_is_empty():
    per_gene = pd.DataFrame({"symbol": ["A", "B"], "r2": [0.1, 0.2]})
    assert enrich_extremes(per_gene, {"S": ["C"]}, 0.5).empty


def test_a_gene_that_was_not_measured_at_the_origin_has_no_direction():
    table, expression = backtest()
    holes = expression.copy()
    holes.loc[holes["gene"] == "g3", "mean"] = np.nan
    rest = table["gene"] != "g3"
    found = score_arms(table, holes).loc["step", "direction_accuracy"]
    assert found == score_arms(table[rest], expression).loc["step", "direction_accuracy"]
