import numpy as np
import pandas as pd

from step.evaluation.events import event_sets, find_events
from tests.evaluation.tables import arm_rows, course, genes_of

VALUES = course(4)


def backtest(**forecasts: float) -> pd.DataFrame:
    """Arms that miss every value by as much; the half width of the interval is 0.5."""
    return pd.concat([arm_rows(arm, VALUES, VALUES[6:] - miss) for arm, miss in forecasts.items()])


def test_what_one_arm_foresaw_is_no_event():
    assert find_events(backtest(step=2.0, ses=0.4)).empty


def test_what_all_arms_missed_is_measured_by_the_one_that_came_nearest():
    events = find_events(backtest(step=2.0, ses=-0.75))
    assert len(events) == VALUES[6:].size
    np.testing.assert_allclose(events["surprise"], -1.5)
    np.testing.assert_allclose(events["observed"] - events["forecast"], 2.0)


def test_the_largest_stands_first_at_each_time():
    table = backtest(step=0.0)
    moved = (table["target_time"] == 9.0) & table["gene"].isin(["g1", "g3"])
    table.loc[moved, "observed"] += table.loc[moved, "gene"].map({"g1": 1.0, "g3": -4.0})
    events = find_events(table)
    assert events["gene"].tolist() == ["g3", "g1"]
    assert events["time"].tolist() == [9.0, 9.0]
    assert events["surprise"].tolist() == [-8.0, 2.0]


def test_later_horizons_and_missing_values_are_left_out():
    table = backtest(step=2.0)
    assert find_events(table.assign(horizon=2)).empty
    assert find_events(table.assign(observed=np.nan)).empty


def test_sets_of_events_are_found_and_others_are_not():
    genes = genes_of(40).assign(mse=[*[0.1] * 39, np.nan])
    planted = [f"g{n}" for n in range(10)]
    events = pd.DataFrame({"time": 3.0, "gene": [*planted[:8], "g20", "g30"], "surprise": 2.0})
    events.loc[9, "surprise"] = -2.0
    sets = {
        "PLANTED": [name.upper() for name in planted],
        "OTHER": [f"G{n}" for n in range(18, 39)],
        "SMALL": ["G0", "G1"],
    }
    found = event_sets(events, genes, sets, 3, 500)
    assert found["term"].tolist() == ["PLANTED", "OTHER", "OTHER"]
    assert found["direction"].tolist() == ["above", "above", "below"]
    assert found["overlap"].tolist() == ["8/10", "1/21", "1/21"]
    assert found["adjusted_p"][0] < 0.001
    assert found["adjusted_p"][1:].min() > 0.3
    assert found["genes"][0] == ";".join(planted[:8])


def test_without_events_or_sets_nothing_is_tested():
    genes = genes_of(5).assign(mse=0.1)
    events = find_events(backtest(step=2.0))
    assert event_sets(events[:0], genes, {"ALL": ["G0", "G1", "G2"]}, 3, 500).empty
    assert event_sets(events, genes, {}, 3, 500).empty
