import numpy as np
import pandas as pd
import pytest

from step.figures.genes import gene_pages, shown_name
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


def test_a_name_is_cut_before_its_dollar_signs_are_escaped():
    assert shown_name("$x^$") == r"\$x^\$"
    assert shown_name("a" * 40) == "a" * 31 + "…"
    assert shown_name("$" * 40, 3) == r"\$\$…"
