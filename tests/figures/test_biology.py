import numpy as np
import pandas as pd

from step.figures.biology import enrichment


def table(groups: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {"group": groups, "term": "SOME_SET", "adjusted_p": np.geomspace(0.001, 0.1, len(groups))}
    )


def test_sets_are_drawn_by_their_p():
    left, right = enrichment(table(["best", "best", "worst"])).axes
    np.testing.assert_allclose([bar.get_width() for bar in left.patches], [2.0, 3.0])
    assert [label.get_text() for label in right.get_yticklabels()] == ["SOME SET"]


def test_a_set_from_a_users_file_starts_no_mathematics():
    odd = table(["best"]).assign(term="$x^$")
    figure = enrichment(odd)
    figure.canvas.draw()
    assert figure.axes[0].get_yticklabels()[0].get_text() == r"\$x^\$"


def test_a_group_without_a_set_says_so():
    left, right = enrichment(table(["best"])).axes
    assert not left.texts
    assert [text.get_text() for text in right.texts] == ["none holds such a gene"]


def test_without_any_set_no_empty_plot_is_drawn():
    figure = enrichment(table([]))
    assert not figure.axes
    assert [text.get_text() for text in figure.texts] == ["No gene set could be tested."]
