import numpy as np
import pandas as pd
import pytest

from step.published.window_figures import accuracy_by_time, changes, embedding_paths
from tests.published.small import turning

TIMES, GENES = [3.0, 5.0], ["a", "b"]


def backtest() -> pd.DataFrame:
    """Two times of two genes: two seeds of the network miss by 1 and by 2, the others by 4."""
    rows = []
    networks = (("step", 1, 1.0), ("step", 2, 2.0))
    others = (("autoregression", None, 4.0), ("last_value", None, 4.0))
    for arm, seed, miss in networks + others:
        for time in TIMES:
            for number, gene in enumerate(GENES):
                observed = time + number
                rows.append((arm, seed, time - 1, time, gene, observed, observed - miss))
    names = ["arm", "seed", "origin", "target_time", "gene", "observed", "forecast"]
    return pd.DataFrame(rows, columns=names).astype({"seed": "Int64"})


def test_errors_by_time_are_means_over_the_seeds():
    errors, correlations = accuracy_by_time(backtest()).axes
    network = errors.lines[0]
    assert network.get_xydata().tolist() == [[3.0, 2.5], [5.0, 2.5]]
    assert correlations.lines[0].get_ydata() == pytest.approx([1.0, 1.0])


def test_changes_are_those_from_the_last_value():
    figure = changes(backtest())
    texts = {text.get_text() for text in figure.legends[0].get_texts()}
    assert "STEP, 2 seeds: 0.62 of the observed size" in texts
    assert "autoregression: 0.00 of the observed size" in texts


def test_the_genes_that_move_most_have_a_path():
    still = np.repeat(turning(12)[:1], 12, axis=0)
    moving = turning(12)
    moving[:, 6:] = still[:, 6:]
    axes = embedding_paths(moving, np.array([*"abcdefgh"])).axes[0]
    assert {text.get_text() for text in axes.get_legend().get_texts()} == {*"abcdef"}
    assert len(axes.lines[0].get_xdata()) == 12
