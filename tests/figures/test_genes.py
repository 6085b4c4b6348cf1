import numpy as np
import pandas as pd
import pytest

from step.figures.genes import gene_pages, predictability
from tests.evaluation.tables import backtest_of, course, expression_of, genes_of


def pages_of(n_genes: int, **columns: object):
    values = course(n_genes)
    per_gene = genes_of(n_genes).assign(**({"r2": 0.5, "skill": 0.1, "flags": ""} | columns))
    coming = pd.DataFrame(
        {
            "gene": np.repeat(per_gene["gene"], 2),
            "time": [20.0, 21.0] * n_genes,
            "forecast": 8.0,
            "lower": 7.0,
            "upper": 9.0,
        }
    )
    pages = gene_pages(per_gene, expression_of(values), backtest_of(values), coming, "day")
    return [[axes for axes in page.axes if axes.get_visible()] for page in pages.values()]


@pytest.mark.parametrize(("n_genes", "shown"), [(15, [15]), (16, [15, 1])])
def test_gene_pages_show_every_gene_once(n_genes, shown):
    pages = pages_of(n_genes)
    assert [len(page) for page in pages] == shown
    names = [axes.get_title().split(":")[0] for page in pages for axes in page]
    assert names == [f"g{n}" for n in range(n_genes)]


def test_a_gene_is_drawn_with_its_own_course_and_forecast():
    values, axes = course(5), pages_of(5)[0][3]
    lines = {line.get_label(): line for line in axes.lines}
    own = backtest_of(values).query("arm == 'step' and gene == 'g3'")
    np.testing.assert_allclose(lines["forecast from the time before"].get_ydata(), own["forecast"])
    assert lines["next times"].get_ydata().tolist() == [8.0, 8.0]
    observed = axes.containers[0].lines[0]
    assert observed.get_ydata().tolist() == values[:, 3].tolist()


def test_undefined_scores_are_called_so():
    titles = [
        axes.get_title() for axes in pages_of(4, r2=np.nan, skill=np.nan, flags="saturated")[0]
    ]
    assert titles[0] == "g0: R² undefined, skill undefined\nsaturated"


def test_predictability_counts_the_genes_that_are_better():
    per_gene = genes_of(4).assign(r2=[0.5, -3.0, np.nan, 0.1], skill=[0.2, -0.1, np.nan, 0.3])
    left, right = predictability(per_gene.assign(flags="")).axes
    assert right.get_title() == "better in 2 of 3 genes"
    assert left.collections[0].get_offsets()[:, 1].tolist() == [0.5, -1.0, 0.1]


def test_genes_without_any_score_draw_no_empty_plot():
    figure = predictability(genes_of(4).assign(r2=np.nan, skill=np.nan, flags="constant"))
    assert not figure.axes
    assert "flags" in figure.texts[0].get_text()


@pytest.mark.filterwarnings("error")
def test_genes_without_replicates_are_counted_all_the_same():
    per_gene = genes_of(4).assign(r2=0.1, skill=0.2, flags="no replicates", reliability=np.nan)
    figure = predictability(per_gene)
    figure.canvas.draw()
    assert figure.axes[1].get_title() == "better in 4 of 4 genes"
