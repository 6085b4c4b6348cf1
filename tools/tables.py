"""Write docs/tables.md from the schemas of the tables and the catalog that names them.

`make docs` writes the page; a test compares it with what the schemas give.
"""

import inspect
from pathlib import Path

import pandera.pandas as pa
import yaml
from kedro.utils import load_obj

from step.schemas.table import Table, rules

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "tables.md"
INTRODUCTION = """\
# Tables

Every table that flows between the stages, in the order in which a run writes them. `{assay}` is
`mrna` or `mirna`, `<study>` is what `globals.yml` says. This page is written from the schemas in
`src/step/schemas` (`make docs`); a run saves a table only if it fits its schema.

Tables are parquet. Genomic intervals are 0-based and half-open, distances in base pairs, times in
the study's unit, expression on the log2 scale.
"""
PUBLISHED = """\
# Tables of the published protocol

What is scored there is not expression.
"""


def page() -> str:
    """The page, as it is to stand in docs/tables.md."""
    forecasts, published = [], []
    for path in catalogs():
        sections = published if "published" in path.as_posix() else forecasts
        sections += [
            _section(name, entry["filepath"], load_obj(entry["validator"]["class"]))
            for name, entry in yaml.safe_load(path.read_text()).items()
            if "validator" in entry
        ]
    return "\n".join([INTRODUCTION, *forecasts, PUBLISHED, *published])


def catalogs() -> list[Path]:
    """The files of all catalogs."""
    return sorted((ROOT / "conf").glob("*/catalog*.yml"))


def _section(name: str, filepath: str, table: type[Table]) -> str:
    """Name, file, meaning, columns and rules of one table."""
    place = filepath.replace("${globals:study}", "<study>").replace("{assay}", "<assay>")
    schema = table.to_schema()
    rows = [_row(field) for field in schema.columns.values()]
    return "\n".join(
        [
            f"## `{name}`\n",
            f"`{place}`\n",
            f"{inspect.getdoc(table)}\n",
            "| column | type | values | meaning |",
            "|---|---|---|---|",
            *rows,
            "",
            *[f"{rule}\n" for rule in table.row_rules()],
        ]
    )


def _row(field: pa.Column) -> str:
    values = [rules(field)] if field.checks else []
    values += ["may be missing"] if field.nullable else []
    values += [] if field.required else ["the column may be absent"]
    name = field.name.strip("^$")  # of a pattern, what it matches
    return f"| `{name}` | {field.dtype} | {'; '.join(values)} | {field.description} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
