"""What happened that no forecaster foresaw, time by time."""

import pandas as pd

COLUMNS = ["time", "gene", "observed", "forecast", "surprise"]


def find_events(backtest: pd.DataFrame) -> pd.DataFrame:
    """List the values that lie outside the interval of `step` whichever arm it is laid around.

    Args:
        backtest: arm, target_time, horizon, gene, observed, forecast, upper; those one time ahead
            are read.

    Returns:
        time, gene, observed, forecast (of `step`, log2), surprise (what the nearest forecast of
        all arms missed, in half widths of the interval; above 1, and negative where the value lay
        below), by time, the largest first.
    """
    rows = backtest[(backtest["horizon"] == 1) & backtest["observed"].notna()]
    rows = rows.assign(missed=rows["observed"] - rows["forecast"])
    rows = rows.assign(distance=rows["missed"].abs())
    # The arm that missed least stands for all.
    nearest = rows.sort_values("distance", kind="stable").drop_duplicates(["target_time", "gene"])
    own = rows.loc[rows["arm"] == "step", ["target_time", "gene", "observed", "forecast", "upper"]]
    both = own.merge(nearest[["target_time", "gene", "missed"]], on=["target_time", "gene"])
    half = both["upper"] - both["forecast"]
    both["surprise"] = both["missed"] / half.where(half > 0)
    found = both[both["surprise"].abs() > 1].rename(columns={"target_time": "time"})
    order = found["surprise"].abs().rename("size")
    found = found.assign(size=order).sort_values(["time", "size"], ascending=[True, False])
    return found[COLUMNS].reset_index(drop=True)
