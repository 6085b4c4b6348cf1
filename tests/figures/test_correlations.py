import numpy as np
import pandas as pd

from step.figures.correlations import CorrelationLabels, gene_correlations

LABELS = CorrelationLabels("correlation", "range", "last value")
TABLE = pd.DataFrame(
    {
        "pearson": [0.1, 0.3, 0.5, 0.7, 0.9, np.nan],
        "baseline_pearson": [0.2, -0.4, 0.1, 0.0, 0.3, 0.5],
        "neighbours": [1, 2, 3, 4, 5, 0],
        "expression_range": [5.0, 4.0, 3.0, 2.0, 1.0, 0.0],
    }
)


def test_correlations_stand_against_neighbours_and_range():
    left, middle, right = gene_correlations(TABLE, LABELS).axes
    assert left.get_title(loc="left") == "Spearman +1.00"
    assert middle.get_title(loc="left") == "Spearman −1.00"
    assert len(middle.collections[0].get_offsets()) == 5  # what has no range is not on its axis
    assert sum(patch.get_height() for patch in right.patches[:24]) == 6


def test_few_genes_have_no_rank_correlation():
    left = gene_correlations(TABLE[:3], LABELS).axes[0]
    assert left.get_title(loc="left") == ""
