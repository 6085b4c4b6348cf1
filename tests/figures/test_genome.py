"""Contact maps are drawn whatever the study's map and genes are."""

import itertools
from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from step.figures.genome import contact_map, contact_maps, spread

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


def test_contacts_stand_as_high_as_their_places_are_apart():
    figure = contact_map(CONTACTS, BINS, GENES, EDGES)
    top = figure.axes[0]
    image = top.images[0]
    np.testing.assert_array_equal(image.get_array(), CONTACTS)
    assert (top.get_xlim(), top.get_ylim()) == ((0, 8), (0, 8))
    turned = image.get_transform() - top.transData
    # Columns 6 to 8 Mb, rows 0 to 2 Mb: their middle is at 4 Mb, 6 Mb apart.
    np.testing.assert_allclose(turned.transform([(7.0, 1.0), (5.0, 5.0)]), [[4.0, 6.0], [5.0, 0.0]])
    assert top.get_title(loc="left") == "chr1: 3 genes, 3 edges between them"


def test_edges_are_arcs_between_their_genes_by_kind():
    arcs = contact_map(CONTACTS, BINS, GENES, EDGES).axes[4]
    contact, regulatory = arcs.collections
    ends = [sorted([path[0, 0], path[-1, 0]]) for path in contact.get_segments()]
    np.testing.assert_allclose(ends, [[0.5, 2.5], [2.5, 7.1]])
    ends = [sorted([path[0, 0], path[-1, 0]]) for path in regulatory.get_segments()]
    np.testing.assert_allclose(ends, [[0.5, 7.1]])
    legend = [text.get_text() for text in arcs.get_legend().get_texts()]
    assert legend == ["contact (2)", "regulatory (1)"]
    low = min(path[:, 1].min() for each in arcs.collections for path in each.get_segments())
    assert arcs.get_ylim()[0] < low < 0


def test_tracks_share_the_places_of_the_map():
    figure = contact_map(CONTACTS, BINS, GENES, EDGES)
    figure.draw_without_rendering()
    top, eigen, insulation, names, arcs = figure.axes[:5]
    assert len({axes.get_xlim() for axes in (top, eigen, insulation, names, arcs)}) == 1
    assert len({round(axes.get_position().width, 6) for axes in (top, eigen, arcs)}) == 1
    boundary = next(line for line in insulation.lines if line.get_label() == "boundary")
    assert boundary.get_xdata().tolist() == [7.5]
    assert [text.get_text() for text in names.texts] == ["a", "b", "c"]
    ticks = names.collections[0].get_segments()
    np.testing.assert_allclose([tick[0, 0] for tick in ticks], [0.5, 2.5, 7.1])


def test_of_many_genes_those_with_most_edges_are_named_without_overlap():
    n_genes = 200
    genes = pd.DataFrame(
        {"gene": [f"g{n}" for n in range(n_genes)], "tss": np.linspace(1e6, 2e6, n_genes)}
    )
    hubs = [f"g{n}" for n in range(0, 80, 2)]
    edges = pd.DataFrame({"gene_1": hubs, "gene_2": hubs[1:] + hubs[:1], "kind": "contact"})
    figure = contact_map(CONTACTS, BINS, genes, edges)
    figure.draw_without_rendering()
    names = figure.axes[3].texts
    assert [text.get_text() for text in names] == hubs
    boxes = [text.get_window_extent() for text in names]
    assert all(left.x1 <= right.x0 for left, right in itertools.pairwise(boxes))
    frame = figure.axes[3].get_window_extent()
    assert frame.x0 <= boxes[0].x0
    assert boxes[-1].x1 <= frame.x1


def test_names_are_moved_no_farther_than_they_must():
    np.testing.assert_allclose(spread(np.array([2.0, 5.0, 9.0]), 1.0, 10.0), [2.0, 5.0, 9.0])
    np.testing.assert_allclose(spread(np.array([5.0, 5.0, 5.0]), 1.0, 10.0), [4.0, 5.0, 6.0])
    np.testing.assert_allclose(spread(np.array([0.0, 0.0]), 1.0, 10.0), [0.5, 1.5])
    np.testing.assert_allclose(spread(np.array([10.0, 10.0]), 1.0, 10.0), [8.5, 9.5])


def test_every_chromosome_has_its_map_with_its_pairs():
    bins = pd.concat([BINS, BINS.assign(chrom="chr2").iloc[:4]])
    genes = pd.concat(
        [GENES.assign(chrom="chr1"), GENES.assign(chrom="chr2", gene=["d", "e", "f"])]
    )
    figure = contact_maps({"chr1": CONTACTS, "chr2": CONTACTS[:4, :4]}, genes, EDGES, bins)
    first, second = figure.axes[:2]
    assert first.get_title(loc="left") == "chr1\n3 genes, 8 Mb"
    assert second.get_title(loc="left") == "chr2\n3 genes, 4 Mb"
    assert first.collections[0].get_offsets().tolist() == [[2.5, 0.5], [7.1, 2.5]]
    assert len(second.collections[0].get_offsets()) == 0
    assert second.get_ylim() == (4, 0)
    assert first.images[0].norm is second.images[0].norm


@pytest.mark.parametrize("matrices", [{}, {"chr1": np.zeros((8, 8))}])
def test_without_any_contact_no_empty_maps_are_drawn(matrices):
    figure = contact_maps(matrices, GENES.assign(chrom="chr1"), EDGES, BINS)
    assert not figure.axes
    assert [text.get_text() for text in figure.texts] == ["The map holds no contacts."]


@pytest.mark.parametrize("contacts", [np.zeros((8, 8)), np.full((8, 8), np.nan)])
def test_without_contacts_the_map_says_so(contacts):
    figure = contact_map(contacts, BINS, GENES, EDGES)
    figure.savefig(BytesIO())
    assert figure.axes[0].texts[0].get_text() == "no contacts"
    assert figure.axes[0].get_ylim() == (0, 8)


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
        (CONTACTS, BINS, GENES.assign(gene=[r"$\frac$", "<b>", "x" * 60]), EDGES),
        (np.zeros((1, 1)), BINS.iloc[:1], GENES.iloc[:0], EDGES.iloc[:0]),
    ],
)
def test_any_map_is_drawn(contacts, bins, genes, edges):
    target = BytesIO()
    contact_map(contacts, bins, genes, edges).savefig(target, format="png", dpi=40)
    assert target.getvalue().startswith(b"\x89PNG")


@pytest.mark.parametrize("chrom", [r"$\frac$ a:1-5", "x" * 10_000])
def test_odd_names_are_drawn_in_all_maps(chrom):
    bins, genes = BINS.assign(chrom=chrom), GENES.assign(chrom=chrom)
    figures = [contact_maps({chrom: CONTACTS}, genes, EDGES, bins)]
    figures.append(contact_map(CONTACTS, bins, genes, EDGES))
    for figure in figures:
        figure.draw_without_rendering()
        title = figure.axes[0].get_title(loc="left")
        assert title.startswith(chrom[:5].replace("$", r"\$"))
        assert len(title) < 100
