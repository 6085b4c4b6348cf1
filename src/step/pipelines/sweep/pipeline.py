"""Many runs, compared."""

from kedro.pipeline import Node, Pipeline

from step.pipelines.sweep.nodes import run_sweep
from step.project.sweep import PLAN
from step.reports.sweep import sweep_page


def create_pipeline() -> Pipeline:
    """The rows that `sweep.rows` lists; the plan is made when a run begins."""
    nodes = [
        Node(run_sweep, ["plan", "params:sweep"], ["table", "table_csv"], name="run_sweep"),
        Node(sweep_page, ["table", "params:study"], "report", name="write_page"),
    ]
    return Pipeline(
        nodes,
        namespace="sweep",
        inputs={"plan": PLAN},
        parameters={"params:sweep": "params:sweep", "params:study": "params:report.study"},
        tags="sweep",
    )
