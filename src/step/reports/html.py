"""Reports: templates filled to one HTML page that holds all it shows."""

import base64
from collections.abc import Sequence
from importlib import resources

import jinja2
import pandas as pd

import step


def render_report(
    package: str, figures: dict[str, bytes], pages: Sequence[bytes] = (), **values: object
) -> str:
    """Fill a package's `report.html.j2`; what comes from a user's file is escaped.

    Args:
        package: That holds the template, such as `step.published`.
        figures: PNG files by name.
        pages: PNG files of pages of figures.
        values: All else that the template names.
    """
    return render_page(
        "report.html.j2",
        package,
        figures={name: _as_uri(png) for name, png in figures.items()},
        pages=[_as_uri(png) for png in pages],
        **values,
    )


def render_page(template: str, package: str = "step.reports", **values: object) -> str:
    """Fill a template; what comes from a user's file is escaped.

    A template finds the page that all share, and the macros, in `step.reports`, and takes the
    style, the scripts and the vendored library by `source(name)`: files of `step.reports` that
    stand in the page as they are.

    Args:
        template: Its name.
        package: That holds it.
        values: What it names.
    """
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [jinja2.PackageLoader(package, ""), jinja2.PackageLoader("step.reports", "")]
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(template).render(
        version=step.__version__, source=_source, **values
    )


def records(table: pd.DataFrame) -> list[dict[str, object]]:
    """Rows as dictionaries, what is missing as None."""
    return table.astype(object).where(table.notna(), None).to_dict("records")


def _source(name: str) -> str:
    """A file of this package, to stand in a page as it is."""
    return (resources.files("step.reports") / name).read_text(encoding="utf-8")


def _as_uri(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
