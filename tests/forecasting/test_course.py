import numpy as np

from step.forecasting.course import Course, times_ahead


def test_times_ahead_are_the_sampled_ones_and_then_usual_steps(study):
    panel, _ = study
    last = len(panel.times) - 1
    np.testing.assert_array_equal(times_ahead(panel, 0, 2), panel.times[1:3] - panel.times[0])
    np.testing.assert_array_equal(times_ahead(panel, last - 1, 3), [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(times_ahead(panel, last, 2), [1.0, 2.0])


def test_what_several_ask_for_is_forecast_once(study):
    panel, _ = study
    asked = []

    def forecaster(course: Course) -> np.ndarray:
        asked.append(course)
        return np.zeros((1, 3))

    course = Course(panel, None, np.ones(1))
    assert course.forecast(forecaster) is course.forecast(forecaster)
    assert len(asked) == 1
