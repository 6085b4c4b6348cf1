"""Reports: templates filled to one HTML page that holds all it shows."""

import base64
from collections.abc import Sequence

import jinja2
import pandas as pd

import step


def render_report(
    package: str, figures: dict[str, bytes], pages: Sequence[bytes] = (), **values: object
) -> str:
    """Fill a package's `report.html.j2`; what comes from a user's file is escaped.

    Args:
        package: That holds the template, such as `step.published`; the page that all reports
            share, and its macros, are templates of `step.reports`.
        figures: PNG files by name.
        pages: PNG files of pages of figures.
        values: All else that the template names.
    """
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [jinja2.PackageLoader(package, ""), jinja2.PackageLoader("step.reports", "")]
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("report.html.j2").render(
        version=step.__version__,
        figures={name: _as_uri(png) for name, png in figures.items()},
        pages=[_as_uri(png) for png in pages],
        **values,
    )


def records(table: pd.DataFrame) -> list[dict[str, object]]:
    """Rows as dictionaries, what is missing as None."""
    return table.astype(object).where(table.notna(), None).to_dict("records")


def _as_uri(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
