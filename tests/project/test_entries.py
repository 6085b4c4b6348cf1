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


TEXT_MAP = {
    "type": "step.datasets.TextContactMapDataset",
    "filepath": "a_{chrom}.txt",
    "assembly": "mm9",
    "bin_size": 500_000,
    "label_scale": 1,
    "chromosomes": ["chr1", 2],
}


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"bin_size": "500kb"}, "`bin_size` is '500kb'; it is a whole number, as 500000."),
        ({"bin_size": None}, "`bin_size` is null; it is a whole number"),
        ({"bin_size": True}, "`bin_size` is true; it is a whole number"),
        ({"bin_size": 5e5}, "`bin_size` is 500000.0; it is a whole number"),
        ({"label_scale": "x"}, "`label_scale` is 'x'; it is a number."),
        ({"chromosomes": "chr1"}, "`chromosomes` is 'chr1'; it is a list, as [chr1, chr2]."),
        ({"balance": None}, "`balance` is null; it is a text"),
        ({"assembly": 9}, "`assembly` is 9; it is a text; put it in quotes"),
    ],
)
def test_a_setting_of_a_wrong_type_is_explained(settings, fault):
    assert entry_fault("hic_contacts", TEXT_MAP) is None
    assert entry_fault("hic_contacts", TEXT_MAP | settings).startswith(fault)


def test_what_stands_for_nothing_may_be_left_out():
    entry = {"type": "step.datasets.ContactMapDataset", "filepath": "a.cool", "resolution": None}
    assert entry_fault("hic_contacts", entry) is None
    part = {"type": "step.datasets.H5adDataset", "filepath": "a.h5ad", "part": "cells"}
    assert entry_fault("mrna.raw_expression", part).endswith("it is expression or samples.")


@pytest.mark.parametrize("name", ["hic_contacts", "gene_annotation", "gene_sets"])
def test_a_table_where_another_source_belongs_is_explained(name):
    assert "which does not read such a source; it is step.datasets." in entry_fault(name, TABLE)


@pytest.mark.parametrize("key", ["type", "filepath", "x" * 5000])
def test_a_message_does_not_repeat_a_long_value(key):
    fault = entry_fault("mrna.raw_expression", TABLE | {key: ["x" * 5000] * 3})
    assert len(fault) < 300
