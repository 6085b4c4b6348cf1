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
    np.testing.assert_allclose(solve(products, 10**9, FIRST), [0.8, 0.2], atol=1e-3)


def test_few_origins_leave_what_was_believed():
    products = np.diag([1.0, 0.5])
    little, much = (solve(products, n, FIRST)[1] for n in (2, 1000))
    assert little < much
    np.testing.assert_array_equal(solve(products, 0, FIRST), FIRST)
    # After five, by hand: the least of w₁² + w₂² / 2 + ((w₁ − 1)² + w₂²) / 2 on w₁ + w₂ = 1.
    assert solve(products, 5, FIRST)[1] == pytest.approx(0.4, abs=1e-3)


def test_no_outcome_counts_before_it_is_known():
    made, came = forecasts(1.0, 0.1)
    later = came.copy()
    later[30:] = 99.0
    before, after = (combine(made, each, BELIEVED) for each in (came, later))
    np.testing.assert_array_equal(before[:31], after[:31])
    assert not np.array_equal(before[31], after[31])


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
    np.testing.assert_array_equal(solve(np.zeros((2, 2)), n, FIRST), FIRST)


def test_an_outcome_of_a_later_time_counts_when_it_is_known():
    made, came = forecasts(1.0, 0.1)
    one, three = (combine(made, came, BELIEVED, horizon) for horizon in (1, 3))
    np.testing.assert_allclose(three[2:], one[:-2])
    np.testing.assert_array_equal(three[:2], BELIEVED[:2])


def test_what_is_believed_may_change():
    made, came = forecasts(1.0, 1.0)
    believed = np.linspace([1.0, 0.0], [0.0, 1.0], 60)
    weights = combine(made, came, believed)
    np.testing.assert_array_equal(weights[:5], believed[:5])
    assert weights[-1, 1] > combine(made, came, BELIEVED)[-1, 1]
