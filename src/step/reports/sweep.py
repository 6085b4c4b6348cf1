"""The page of a sweep: its rows side by side."""

import pandas as pd

from step.figures.style import arm_label
from step.reports.html import records, render_page


def sweep_page(table: pd.DataFrame, study: str) -> str:
    """Write the page that compares the rows of a sweep.

    Args:
        table: See `step.schemas.Sweep`.
        study: Names the sweep.
    """
    failed = table[table["error"].notna()]
    scored = table[table["error"].isna()]
    scored = scored.assign(best_baseline=scored["best_baseline"].map(arm_label))
    return render_page(
        "sweep.html.j2",
        study=study,
        rows=records(scored),
        failed=records(failed),
    )
