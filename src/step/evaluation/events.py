"""What happened that no forecaster foresaw, time by time."""

import numpy as np
import pandas as pd
from scipy import stats

SETS = ["time", "direction", "term", "overlap", "p", "adjusted_p", "genes"]
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
    counted = (backtest["horizon"] == 1) & backtest["observed"].notna()
    places = backtest.groupby(backtest["target_time"].where(counted)).indices
    # One time after another: a copy of what is counted at all of them would be large.
    found = [_events_at_a_time(backtest.take(places[time])) for time in sorted(places)]
    found = found or [_events_at_a_time(backtest[counted])]
    return pd.concat(found, ignore_index=True)[COLUMNS]


def _events_at_a_time(rows: pd.DataFrame) -> pd.DataFrame:
    own = rows[rows["arm"] == "step"]
    half = own["upper"] - own["forecast"]
    # Where STEP's own interval holds the value, no further arm is asked.
    own = own[(own["observed"] - own["forecast"]).abs() > half]
    asked = rows[rows["gene"].isin(own["gene"])]
    asked = asked.assign(missed=asked["observed"] - asked["forecast"])
    # The arm that missed least stands for all.
    asked = asked.assign(distance=asked["missed"].abs()).sort_values("distance", kind="stable")
    least = asked.drop_duplicates("gene").set_index("gene")["missed"]
    surprise = own["gene"].map(least) / half[own.index].where(half > 0)
    own = own.rename(columns={"target_time": "time"}).assign(surprise=surprise, size=surprise.abs())
    return own[own["size"] > 1].sort_values("size", ascending=False, kind="stable")


def event_sets(
    events: pd.DataFrame,
    per_gene: pd.DataFrame,
    gene_sets: dict[str, list[str]],
    smallest: int,
    largest: int,
) -> pd.DataFrame:
    """Test which gene sets are over-represented among the events of each time and direction.

    Hypergeometric test against all scored genes of the study; Benjamini–Hochberg over all sets,
    times and directions.

    Args:
        events: time, gene, surprise; see `find_events`.
        per_gene: gene, symbol, mse; genes without an error are not scored.
        gene_sets: Name → symbols, matched without regard to case.
        smallest: Fewest scored genes of a tested set.
        largest: Most scored genes of a tested set.

    Returns:
        time, direction (`above` or `below` the forecasts), term, overlap (events in the set / its
        scored genes), p, adjusted_p, genes (names, joined by semicolons); sets of which an event
        is a member, by time, direction and p.
    """
    scored = per_gene.dropna(subset=["mse"])
    symbols = scored["symbol"].astype(str).str.upper()
    members = {
        name: symbols.isin({gene.upper() for gene in genes}).to_numpy()
        for name, genes in gene_sets.items()
    }
    members = {name: held for name, held in members.items() if smallest <= held.sum() <= largest}
    directions = np.where(events["surprise"] > 0, "above", "below")
    found = []
    for (time, direction), rows in events.groupby(["time", directions]):
        happened = scored["gene"].isin(rows["gene"]).to_numpy()
        for term, held in members.items():
            both = scored["gene"].to_numpy()[happened & held]
            p = stats.hypergeom.sf(len(both) - 1, len(scored), held.sum(), happened.sum())
            overlap = f"{len(both)}/{held.sum()}"
            found.append((time, direction, term, overlap, float(p), np.nan, ";".join(both)))
    table = pd.DataFrame(found, columns=SETS)
    if len(table):
        table["adjusted_p"] = stats.false_discovery_control(table["p"])
    return table[table["genes"] != ""].sort_values(
        ["time", "direction", "p", "term"], ignore_index=True
    )
