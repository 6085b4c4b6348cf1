"""The table of a sweep."""

from step.schemas.columns import Integer, Number, Text, column
from step.schemas.table import Table


class Sweep(Table, key=("name", "assay")):
    """The rows of a sweep: a line for each assay that a row scored, one for a row that failed.

    A score is missing where the row failed, or where it is not defined.
    """

    name: Text = column(description="name of the row")
    env: Text = column(description="its environment")
    study: Text = column(description="name of the study that its results lie under")
    settings: Text = column(description="settings that differ from those of its environment")
    assay: Text = column(nullable=True, description="`mrna` or `mirna`; missing if the row failed")
    n_genes: Integer = column(nullable=True, ge=1, description="number of genes")
    n_times: Integer = column(nullable=True, ge=1, description="number of times")
    mse: Number = column(nullable=True, ge=0, description="mean squared error of `step`, log2²")
    best_baseline: Text = column(
        nullable=True, description="the simple arm of lowest mean squared error"
    )
    best_baseline_mse: Number = column(
        nullable=True, ge=0, description="its mean squared error, log2²"
    )
    skill: Number = column(nullable=True, le=1, description="1 − mse / best_baseline_mse")
    skill_p: Number = column(
        nullable=True, ge=0, le=1, description="Diebold–Mariano over origins, against the baseline"
    )
    graph_effect: Number = column(
        nullable=True, le=1, description="share of the error that the graph saves, by rewired ones"
    )
    graph_p: Number = column(
        nullable=True, ge=0, le=1, description="permutation p of the graph test"
    )
    coverage: Number = column(
        nullable=True,
        ge=0,
        le=1,
        description="share of the observations inside the intervals of `step`",
    )
    seconds: Number = column(ge=0, description="wall time of the row")
    status: Text = column(isin=["done", "failed"], description="whether the row was run to its end")
    error: Text = column(nullable=True, description="why it failed")
