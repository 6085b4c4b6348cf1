import numpy as np
import pandas as pd

from step.figures.genome import embedding_trajectories

GENES = pd.DataFrame({"gene": ["a", "b", "c"], "chrom": ["chr1", "chr2", None]})


def test_connected_genes_alone_are_drawn():
    embeddings = np.random.default_rng(0).normal(size=(4, 3, 5))
    embeddings[:, 2] = 0.0
    axes = embedding_trajectories(embeddings, GENES, GENES["gene"].to_numpy()).axes[0]
    assert len(axes.lines) == 2
    assert axes.get_title().startswith("temporal node2vec of 2 connected genes")
    ends = [[line.get_xdata()[-1], line.get_ydata()[-1]] for line in axes.lines]
    np.testing.assert_allclose(axes.collections[0].get_offsets(), ends)


def test_without_contacts_no_empty_plot_is_drawn():
    figure = embedding_trajectories(np.zeros((4, 3, 5)), GENES, GENES["gene"].to_numpy())
    assert not figure.axes
    assert [text.get_text() for text in figure.texts] == ["No gene is connected to another."]
