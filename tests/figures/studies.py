"""Scores of small studies, as the figures take them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from step.evaluation.metrics import Metrics, measure
from step.evaluation.predictability import gene_table
from step.figures.over_time import losses_by_time
from tests.evaluation.tables import (
    backtest_of,
    course,
    edges_of,
    expression_of,
    genes_of,
    graph_test_of,
    weights_of,
)

TEST = graph_test_of(0.1, 0.2, [0.15, 0.16, 0.17], n_edges=4, shifted=[0.11, 0.13])


@dataclass
class Study:
    """What the figures of a study are drawn from."""

    metrics: Metrics
    backtest: pd.DataFrame
    expression: pd.DataFrame
    per_gene: pd.DataFrame

    @property
    def losses(self) -> pd.DataFrame:
        return losses_by_time(self.backtest)

    @property
    def noise(self) -> pd.Series:
        return (self.expression["standard_error"] ** 2).groupby(self.expression["time"]).mean()


def study_of(
    values: np.ndarray | None = None, backtest: pd.DataFrame | None = None, **expression: object
) -> Study:
    """Score a study; random walks, unless values are given.

    Args:
        values: log2, shape `[time, gene]`.
        backtest: The scored forecasts.
        expression: Columns to replace in the expression table.
    """
    values = course() if values is None else values
    n_genes = values.shape[1]
    table = expression_of(values).assign(**expression)
    backtest = backtest_of(values) if backtest is None else backtest
    genes = genes_of(max(n_genes, 3)).iloc[:n_genes]
    genes = genes.assign(
        compartment=np.where(np.arange(n_genes) % 2, "A", "B"),
        insulation_score=np.linspace(-1, 1, n_genes),
    )
    metrics = measure(backtest, table, TEST, 0.9, "walks", "mrna")
    per_gene = gene_table(
        backtest, genes, table, weights_of(n_genes), edges_of(n_genes), metrics.best_baseline
    )
    return Study(metrics, backtest, table, per_gene)
