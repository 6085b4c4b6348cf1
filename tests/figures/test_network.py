import numpy as np
import pandas as pd

from step.figures import network
from step.figures.network import gene_network

EXPRESSION = pd.DataFrame(
    {"a": [0.0, 2.0], "b": [3.0, 1.0], "c": [1.0, 1.0], "d": [0.0, 1.0]}, index=[0.0, 1.0]
)
EDGES = pd.DataFrame(
    {"gene_1": ["a", "b", "c"], "gene_2": ["b", "c", "x"], "kind": ["contact"] * 2 + ["regulatory"]}
)


def test_genes_are_coloured_by_their_departure_from_their_mean():
    axes = gene_network(EDGES, EXPRESSION, 1.0, "day").axes[0]
    assert axes.get_title(loc="left") == "day 1: 4 connected genes"
    points = axes.collections[-1]
    # a, b, c (constant) and x (not measured), in this order
    np.testing.assert_array_equal(points.get_array().filled(np.nan), [1.0, -1.0, np.nan, np.nan])
    assert [len(lines.get_segments()) for lines in axes.collections[:-1]] == [2, 1]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "contact edge", "regulatory edge",
    ]  # fmt: skip


def test_of_many_genes_those_with_most_neighbours_are_drawn(monkeypatch):
    monkeypatch.setattr(network, "MOST_GENES", 2)
    axes = gene_network(EDGES, EXPRESSION, 0.0, "day").axes[0]
    assert axes.get_title(loc="left").endswith("; the 2 of most neighbours")
    assert len(axes.collections[-1].get_offsets()) == 2
