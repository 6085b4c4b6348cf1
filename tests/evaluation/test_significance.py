import numpy as np
import pytest
from scipy import stats

from step.evaluation.significance import diebold_mariano, permutation_p


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
