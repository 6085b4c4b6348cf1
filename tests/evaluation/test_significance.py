import numpy as np
import pytest
from scipy import stats

from step.evaluation.significance import block_bootstrap, diebold_mariano, permutation_p


def test_diebold_mariano_is_student_t_with_the_small_sample_factor():
    rng = np.random.default_rng(0)
    a, b = rng.normal(1, 0.3, 15), rng.normal(1.2, 0.3, 15)
    d = a - b
    statistic = d.mean() / np.sqrt(d.var() / 15) * np.sqrt((15 + 1 - 2) / 15)
    assert diebold_mariano(a, b) == pytest.approx(2 * stats.t.sf(abs(statistic), 14))
    assert diebold_mariano(a, a) == 1.0
    assert np.isnan(diebold_mariano(a[:2], b[:2]))


@pytest.mark.parametrize(("n", "horizon"), [(3, 3), (4, 7), (5, 5)])
def test_as_many_horizons_as_origins_leave_nothing_to_test(n, horizon):
    a, b = np.random.default_rng(2).normal(size=(2, n))
    assert np.isnan(diebold_mariano(a, b, horizon))


def test_diebold_mariano_rejects_as_often_as_it_says():
    rng = np.random.default_rng(1)
    p = [diebold_mariano(*rng.normal(size=(2, 20))) for _ in range(2000)]
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.015)


def test_permutation_p_counts_ties_against_the_graph():
    assert permutation_p(1.0, [2.0] * 19) == 0.05
    assert permutation_p(1.0, [1.0, 2.0, 0.5]) == 0.75
    assert permutation_p(1.0, []) == 1.0
    assert permutation_p(1.0, [1.0 + 1e-9] * 19) == 1.0  # what differs by rounding is a tie


def ratio(own, other):
    return 1.0 - own / other


def test_the_bootstrap_interval_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        other = rng.gamma(20.0, 1.0, 40)
        low, high = block_bootstrap(0.9 * rng.gamma(20.0, 1.0, 40), other, ratio)
        held += low <= 0.1 <= high
    assert 0.88 <= held / 200 <= 0.99


def test_origins_that_are_alike_in_a_row_count_less():
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 1, 60)
    smooth = np.convolve(noise, np.ones(6) / 6**0.5, mode="same")
    widths = [
        np.ptp(block_bootstrap(10 + each / each.std(), np.full(60, 10.0), ratio))
        for each in (noise, smooth)
    ]
    assert widths[1] > 1.3 * widths[0]


def test_two_origins_have_no_interval():
    assert block_bootstrap(np.ones(2), np.ones(2), ratio) is None
