import numpy as np
import pytest

from step.expression.moderation import moderate


def drawn(prior_freedom: float, freedom: int, n_genes: int = 4000, seed: int = 0):
    """Variances whose true values scatter around 0.2 as `prior_freedom` says."""
    rng = np.random.default_rng(seed)
    true = 0.2 * prior_freedom / rng.chisquare(prior_freedom, n_genes)
    seen = true * rng.chisquare(freedom, n_genes) / freedom
    return true, seen, np.full(n_genes, float(freedom)), rng.normal(8, 2, n_genes)


def test_the_truth_is_nearer():
    true, seen, freedom, mean = drawn(prior_freedom=8.0, freedom=3)
    moderated = moderate(seen, freedom, mean)
    error = [np.mean((np.log(each) - np.log(true)) ** 2) for each in (moderated, seen)]
    assert error[0] < 0.4 * error[1]


def test_the_prior_is_found():
    """d₀ and s₀², from what a gene of no freedom and one of known variance come to."""
    _, seen, freedom, mean = drawn(prior_freedom=8.0, freedom=4)
    freedom[0], seen[0] = 0.0, np.nan
    seen[1] = 20.0
    moderated = moderate(seen, freedom, np.full_like(mean, 8.0))
    assert moderated[0] == pytest.approx(0.2, rel=0.1)
    prior_freedom = (freedom[1] * 20.0 - freedom[1] * moderated[1]) / (moderated[1] - moderated[0])
    assert prior_freedom == pytest.approx(8.0, rel=0.2)


def test_noise_that_depends_on_expression_is_followed():
    rng = np.random.default_rng(0)
    mean = rng.uniform(2, 12, 4000)
    true = 0.05 + np.exp(-mean / 2)
    seen = true * rng.chisquare(2, 4000) / 2
    moderated = moderate(seen, np.full(4000, 2.0), mean)
    assert np.corrcoef(np.log(moderated), np.log(true))[0, 1] > 0.95


def test_genes_alike_are_given_one_variance():
    rng = np.random.default_rng(0)
    seen = 0.2 * rng.chisquare(3, 2000) / 3
    moderated = moderate(seen, np.full(2000, 3.0), np.zeros(2000))
    np.testing.assert_allclose(moderated, 0.2, rtol=0.1)


def test_too_few_genes_keep_their_own():
    seen = np.array([1.0, 2.0, np.nan])
    moderated = moderate(seen, np.array([3.0, 3.0, 0.0]), np.zeros(3))
    np.testing.assert_array_equal(moderated, seen)
    few = moderate(np.array([1.0, 2.0, 3.0, 0.0]), np.full(4, 3.0), np.arange(4.0))
    assert np.isfinite(few).all()
