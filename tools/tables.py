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

The pipelines `published_mrna` and `published_mirna` write tables of their own.
"""


def page() -> str:
    """The page, as it is to stand in docs/tables.md."""
    parts = [INTRODUCTION, *_sections("catalog"), PUBLISHED, *_sections("catalog_published")]
    return "\n".join(parts)


def _sections(catalog_file: str) -> list[str]:
    """A section for each entry of a catalog's file that has a schema."""
    catalog = yaml.safe_load((ROOT / "conf" / "base" / f"{catalog_file}.yml").read_text())
    return [
        _section(name, entry["filepath"], load_obj(entry["validator"]["class"]))
        for name, entry in catalog.items()
        if "validator" in entry
    ]


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
