from io import BytesIO

import numpy as np
import pandas as pd

from step.published.figures import coordinates, forecast_scatter, gene_scores


def test_gene_scores_are_drawn_where_some_or_all_are_undefined():
    per_gene = pd.DataFrame(
        {
            "pearson": [0.9, np.nan],
            "last_value_pearson": [0.5, np.nan],
            "partners": [2, 1],
            "expression_range": [3.0, 0.5],
        }
    )
    for table in (per_gene, per_gene[1:]):
        picture = BytesIO()
        gene_scores(table).savefig(picture)
        assert picture.tell() > 0


def test_the_networks_line_is_left_out_where_its_score_is_undefined():
    last_value = np.array([0.5, np.nan, 0.7])
    labels = [line.get_label() for line in coordinates(last_value, None).axes[0].lines]
    assert labels == ["last value, the scored one"]
    labels = [line.get_label() for line in coordinates(last_value, 0.8).axes[0].lines]
    assert labels == ["last value, the scored one", "STEP, the scored one"]


def test_the_first_seed_is_shown_beside_the_other_arms():
    backtest = pd.DataFrame(
        {
            "arm": ["step"] * 4 + ["autoregression"] * 2 + ["last_value"] * 2,
            "seed": pd.array([7, 7, 8, 8, *[pd.NA] * 4], dtype="Int64"),
            "observed": [1.0, 2.0] * 4,
            "forecast": [1.0, 2.5, 9.0, 9.5, 1.0, 2.0, 2.0, 1.0],
        }
    )
    panels = forecast_scatter(backtest).axes
    shown = [axes.collections[0].get_offsets().data[:, 0].tolist() for axes in panels]
    assert shown == [[1.0, 2.5], [1.0, 2.0], [2.0, 1.0]]
    assert [axes.get_title(loc="left").split(":")[0] for axes in panels] == [
        "STEP", "autoregression", "last value",
    ]  # fmt: skip
