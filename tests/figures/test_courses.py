import numpy as np
import pytest

from step.figures import courses
from step.figures.courses import course_heatmap, shape_order, standardised, tiles
from tests.evaluation.tables import course, expression_of
from tests.figures.studies import study_of

STUDY = study_of()


def test_courses_are_standardised_gene_by_gene():
    values = course(4).T
    z = standardised(values)
    np.testing.assert_allclose(z.mean(axis=1), 0.0, atol=1e-12)
    np.testing.assert_allclose(z.std(axis=1), 1.0)


def test_what_is_constant_or_missing_has_no_standardised_course():
    values = np.array([[14.956] * 5, [1.0, np.nan, 2.0, 3.0, 4.0], [np.nan] * 5])
    z = standardised(values)
    assert np.isnan(z[[0, 2]]).all()
    assert np.isnan(z[1]).tolist() == [False, True, False, False, False]


def test_genes_of_like_shape_stand_together():
    up, wave = np.linspace(-1, 1, 12), np.sin(np.arange(12.0))
    rng = np.random.default_rng(0)
    kinds = rng.permutation([0, 1, 2] * 10)
    shapes = np.array([up, -up, wave])[kinds] + 0.01 * rng.normal(size=(30, 12))
    order, breaks = shape_order(standardised(shapes))
    assert sorted(order) == list(range(30))
    assert (np.diff(kinds[order]) != 0).sum() == 2
    assert set(np.flatnonzero(np.diff(kinds[order])) + 1) <= set(breaks)


def test_groups_stand_for_genes_where_there_are_very_many(monkeypatch):
    monkeypatch.setattr(courses, "MANY", 100)
    monkeypatch.setattr(courses, "N_GROUPS", 12)
    rng = np.random.default_rng(0)
    kinds = rng.permutation([0, 1, 2] * 50)
    shapes = np.array([np.linspace(-1, 1, 12), np.sin(np.arange(12.0)), np.cos(np.arange(12.0))])
    z = standardised(shapes[kinds] + 0.01 * rng.normal(size=(150, 12)))
    order, breaks = shape_order(z)
    assert sorted(order) == list(range(150))
    assert (np.diff(kinds[order]) != 0).sum() == 2
    assert set(np.flatnonzero(np.diff(kinds[order])) + 1) <= set(breaks)
    np.testing.assert_array_equal(order, shape_order(z)[0])


def test_the_heatmap_shows_each_gene_in_its_place():
    figure = course_heatmap(STUDY.expression, STUDY.per_gene, "hour")
    main, classes, skill = figure.axes[:3]
    names = [label.get_text() for label in main.get_yticklabels()]
    assert sorted(names) == sorted(STUDY.per_gene["gene"])
    table = STUDY.expression.pivot(index="gene", columns="time", values="mean")
    expected = standardised(table.loc[names].to_numpy())
    np.testing.assert_allclose(main.collections[0].get_array(), expected)
    scores = STUDY.per_gene.set_index("gene")["skill"][names]
    np.testing.assert_allclose(skill.collections[0].get_array().ravel(), 100 * scores)
    assert "hour" in main.get_xlabel()
    for axes in (main, classes, skill):
        assert axes.get_ylim() == (30, 0)


def test_classes_are_counted_in_the_legend():
    figure = course_heatmap(STUDY.expression, STUDY.per_gene, "day")
    counts = STUDY.per_gene["class"].value_counts()
    legend = {text.get_text() for text in figure.legends[0].get_texts()}
    assert legend == {f"{name} ({count})" for name, count in counts.items()}


def test_constant_genes_are_left_out_and_counted():
    values = course(6)
    values[:, :2] = 14.956
    study = study_of(values)
    main = course_heatmap(study.expression, study.per_gene, "day").axes[0]
    assert main.get_title(loc="left") == "4 genes by shape (2 constant left out)"
    assert len(main.collections[0].get_array()) == 4


def test_a_gap_between_times_is_left_open():
    edges, columns = tiles(np.array([-4.5, 0.5, 1.0, 1.5, 2.0]))
    np.testing.assert_allclose(edges, [-4.75, -4.0, 0.0, 0.75, 1.25, 1.75, 2.25])
    assert columns.tolist() == [0, 2, 3, 4, 5]
    assert tiles(np.array([3.0]))[0].tolist() == [2.5, 3.5]


@pytest.mark.filterwarnings("error")
def test_where_no_gene_varies_no_empty_plot_is_drawn():
    values = np.full((18, 3), 14.956)
    figure = course_heatmap(expression_of(values), STUDY.per_gene.iloc[:3], "day")
    assert not figure.axes
    assert [text.get_text() for text in figure.texts] == ["No gene varies over time."]
