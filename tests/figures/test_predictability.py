import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from step.figures.predictability import predictability, structure_against_expression
from tests.evaluation.tables import genes_of
from tests.figures.studies import study_of

STUDY = study_of()


def scored(n_genes: int = 4, **columns: object) -> pd.DataFrame:
    defaults = {"r2": 0.5, "mse": 0.1, "skill": 0.1, "skill_p": 0.2, "skill_q": 0.4, "flags": ""}
    return genes_of(n_genes).assign(**(defaults | columns))


def title_of(axes) -> str:
    return axes.get_title(loc="left")


def test_genes_that_are_better_are_counted():
    table = scored(r2=[0.5, -3.0, np.nan, 0.1], skill=[0.2, -0.1, np.nan, 0.3])
    left, right = predictability(table).axes
    assert title_of(right) == "STEP better in 2 of 3 genes"
    assert left.collections[0].get_offsets()[:, 1].tolist() == [0.5, -1.0, 0.1]
    assert "1 below −1 shown at −1" in left.get_ylabel()


def test_flagged_genes_are_told_apart_without_colour():
    left = predictability(scored(flags=["", "mostly noise", "", ""])).axes[0]
    assert [len(dots.get_offsets()) for dots in left.collections] == [3, 1]


def test_skill_stands_beside_its_p_and_what_is_sure_has_a_colour():
    table = scored(skill=[0.2, -0.1, 0.4, 0.3], skill_p=[0.1, 0.5, 1e-4, 1e-3])
    right = predictability(table.assign(skill_q=[0.2, 0.5, 0.01, 0.02])).axes[1]
    np.testing.assert_allclose(right.collections[0].get_offsets(), [[20, 1], [-10, -np.log10(0.5)]])
    sure = next(
        line for line in right.lines if line.get_marker() == "o" and len(line.get_xdata()) == 2
    )
    np.testing.assert_allclose(sure.get_xdata(), [40, 30])
    np.testing.assert_allclose(sure.get_ydata(), [4, 3])
    assert "2 genes" in right.get_ylabel()


def test_outstanding_genes_are_named_inside_the_axes_without_overlap():
    table = STUDY.per_gene
    figure = predictability(table)
    figure.draw_without_rendering()
    left, right = figure.axes
    names = [text.get_text() for text in left.texts if text.get_text() != "noise ceiling"]
    assert names[:4] == table["gene"].iloc[:4].tolist()
    surest = table.sort_values("skill_p", kind="stable")["gene"].iloc[:5].tolist()
    assert [text.get_text() for text in right.texts] == surest
    for axes in (left, right):
        boxes = [Text.get_window_extent(text) for text in axes.texts]
        frame = axes.get_window_extent().padded(2)
        assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 for box in boxes)
    boxes = [Text.get_window_extent(text) for text in right.texts]
    assert not any(a.overlaps(b) for n, a in enumerate(boxes) for b in boxes[:n])


@pytest.mark.filterwarnings("error")
def test_without_replicates_genes_stand_by_their_variability():
    table = scored(flags="no replicates", reliability=np.nan, r2=[0.5, 0.75, 0.0, 0.9])
    left, right = predictability(table).axes
    left.figure.draw_without_rendering()
    assert "standard deviation" in left.get_xlabel()
    expected = np.sqrt(0.1 / np.array([0.5, 0.25, 1.0, 0.1]))
    np.testing.assert_allclose(left.collections[0].get_offsets()[:, 0], expected)
    assert title_of(right) == "STEP better in 4 of 4 genes"


def test_too_few_origins_for_a_p_leave_a_histogram():
    right = predictability(scored(skill_p=np.nan, skill_q=np.nan)).axes[1]
    assert sum(bar.get_height() for bar in right.patches) == 4
    assert right.get_ylabel() == "genes"


def test_genes_without_any_score_draw_no_empty_plot():
    figure = predictability(scored(r2=np.nan, skill=np.nan, flags="constant"))
    assert not figure.axes
    assert "flags" in figure.texts[0].get_text()


def test_structure_stands_against_variability_and_skill():
    axes = structure_against_expression(STUDY.per_gene, STUDY.expression).axes
    table = STUDY.per_gene
    spread = STUDY.expression.groupby("gene")["mean"].std()[table["gene"]]
    points = np.column_stack([table["insulation_score"], spread])
    np.testing.assert_allclose(axes[1].collections[0].get_offsets(), points)
    rho = pd.Series(spread.to_numpy()).corr(table["insulation_score"], method="spearman")
    assert title_of(axes[1]) == f"Spearman {rho:+.2f} (30 genes)".replace("-", "−")
    skill = 100 * table["skill"].clip(-0.5, 0.5)
    np.testing.assert_allclose(axes[3].collections[0].get_offsets()[:, 1], skill)


def test_compartments_are_compared_by_their_medians():
    axes = structure_against_expression(STUDY.per_gene, STUDY.expression).axes
    spread = STUDY.expression.groupby("gene")["mean"].std()
    by = spread.groupby(STUDY.per_gene.set_index("gene")["compartment"]).median()
    expected = f"median A − B: {by['A'] - by['B']:+.2f}"
    assert title_of(axes[0]).replace("−", "-") == expected.replace("−", "-")
    assert [label.get_text() for label in axes[2].get_xticklabels()] == [
        "A\n15 genes",
        "B\n15 genes",
    ]
    np.testing.assert_allclose(
        sorted(axes[0].collections[0].get_offsets()[:, 1]),
        sorted(spread[STUDY.per_gene.query("compartment == 'A'")["gene"]]),
    )


def test_without_a_placed_gene_no_empty_plot_is_drawn():
    table = STUDY.per_gene.assign(compartment=None, insulation_score=np.nan)
    figure = structure_against_expression(table, STUDY.expression)
    assert not figure.axes
    assert "No gene lies in a bin" in figure.texts[0].get_text()
