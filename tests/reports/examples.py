"""Scores of a small study."""

from step.evaluation.metrics import Metrics
from step.evaluation.scores import ArmScores, Intervals
from tests.evaluation.tables import graph_test_of

METRICS = Metrics(
    study="walks",
    assay="mrna",
    n_genes=4,
    n_times=18,
    n_origins=12,
    noise_floor_mse=0.05,
    best_baseline="local_level",
    skill=0.2,
    skill_p=0.01,
    arms={
        "last_value": ArmScores(mse=0.3, rmse=0.55, mae=0.4),
        "step": ArmScores(mse=0.16, rmse=0.4, mae=0.3, r2=0.5),
        "local_level": ArmScores(mse=0.2, rmse=0.45, mae=0.35, r2=0.4),
    },
    graph_test=graph_test_of(0.16, 0.18, [0.2] * 19, n_edges=7),
    intervals=Intervals(nominal=0.9, coverage=0.88, mean_width=1.5),
)
