import pandas as pd
import pytest

from step.expression.normalisation import Normalisation
from step.expression.scales import Scale
from step.reports.subject import METHODS, SCALES, describe_subject

AS_IT_WAS = Normalisation()


def courses(**means: list[float]) -> pd.DataFrame:
    return pd.concat(
        pd.DataFrame({"gene": gene, "time": [0.0, 1.0], "mean": values})
        for gene, values in means.items()
    )


def test_genes_are_forecast_as_measured():
    found = describe_subject(courses(a=[1, 2], b=[1, 2]), "counts", AS_IT_WAS, None)
    assert found.whose == "expression of 2 genes"
    assert found.preparation == "The table's counts were taken as they were."
    assert found.note == ""


def test_a_target_gene_stands_for_its_mirnas():
    expression = courses(a=[1, 2], b=[1, 2], c=[3, 4])
    found = describe_subject(expression, "log2", AS_IT_WAS, "targets")
    assert found.whose == "mean expression of the miRNAs that act on each of 3 target genes"
    assert "not the gene's own" in found.note
    for text in (found.note, found.preparation):
        assert text.endswith("the 3 genes have 2 different ones.")
    different = describe_subject(courses(a=[1, 2], c=[3, 4]), "log2", AS_IT_WAS, "targets")
    assert "share a course" not in different.note + different.preparation


def test_mirnas_may_be_forecast_themselves():
    found = describe_subject(courses(a=[1, 2]), "log2", AS_IT_WAS, "mirnas")
    assert (found.whose, found.note) == ("expression of 1 miRNAs", "")


def test_what_was_done_to_the_values_is_said():
    settings = Normalisation("nanostring", "top", unwanted_components=2, min_detected_share=0.25)
    said = describe_subject(courses(a=[1, 2]), "counts", settings, None).preparation
    assert "positive controls, background and top probes" in said
    assert "less 2 components of unwanted variation" in said
    assert "detected in less than 25 % of the samples of the first times was left out" in said


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (SCALES, Scale.__args__),
        (METHODS, Normalisation.__annotations__["method"].__args__),
    ],
)
def test_every_scale_and_method_has_words(words, known):
    assert set(words) == set(known)
