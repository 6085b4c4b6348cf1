"""When a course does not vary: what is then undefined, and why."""

import numpy as np
import pandas as pd

ROUNDING = 1e-6


def is_rounding(square: float | pd.Series, level: float | pd.Series) -> bool | pd.Series:
    """Tell whether a variance or squared error is no more than rounding.

    square <= (1e-6 · max(1, |level|))². Files keep some seven digits of a value; and expression is
    in log2, where a millionth of a doubling is no change, however low the level.

    Args:
        square: Variance or mean squared error, log2². NaN is not rounding.
        level: Mean of the values, log2.
    """
    return square <= (ROUNDING * np.maximum(1.0, np.abs(level))) ** 2


def explain_constancy(expression: pd.DataFrame, scored_times: np.ndarray) -> pd.Series:
    """Say why a gene's R² and correlations are undefined.

    Args:
        expression: gene, time, mean (log2).
        scored_times: The times whose forecasts are scored.

    Returns:
        Indexed by gene, in order of appearance:
        `constant` (the gene never varies);
        `saturated` (over the scored times it stays at the highest level it reaches, and it varied
        before, or that level is a ceiling: the study's highest, which varying genes reach too);
        `constant while scored` (it varied before, and stays at a lower level);
        empty where the gene varies over the scored times, or has fewer than two of them.
    """
    course = _summarise(expression)
    scored = _summarise(expression[expression["time"].isin(scored_times)]).reindex(course.index)
    stays = scored["constant"].eq(True)
    varied = ~course["constant"]
    ceiling = course["highest"].max()
    reached = is_rounding((course.loc[varied, "highest"] - ceiling) ** 2, ceiling).any()
    at_ceiling = reached & is_rounding((course["highest"] - ceiling) ** 2, ceiling)
    at_top = is_rounding((course["highest"] - scored["highest"]) ** 2, course["highest"])
    reason = pd.Series("", index=course.index)
    reason[stays] = "constant while scored"
    reason[course["constant"]] = "constant"
    reason[stays & at_top & (varied | at_ceiling)] = "saturated"
    return reason


def _summarise(expression: pd.DataFrame) -> pd.DataFrame:
    """Each gene's highest level, and whether it is constant over two times or more."""
    mean = expression.groupby("gene", sort=False)["mean"]
    constant = is_rounding(mean.var(ddof=0), mean.mean()) & (mean.count() > 1)
    return pd.DataFrame({"highest": mean.max(), "constant": constant})
