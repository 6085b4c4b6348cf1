import numpy as np
import pytest

from step.forecasting.combination import combine, solve

FIRST = np.array([1.0, 0.0])
BELIEVED = np.tile(FIRST, (60, 1))


def forecasts(first_sd: float, second_sd: float, n_times: int = 60) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(0)
    came = rng.normal(0, 1, (n_times, 50))
    errors = [rng.normal(0, sd, came.shape) for sd in (first_sd, second_sd)]
    return came + np.stack(errors), came


def test_the_better_forecaster_gets_the_weight():
    made, came = forecasts(1.0, 0.1)
    weights = combine(made, came, BELIEVED)
    np.testing.assert_array_equal(weights[0], FIRST)
    assert weights[-1, 1] > 0.95


def test_two_that_err_alike_and_apart_share():
    made, came = forecasts(1.0, 1.0)
    np.testing.assert_allclose(combine(made, came, BELIEVED)[-1], 0.5, atol=0.05)


def test_weights_of_least_error_by_hand():
    """Of two unbiased forecasts: weights in proportion to the inverse variances."""
    products = np.diag([1.0, 4.0])
    np.testing.assert_allclose(solve(products, 10**9, FIRST, 5.0), [0.8, 0.2], atol=1e-3)


def test_few_origins_leave_what_was_believed():
    products = np.diag([1.0, 0.5])
    little, much = (solve(products, n, FIRST, 5.0)[1] for n in (2, 1000))
    assert little < much
    np.testing.assert_array_equal(solve(products, 0, FIRST, 5.0), FIRST)
    # After five, by hand: the least of w₁² + w₂² / 2 + ((w₁ − 1)² + w₂²) / 2 on w₁ + w₂ = 1.
    assert solve(products, 5, FIRST, 5.0)[1] == pytest.approx(0.4, abs=1e-3)


def test_an_arm_that_is_better_at_every_origin_soon_has_most_of_the_weight():
    """The strong penalty alone would give it two thirds."""
    made, came = forecasts(1.0, 0.8)
    made[0] = came + (made[1] - came) * 1.25  # both miss alike, so that sharing gains nothing
    weights = combine(made, came, BELIEVED)
    assert weights[15, 1] > 0.9


def test_an_arm_that_was_better_once_does_not_get_the_weight():
    made, came = forecasts(1.0, 1.2)
    made[1] = came + (made[0] - came) * 1.2
    made[1, 6] = came[6]
    weights = combine(made, came, BELIEVED)
    assert (weights[8:, 0] > 0.8).all()


def test_a_poor_origin_counts_no_more_than_others():
    made, came = forecasts(1.0, 1.0)
    made[0] = came + 1.5 * (made[1] - came)
    came[20] += 100.0  # which the first arm, of larger errors, happens to be nearer to
    made[0, 20] += 60.0
    weights = combine(made, came, BELIEVED)
    assert weights[-1, 1] > 0.8


@pytest.mark.parametrize("horizon", [1, 3])
def test_no_outcome_counts_before_it_is_known(horizon):
    made, came = forecasts(1.0, 0.1)
    later = came.copy()
    later[30:] = 99.0
    before, after = (combine(made, each, BELIEVED, horizon) for each in (came, later))
    first = 30 + horizon
    np.testing.assert_array_equal(before[:first], after[:first])
    assert not np.array_equal(before[first], after[first])


def test_what_was_not_measured_or_not_forecast_counts_nowhere():
    made, came = forecasts(1.0, 0.1)
    came[:, 0] = np.nan
    made[0, :10] = np.nan
    weights = combine(made, came, BELIEVED)
    np.testing.assert_array_equal(weights[:11], np.tile(FIRST, (11, 1)))
    assert weights[11, 1] > 0
    assert np.isfinite(weights).all()


@pytest.mark.parametrize("n", [1, 100])
def test_forecasters_without_error_leave_what_was_believed(n):
    np.testing.assert_array_equal(solve(np.zeros((2, 2)), n, FIRST, 5.0), FIRST)


def test_what_is_believed_may_change():
    made, came = forecasts(1.0, 1.0)
    believed = np.linspace([1.0, 0.0], [0.0, 1.0], 60)
    weights = combine(made, came, believed)
    np.testing.assert_allclose(weights[:5], believed[:5])
    assert weights[-1, 1] > combine(made, came, BELIEVED)[-1, 1]
