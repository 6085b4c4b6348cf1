"""Results held against what the runs that wrote them recorded."""

from kedro.pipeline import Node, Pipeline

from step.pipelines.verify.nodes import join_assays, verify_assay
from step.project.selection import ASSAYS


def create_pipeline() -> Pipeline:
    """Compare all files of both assays; an assay without a manifest is passed over."""
    return Pipeline(
        [
            *(
                Node(
                    verify_assay,
                    f"{assay}.manifest",
                    f"{assay}_verified",
                    name=f"verify_{assay}",
                )
                for assay in ASSAYS
            ),
            Node(
                join_assays,
                [f"{assay}_verified" for assay in ASSAYS],
                "verified",
                name="join_assays",
            ),
        ],
        namespace="verify",
        inputs={f"{assay}.manifest" for assay in ASSAYS},
        outputs={"verified"},
        tags="verify",
    )
