import numpy as np
import pytest

from step.errors import InputError
from step.forecasting.arms.network import NetworkForecaster
from step.forecasting.network_backtest import run_network
from step.forecasting.training import choose_device, computes_bfloat16
from tests.conftest import simulated_study
from tests.forecasting.recipes import courses_of, quick_recipe, recipe_on, scrambled_after


def run(study, network="mr", **training):
    panel, graph = study
    recipe = quick_recipe(graph, panel, network, **training)
    return run_network(courses_of(panel)[0], NetworkForecaster(recipe))


@pytest.mark.parametrize(
    ("network", "edge_weights"), [("mr", "static"), ("mi", "static"), ("mr", "over_time")]
)
def test_what_happens_after_the_origin_changes_no_bit_of_a_forecast(study, network, edge_weights):
    panel, graph = study
    origin = 15
    before, after = (
        run((each, graph), network, edge_weights=edge_weights)
        for each in (panel, scrambled_after(panel, origin))
    )
    known = origin - 6 + 1
    np.testing.assert_array_equal(before.forecast[:known], after.forecast[:known])
    assert not np.array_equal(before.forecast[known:], after.forecast[known:])


def test_the_same_seed_gives_the_same_bits(study):
    first, second = run(study), run(study)
    np.testing.assert_array_equal(first.forecast, second.forecast)
    np.testing.assert_array_equal(first.future, second.future)


def test_edge_weights_over_time_are_other_ones(study):
    static, changing = (run(study, edge_weights=name) for name in ("static", "over_time"))
    assert np.isfinite(changing.forecast).all()
    assert not np.array_equal(static.forecast, changing.forecast)


def test_mixed_precision_forecasts_nearly_the_same(study):
    if not computes_bfloat16(choose_device("cpu")):
        pytest.skip("this processor does not compute in bfloat16")
    whole, mixed = (run(study, "mi", mixed_precision=mixed) for mixed in (False, True))
    assert not np.array_equal(whole.forecast, mixed.forecast)
    size = np.abs(whole.untrusted - whole.forecast).mean()
    assert np.abs(whole.untrusted - mixed.untrusted).mean() < 0.1 * size + 0.01


def test_a_network_that_finds_nothing_does_no_harm():
    panel, graph = simulated_study(coupling=0.0, seed=5)
    courses, origins = courses_of(panel)
    run_ = run_network(courses, NetworkForecaster(quick_recipe(graph, panel, "mr")))
    observed = panel.mean[origins.index + 1]
    level = np.stack([course.level.path[-1] for course in courses[:-1]])
    assert np.mean((observed - run_.forecast) ** 2) < 1.01 * np.mean((observed - level) ** 2)


def test_a_window_longer_than_the_history_is_refused(study):
    with pytest.raises(InputError, match="`window` of 7"):
        run(study, window=7)


def test_training_that_diverges_is_explained(study):
    panel, graph = study
    recipe = recipe_on(graph, panel, learning_rate=10.0, initial_steps=1, update_steps=0)
    forecaster = NetworkForecaster(recipe)
    for parameter in forecaster._model.parameters():
        parameter.data.fill_(float("inf"))
    with pytest.raises(InputError, match="Lower its `learning_rate`"):
        forecaster(courses_of(panel)[0][0])
