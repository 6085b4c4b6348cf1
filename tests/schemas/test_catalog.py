"""Every table of the catalog has a schema, and the page of tables is the schemas'."""

import yaml
from kedro.utils import load_obj

from step.schemas.table import Table
from tools.tables import PAGE, catalogs, page


def entries() -> dict[str, dict]:
    """Every entry of every catalog, by its file and name."""
    return {
        f"{path.parent.name}/{path.name}: {name}": entry
        for path in catalogs()
        for name, entry in yaml.safe_load(path.read_text()).items()
    }


def test_every_table_has_a_schema_that_describes_its_columns():
    tables = {
        name: entry
        for name, entry in entries().items()
        if entry["type"].endswith(".ParquetDataset")
    }
    assert len(tables) > 10
    for name, entry in tables.items():
        table = load_obj(entry["validator"]["class"])
        assert issubclass(table, Table), name
        assert "save" in entry["validator"]["on"], name
        assert all(column.description for column in table.to_schema().columns.values()), name


def test_the_page_of_tables_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"
