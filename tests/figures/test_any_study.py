"""Every figure is drawn, or says why not, whatever the study."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from step.embeddings.temporal import Embeddings
from step.figures.captions import CAPTIONS
from step.pipelines.reporting import nodes
from step.pipelines.reporting.pipeline import FIGURES, IN_REPORT
from tests.evaluation.tables import course, graph_test_of
from tests.figures.studies import Study, study_of

ODD = {"g0": r"$\frac$", "g1": "<b>&amp;</b>", "g2": "x" * 80, "g3": "µ^{_", "g4": "$"}
BINS = pd.DataFrame(
    {
        "chrom": ["chr1"] * 6 + ["chr2"] * 4,
        "start": [*range(0, 6_000_000, 1_000_000), *range(0, 4_000_000, 1_000_000)],
    }
)
BINS = BINS.assign(
    end=BINS["start"] + 1_000_000,
    eigenvector=np.linspace(-1, 1, 10),
    insulation_score=np.linspace(1, -1, 10),
    boundary_strength=[np.nan] * 9 + [1.0],
)
EDGES = pd.DataFrame({"gene_1": ["g0", "g0"], "gene_2": ["g3", "g4"], "kind": "contact"})
REPORT = SimpleNamespace(time_unit="day")


def contacts_of(_, chrom: str, bins_per_row: int, **__) -> np.ndarray:
    n_rows = -(-int((BINS["chrom"] == chrom).sum()) // bins_per_row)
    return 1.0 / (1.0 + np.abs(np.subtract.outer(np.arange(n_rows), np.arange(n_rows))))


def renamed(study: Study) -> Study:
    study.backtest = study.backtest.replace({"gene": ODD})
    study.expression = study.expression.replace({"gene": ODD})
    study.per_gene = study.per_gene.replace({"gene": ODD})
    return study


def without_scores() -> Study:
    study = study_of()
    nothing = ["r2", "skill", "skill_p", "skill_q", "reliability", "insulation_score"]
    study.per_gene = study.per_gene.assign(**dict.fromkeys(nothing, np.nan), compartment=None)
    study.backtest = study.backtest.assign(observed=np.nan)
    return study


def without_edges() -> Study:
    study = study_of()
    test = graph_test_of(0.1, 0.1, [], 0)
    return replace(study, metrics=replace(study.metrics, graph_test=test))


STUDIES = {
    "walks": study_of,
    "one gene": lambda: study_of(course(n_genes=1)),
    "six times": lambda: study_of(course(n_times=8)),
    "one origin": lambda: study_of(course(n_times=7)),
    "no edges": without_edges,
    "no replicates": lambda: study_of(standard_error=np.nan, n_replicates=1),
    "constant": lambda: study_of(np.full((18, 5), 14.956)),
    "no scores": without_scores,
    "odd names": lambda: renamed(study_of()),
}


def draw(study: Study, monkeypatch, edges: pd.DataFrame = EDGES) -> dict[str, Figure]:
    """All figures of the report but those of the samples and gene sets, as the nodes draw them."""
    monkeypatch.setattr(nodes, "coarse_contacts", contacts_of)
    n_genes, n_times = len(study.per_gene), study.expression["time"].nunique()
    genes = study.per_gene.assign(bin=0.0, chrom="chr1", tss=np.linspace(0, 5e6, n_genes))
    vectors = np.random.default_rng(0).normal(size=(n_times, n_genes, 4))
    if edges.empty:
        vectors[:] = 0.0
    embeddings = Embeddings(np.arange(float(n_times)), vectors)
    return (
        nodes.draw_accuracy(study.metrics, study.backtest, study.expression, REPORT)
        | nodes.draw_genes(study.per_gene, study.expression, REPORT)
        | nodes.draw_neighbours(
            study.per_gene, study.expression, study.backtest, edges, study.metrics, REPORT
        )
        | nodes.draw_genome(None, BINS, genes, edges, embeddings)
    )


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", STUDIES)
def test_every_figure_of_any_study_is_drawn(name, monkeypatch):
    edges = EDGES.iloc[:0] if name == "no edges" else EDGES.replace(ODD)
    figures = draw(STUDIES[name](), monkeypatch, edges)
    assert {*figures, "enrichment", "sample_overview"} == set(IN_REPORT)
    for figure in figures.values():
        figure.draw_without_rendering()
        assert figure.axes or len(figure.texts) == 1


def test_what_cannot_be_drawn_is_said(monkeypatch):
    said = {
        name: {
            figure: drawn.texts[0].get_text()
            for figure, drawn in draw(STUDIES[name](), monkeypatch, EDGES.iloc[:0]).items()
            if not drawn.axes
        }
        for name in ("no edges", "constant", "no scores")
    }
    assert set(said["no edges"]) == {"embedding", "gene_network", "graph_test"}
    assert {"arm_errors", "error_by_time", "skill_by_origin", "course_heatmap"} <= set(
        said["constant"]
    )
    assert {"predictability", "structure_against_expression"} <= set(said["no scores"])
    assert all(text.endswith((".", "flags.")) for texts in said.values() for text in texts.values())


def test_the_map_is_of_the_chromosome_with_most_genes(monkeypatch):
    monkeypatch.setattr(nodes, "coarse_contacts", contacts_of)
    genes = pd.DataFrame(
        {"gene": ["a", "b", "c", "d"], "chrom": ["chr1", "chr2", "chr2", None], "tss": 1e6}
    ).assign(bin=[0.0, 6.0, 7.0, np.nan])
    embeddings = Embeddings(np.arange(2.0), np.ones((2, 4, 3)))
    figures = nodes.draw_genome(None, BINS, genes, EDGES, embeddings)
    assert figures["contact_map"].axes[0].get_title(loc="left").startswith("chr2: 2 genes")
    titles = [axes.get_title(loc="left").split("\n")[0] for axes in figures["contact_maps"].axes]
    assert titles[:2] == ["chr1", "chr2"]
    nowhere = nodes.draw_genome(None, BINS, genes.assign(bin=np.nan), EDGES, embeddings)
    assert nowhere["contact_map"].axes[0].get_title(loc="left").startswith("chr1: 0 genes")


def test_every_figure_of_the_report_has_a_caption():
    assert set(CAPTIONS) >= set(IN_REPORT)
    assert set(FIGURES) - set(IN_REPORT) == {"gene_pages"}
    for name, text in CAPTIONS.items():
        assert 80 < len(text) < 420, name
        assert text.endswith("."), name
