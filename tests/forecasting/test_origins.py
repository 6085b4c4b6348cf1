import numpy as np
import pytest

from step.errors import InputError
from step.forecasting.origins import OriginSettings, forecast_origins, n_history

SETTINGS = OriginSettings(history_share=0.25, scored_share=0.5)


def test_the_last_half_of_the_times_is_scored():
    origins = forecast_origins(43, SETTINGS)
    assert len(origins.scored) == 22
    assert origins.scored[-1] + 1 == 42
    assert origins.index[0] == n_history(43, SETTINGS) - 1 == 10
    np.testing.assert_array_equal(origins.index[origins.n_warm_up :], origins.scored)


def test_a_course_that_is_too_short_is_refused():
    with pytest.raises(InputError, match="3 times are too few"):
        forecast_origins(3, SETTINGS)
