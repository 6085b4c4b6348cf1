"""What is wrong with an entry of the catalog is said before it is used."""

import pytest

from step.project.entries import entry_fault

TABLE = {"type": "step.datasets.TableDataset", "filepath": "a.tsv"}


@pytest.mark.parametrize(
    "entry",
    [
        TABLE,
        TABLE | {"metadata": {"owner": "lab"}, "validator": "a.schema"},
        {"type": "step.datasets.H5adDataset", "filepath": "a.h5ad", "part": "expression"},
        {"type": "kedro.io.MemoryDataset", "data": None},
    ],
)
def test_a_right_entry_has_no_fault(entry):
    assert entry_fault("mrna.raw_expression", entry) is None


def test_a_pattern_is_checked_like_an_entry():
    entry = {"type": "step.datasets.JSONDataset", "filepath": "data/{assay}/metrics.json"}
    assert entry_fault("{assay}.metrics", entry) is None
    assert "no setting 'file'" in entry_fault("{assay}.metrics", entry | {"file": "x"})
    assert "its name has no {assay}" in entry_fault("{name}.metrics", entry)


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (None, "None is no dataset"),
        ("a.tsv", "'a.tsv' is no dataset"),
        ([TABLE], "is no dataset"),
        ({"filepath": "a.tsv"}, "it has no `type`"),
        (TABLE | {"type": None}, "it has no `type`"),
        (TABLE | {"type": "step.datasets.TabelDataset"}, "Is it step.datasets.TableDataset?"),
        (TABLE | {"type": "TableDataset"}, "Is it step.datasets.TableDataset?"),
        (TABLE | {"type": "nonsense"}, "`type` is 'nonsense', which cannot be used"),
        (TABLE | {"type": "os.path.join"}, "`type` is 'os.path.join', which cannot be used"),
        ({"type": TABLE["type"]}, "TableDataset needs `filepath`"),
        (TABLE | {"filepath": 5}, "`filepath` is 5; it is the path"),
        (TABLE | {"filepath": None}, "`filepath` is None"),
        (TABLE | {"filepath": ""}, "`filepath` is empty"),
        (TABLE | {"sheets": "a"}, "has no setting 'sheets'; it has filepath, sheet"),
        (TABLE | {"sheets": "a"}, "Is it `sheet`?"),
        (TABLE | {"metadata": "raw"}, "`metadata` is 'raw'"),
        (TABLE | {"type": "step.datasets.ContactMapDataset"}, "it is step.datasets.Table"),
        (TABLE | {"type": "step.datasets.GeneSetsDataset"}, "which does not read such a source"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_explained(entry, fault):
    assert fault in entry_fault("mrna.raw_expression", entry)


@pytest.mark.parametrize("name", ["hic_contacts", "gene_annotation", "gene_sets"])
def test_a_table_where_another_source_belongs_is_explained(name):
    assert "which does not read such a source; it is step.datasets." in entry_fault(name, TABLE)


@pytest.mark.parametrize("key", ["type", "filepath", "x" * 5000])
def test_a_message_does_not_repeat_a_long_value(key):
    fault = entry_fault("mrna.raw_expression", TABLE | {key: ["x" * 5000] * 3})
    assert len(fault) < 300
