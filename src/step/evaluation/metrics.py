"""All scores of one assay of a study."""

from dataclasses import dataclass, field

import pandas as pd

from step.evaluation.graph_test import GraphTest
from step.evaluation.scores import (
    ArmScores,
    Intervals,
    best_baseline,
    defined,
    score_backtest,
    score_intervals,
    summed_losses,
)
from step.evaluation.significance import block_bootstrap
from step.expression.replicates import noise_floor


@dataclass(frozen=True)
class HorizonScores:
    """Scores some sampled times ahead.

    Attributes:
        n_origins: Number of scored forecast origins whose target is known.
        arms: Scores by name of the arm.
        intervals: Of `step`.
    """

    n_origins: int
    arms: dict[str, ArmScores]
    intervals: Intervals


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """All scores of one assay of a study.

    Attributes:
        study: Name of the study.
        assay: `mrna` or `mirna`.
        n_genes: Number of genes.
        n_times: Number of times.
        n_origins: Number of scored forecast origins.
        noise_floor_mse: What replicate noise alone leaves, log2²; None without replicates.
        best_baseline: The simple arm of lowest mean squared error.
        skill: 1 − MSE of `step` / MSE of the best baseline; None where the baseline makes no error.
        skill_low: Lower end of its 95 % interval, by a block bootstrap over origins.
        skill_high: Upper end of that interval.
        skill_p: Diebold–Mariano of `step` against the best baseline, over origins; None where
            undefined.
        arms: Scores one time ahead, by name of the arm.
        graph_test: Whether the graph helps.
        intervals: Of `step`, one time ahead.
        horizons: Scores of later times, by the number of sampled times ahead; of those at which
            anything was measured.
    """

    study: str
    assay: str
    n_genes: int
    n_times: int
    n_origins: int
    noise_floor_mse: float | None = None
    best_baseline: str
    skill: float | None = None
    skill_low: float | None = None
    skill_high: float | None = None
    skill_p: float | None = None
    arms: dict[str, ArmScores]
    graph_test: GraphTest
    intervals: Intervals
    horizons: dict[str, HorizonScores] = field(default_factory=dict)


def measure(
    backtest: pd.DataFrame,
    expression: pd.DataFrame,
    test: GraphTest,
    coverage: float,
    study: str,
    assay: str,
) -> Metrics:
    """All scores of one assay of a study.

    Args:
        backtest: arm, origin, target_time, horizon, gene, observed, forecast, lower, upper.
        expression: gene, time, mean, standard_error, n_replicates.
        test: The graph test.
        coverage: Nominal coverage of the intervals.
        study: Name of the study.
        assay: `mrna` or `mirna`.
    """
    measured = backtest.loc[backtest["observed"].notna(), "horizon"]
    later = {
        str(horizon): _score_horizon(backtest[backtest["horizon"] == horizon], expression, coverage)
        for horizon in sorted(set(measured.unique()) - {1})
    }
    first = backtest[backtest["horizon"] == 1]
    arms = score_backtest(first, expression, coverage)
    baseline = best_baseline(arms)
    skill = arms[baseline].step_skill
    interval = None
    if skill is not None:
        losses = summed_losses(first[first["arm"].isin(("step", baseline))])
        known = losses[["step", baseline]].dropna().to_numpy().T
        interval = block_bootstrap(*known, lambda own, other: 1.0 - own / other)
    low, high = interval or (None, None)
    return Metrics(
        study=study,
        assay=assay,
        n_genes=int(expression["gene"].nunique()),
        n_times=int(expression["time"].nunique()),
        n_origins=int(first["origin"].nunique()),
        noise_floor_mse=defined(noise_floor(expression, first["target_time"].unique())),
        best_baseline=baseline,
        skill=skill,
        skill_low=low,
        skill_high=high,
        skill_p=arms[baseline].step_p,
        arms=arms,
        graph_test=test,
        intervals=score_intervals(first[first["arm"] == "step"], coverage),
        horizons=later,
    )


def _score_horizon(rows: pd.DataFrame, expression: pd.DataFrame, coverage: float) -> HorizonScores:
    return HorizonScores(
        int(rows["origin"].nunique()),
        score_backtest(rows, expression, coverage),
        score_intervals(rows[rows["arm"] == "step"], coverage),
    )
