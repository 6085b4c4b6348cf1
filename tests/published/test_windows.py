import re
from dataclasses import replace

import numpy as np
import pytest

from step.errors import InputError
from step.published.windows import coordinate_windows, select_windows, split_windows
from tests.published.small import TRAINING, turning


@pytest.mark.parametrize(("name", "n_windows", "window"), [("STEPmr", 40, 3), ("STEPmi", 149, 10)])
def test_windows_are_split_as_published(lung, name, n_windows, window):
    text = (lung / "published_results" / f"{name}_split_indices.txt").read_text()
    trained, held_out = (
        [int(number) for number in re.findall(r"tensor\((\d+)\)", half)]
        for half in text.split("Validation")
    )
    split = split_windows(n_windows + window, replace(TRAINING, window=window))
    assert split.trained.tolist() == trained
    assert split.held_out.tolist() == held_out


@pytest.mark.parametrize(("n_times", "share"), [(3, 0.8), (1, 0.8), (4, 0.8), (8, 0.1)])
def test_too_few_windows_are_explained(n_times, share):
    with pytest.raises(InputError, match="cannot be split"):
        split_windows(n_times, replace(TRAINING, train_share=share))


def test_a_window_s_target_is_the_next_last_coordinate():
    values = turning(6)
    windows = coordinate_windows(values, 3)
    assert windows.inputs.shape == (3, 2, 3, 8)
    np.testing.assert_array_equal(windows.inputs[1, 0], values[1:4, :, 0])
    np.testing.assert_array_equal(windows.history[1], values[1:4, :, 1])
    np.testing.assert_array_equal(windows.target[1], values[4, :, 1])


def test_windows_are_selected_in_the_order_asked_for():
    windows = coordinate_windows(turning(8), 3)
    found = select_windows(windows, np.array([4, 1]))
    assert found.rows.tolist() == [[4, 5, 6], [1, 2, 3]]
    for name in ("inputs", "history", "target"):
        chosen, everything = getattr(found, name), getattr(windows, name)
        np.testing.assert_array_equal(chosen[0], everything[4])
        np.testing.assert_array_equal(chosen[1], everything[1])
