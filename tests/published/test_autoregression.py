import numpy as np

from step.published.autoregression import autoregress
from step.published.windows import Split, coordinate_windows
from tests.published.small import turning

SPLIT = Split(np.arange(0, 20), np.arange(20, 27))


def test_it_finds_the_linear_law_of_the_windows_trained_on():
    forecast = autoregress(coordinate_windows(turning(), 3), SPLIT)
    np.testing.assert_allclose(forecast, turning()[SPLIT.held_out + 3][..., 1], atol=1e-5)


def test_it_is_not_fitted_to_the_windows_held_out():
    changed = turning()
    changed[23:] = 7.0  # later than the targets of all windows fitted to
    forecast = autoregress(coordinate_windows(changed, 3), SPLIT)
    np.testing.assert_allclose(forecast[0], turning()[23][..., 1], atol=1e-5)
