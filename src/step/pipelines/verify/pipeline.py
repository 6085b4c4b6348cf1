"""Results held against what the runs that wrote them recorded."""

from kedro.pipeline import Node, Pipeline

from step.pipelines.verify.nodes import join_assays, verify_assay


def create_pipeline() -> Pipeline:
    """Compare all files of both assays; an assay without a manifest is passed over."""
    assays = ("mrna", "mirna")
    return Pipeline(
        [
            *(
                Node(
                    verify_assay,
                    f"{assay}.manifest",
                    f"{assay}_verified",
                    name=f"verify_{assay}",
                )
                for assay in assays
            ),
            Node(
                join_assays,
                [f"{assay}_verified" for assay in assays],
                "verified",
                name="join_assays",
            ),
        ],
        namespace="verify",
        inputs={f"{assay}.manifest" for assay in assays},
        outputs={"verified"},
        tags="verify",
    )
