"""The contact map is drawn whatever the study's map and genes are."""

from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from step.figures.genome import contact_map

CONTACTS = 1.0 / (1.0 + np.abs(np.subtract.outer(np.arange(8), np.arange(8))))
BINS = pd.DataFrame(
    {
        "chrom": "chr1",
        "start": np.arange(8) * 1_000_000,
        "end": np.arange(1, 9) * 1_000_000,
        "eigenvector": np.linspace(-1, 1, 8),
        "insulation_score": np.linspace(0.5, -0.5, 8),
        "boundary_strength": [np.nan] * 7 + [0.4],
    }
)
FEATURES = ["eigenvector", "insulation_score", "boundary_strength"]
GENES = pd.DataFrame(
    {"gene": ["a", "b", "c"], "tss": pd.array([500_000, 2_500_000, 7_100_000], dtype="Int64")}
)
EDGES = pd.DataFrame(
    {
        "gene_1": ["a", "c", "a", "a"],
        "gene_2": ["b", "b", "elsewhere", "c"],
        "kind": ["contact", "contact", "contact", "regulatory"],
    }
)


def test_pairs_stand_above_the_diagonal_and_contacts_on_their_scale():
    figure = contact_map(CONTACTS, BINS, GENES, EDGES)
    top = figure.axes[0]
    assert top.collections[0].get_offsets().tolist() == [[2.5, 0.5], [7.1, 2.5]]
    np.testing.assert_array_equal(top.images[0].get_array(), CONTACTS)
    assert top.get_xlim() == (0, 8)
    assert "3 genes" in top.get_title()


@pytest.mark.parametrize("contacts", [np.zeros((8, 8)), np.full((8, 8), np.nan)])
def test_without_contacts_the_map_says_so(contacts):
    figure = contact_map(contacts, BINS, GENES, EDGES)
    figure.savefig(BytesIO())
    assert figure.axes[0].texts[0].get_text() == "no contacts"
    assert figure.axes[0].get_ylim() == (8, 0)


@pytest.mark.parametrize(
    ("contacts", "bins", "genes", "edges"),
    [
        (np.full((8, 8), 3.0), BINS, GENES, EDGES),
        (np.diag([1e-12] * 8), BINS, GENES, EDGES),
        (np.diag([0.0] * 7 + [1e300]), BINS, GENES, EDGES),
        (CONTACTS[:1, :1], BINS.iloc[:1], GENES.iloc[:1], EDGES),
        (CONTACTS, BINS.assign(**dict.fromkeys(FEATURES, np.nan)), GENES, EDGES),
        (CONTACTS, BINS, GENES.iloc[:0], EDGES),
        (CONTACTS, BINS, GENES, EDGES.iloc[:0]),
        (CONTACTS, BINS.assign(chrom=r"$\frac$ a:1-5"), GENES, EDGES),
        (np.zeros((1, 1)), BINS.iloc[:1], GENES.iloc[:0], EDGES.iloc[:0]),
    ],
)
def test_any_map_is_drawn(contacts, bins, genes, edges):
    target = BytesIO()
    contact_map(contacts, bins, genes, edges).savefig(target, format="png", dpi=40)
    assert target.getvalue().startswith(b"\x89PNG")
