"""Reports: templates filled to one HTML page that holds all it shows."""

import base64

import jinja2
import pandas as pd

import step


def render_report(
    template: str, figures: dict[str, bytes], pages: list[bytes], **values: object
) -> str:
    """Fill a template of the pipelines; what comes from a user's file is escaped.

    Args:
        template: Its path below `step/pipelines`.
        figures: PNG files by name.
        pages: PNG files of pages of figures.
        values: All else that the template names.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("step.pipelines", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(template).render(
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
