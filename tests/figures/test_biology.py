import numpy as np
import pandas as pd

from step.figures.biology import enrichment


def table(groups: list[str], **columns: object) -> pd.DataFrame:
    defaults = {
        "group": groups,
        "term": "SOME_SET",
        "ranked_by": "skill",
        "overlap": "3/9",
        "adjusted_p": np.geomspace(0.0001, 0.01, len(groups)),
    }
    return pd.DataFrame(defaults | columns)


def test_sets_are_drawn_by_their_p_the_smallest_on_top():
    left, right = enrichment(table(["best", "best", "worst"])).axes
    np.testing.assert_allclose(left.collections[0].get_offsets(), [[3.0, 0], [4.0, 1]])
    np.testing.assert_allclose(right.collections[0].get_offsets(), [[2.0, 0]])
    assert [label.get_text() for label in right.get_yticklabels()] == ["SOME SET"]
    titles = [axes.get_title(loc="left") for axes in (left, right)]
    assert titles == ["best genes by skill", "worst genes by skill"]


def test_the_overlap_is_the_dot_and_stands_beside_it():
    axes = enrichment(table(["best", "best"], overlap=["2/5", "9/12"])).axes[0]
    assert [text.get_text() for text in axes.texts] == ["9/12", "2/5"]
    large, small = axes.collections[0].get_sizes()
    assert large > small


def test_rankings_have_panels_of_their_own():
    figure = enrichment(table(["best", "best"], ranked_by=["r2", "skill"]))
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["best genes by skill", "best genes by R²"]


def test_what_is_not_significant_is_left_out():
    axes = enrichment(table(["best", "best"], adjusted_p=[0.01, 0.2])).axes
    assert len(axes) == 1
    assert len(axes[0].collections[0].get_offsets()) == 1


def test_where_nothing_was_found_a_sentence_says_so():
    figure = enrichment(table(["best", "worst"], adjusted_p=[0.21, 1.0]))
    assert not figure.axes
    assert "adjusted p of 0.05 (the smallest is 0.21)" in figure.texts[0].get_text()


def test_a_set_from_a_users_file_starts_no_mathematics():
    figure = enrichment(table(["best"], term="$x^$"))
    figure.draw_without_rendering()
    assert figure.axes[0].get_yticklabels()[0].get_text() == r"\$x^\$"


def test_long_names_take_two_lines():
    figure = enrichment(table(["best"], term="A_VERY_LONG_NAME_" * 9))
    label = figure.axes[0].get_yticklabels()[0].get_text()
    assert label.count("\n") == 1
    assert max(len(line) for line in label.split("\n")) <= 36


def test_without_any_set_no_empty_plot_is_drawn():
    figure = enrichment(table([]))
    assert not figure.axes
    assert [text.get_text() for text in figure.texts] == ["No gene set could be tested."]
