"""Every table of the catalog has a schema, and the page of tables is the schemas'."""

import pytest
import yaml
from kedro.utils import load_obj

from step.schemas.table import Table
from tests.conftest import ROOT
from tools.tables import PAGE, page

CATALOGS = [ROOT / "conf" / "base" / name for name in ("catalog.yml", "catalog_published.yml")]


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.stem)
def test_every_table_has_a_schema(path):
    catalog = yaml.safe_load(path.read_text())
    tables = {
        name: entry for name, entry in catalog.items() if entry["type"].endswith(".ParquetDataset")
    }
    assert tables
    for name, entry in tables.items():
        assert issubclass(load_obj(entry["validator"]["class"]), Table), name
        assert "save" in entry["validator"]["on"], name


def test_every_column_is_described():
    for path in CATALOGS:
        for entry in yaml.safe_load(path.read_text()).values():
            if "validator" in entry:
                table = load_obj(entry["validator"]["class"])
                for name, column in table.to_schema().columns.items():
                    assert column.description, f"{table.__name__}.{name}"


def test_the_page_of_tables_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"
