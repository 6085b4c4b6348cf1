"""The page of a sweep: its rows side by side."""

import pandas as pd

from step.reports.html import records, render_page


def sweep_page(table: pd.DataFrame, study: str) -> str:
    """Write the page that compares the rows of a sweep.

    Args:
        table: See `step.schemas.Sweep`.
        study: Names the sweep.
    """
    failed = table[table["error"].notna()]
    return render_page(
        "sweep.html.j2",
        study=study,
        rows=records(table[table["error"].isna()]),
        failed=records(failed),
    )
