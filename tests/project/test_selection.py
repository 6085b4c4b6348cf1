"""Which nodes a run starts from, so that nothing is missing in memory."""

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline

from step.project.selection import nodes_to_start_from, stage_and_assay


def both(*data: object) -> tuple[object, object]:
    return data, data


def one(*data: object) -> object:
    return data


# Of these datasets, `raw` and `kept` are on disk.
WHOLE = Pipeline(
    [
        Node(both, "raw", ["first", "second"], name="split"),
        Node(one, ["first", "second"], "third", name="join"),
        Node(one, "third", "kept", name="keep"),
        Node(one, "kept", "shown", name="show"),
        Node(one, "kept", "fourth", name="read"),
        Node(one, ["fourth", "first"], "last", name="end"),
    ]
)
CATALOG = DataCatalog({"raw": MemoryDataset(), "kept": MemoryDataset()})


@pytest.mark.parametrize(
    ("selected", "start"),
    [
        ("split", "split"),
        ("join", "split"),  # both of whose inputs one node makes
        ("keep", "split"),
        ("show", "show"),  # all that it needs is on disk
        ("read", "split"),  # what follows needs more than what is on disk
        ("end", "split"),
    ],
)
def test_a_start_makes_all_that_is_in_memory(selected, start):
    assert nodes_to_start_from(WHOLE.only_nodes(selected), WHOLE, CATALOG) == [start]


def test_a_namespace_names_stage_and_assay():
    node = Node(one, "a", "b", name="node", namespace="reporting.mrna")
    assert stage_and_assay(node) == ("reporting", "mrna")
    assert stage_and_assay(Node(one, "a", "b", name="node")) == ("", "")
