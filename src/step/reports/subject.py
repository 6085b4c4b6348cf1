"""What was forecast, in words: whose expression, and how it was made comparable."""

from dataclasses import dataclass

import pandas as pd

from step.expression.normalisation import Normalisation
from step.expression.scales import Scale
from step.expression.targets import Nodes

SCALES: dict[Scale, str] = {
    "log2": "log2 values",
    "ln": "natural logarithms, converted to log2",
    "linear": "linear values, x becoming log2(x + 1)",
    "counts": "counts",
    "log_ratio": "log2 ratios",
}
METHODS = {
    "none": "taken as they were",
    "cpm": "normalised to counts per million",
    "median_of_ratios": "normalised by the median of ratios",
    "nanostring": "normalised by positive controls, background and {content} probes (nCounter)",
}


@dataclass(frozen=True)
class Subject:
    """What was forecast.

    Attributes:
        whose: Expression of how many genes, or of which miRNAs.
        preparation: How the values were read and made comparable; a sentence.
        note: What a gene's course is where it is not the gene's own expression.
    """

    whose: str
    preparation: str
    note: str = ""


def describe_subject(
    expression: pd.DataFrame, scale: Scale, normalisation: Normalisation, nodes: Nodes | None
) -> Subject:
    """Say what was forecast.

    Args:
        expression: gene, time, mean.
        scale: Of the lab's values.
        normalisation: What was done to them.
        nodes: Whose courses those of a miRNA assay are; None where genes were measured.
    """
    preparation = _preparation(scale, normalisation)
    n_genes = expression["gene"].nunique()
    if nodes is None:
        return Subject(f"expression of {n_genes} genes", preparation)
    if nodes == "mirnas":
        return Subject(f"expression of {n_genes} miRNAs", preparation)
    courses = expression.pivot(index="gene", columns="time", values="mean")
    n_courses = len(courses.drop_duplicates())
    shared = ""
    if n_courses < n_genes:
        shared = (
            f" Genes that the same miRNAs act on share a course: the {n_genes} genes have "
            f"{n_courses} different ones."
        )
    return Subject(
        f"mean expression of the miRNAs that act on each of {n_genes} target genes",
        preparation + shared,
        "A gene's course is here the mean expression of the miRNAs that act on it, not the gene's "
        f"own.{shared}",
    )


def _preparation(scale: Scale, normalisation: Normalisation) -> str:
    method = METHODS[normalisation.method].format(content=normalisation.content)
    said = f"The table's {SCALES[scale]} were {method}"
    if normalisation.unwanted_components:
        said += f", less {normalisation.unwanted_components} components of unwanted variation"
    if normalisation.min_detected_share:
        said += (
            f"; what was detected in less than {100 * normalisation.min_detected_share:g} % of the "
            "samples of the first times was left out"
        )
    return said + "."
