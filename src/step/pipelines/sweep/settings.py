"""Settings of a sweep."""

from dataclasses import field
from typing import Annotated, Any, Literal

from pydantic import Field

from step.typed import Name, between, settings

RowName = Annotated[str, Field(min_length=1, max_length=40)]


@settings
class SweepRow:
    """A study, with settings that differ from those of its environment.

    Attributes:
        name: Of the row; its results are those of the study `<the sweep's study>--<name>`.
        env: The environment.
        params: The settings that differ, as in `mrna.pairs.max_distance: 1_000_000`.
        pipelines: Run one after another; at least one of them scores an assay.
    """

    name: RowName
    env: Name = "base"
    params: dict[str, Any] = field(default_factory=dict)
    pipelines: Annotated[tuple[Name, ...], Field(min_length=1, max_length=10)] = ("__default__",)


@settings
class SweepSettings:
    """What `kedro run --pipelines sweep` runs.

    Attributes:
        jobs: Rows that run side by side on this machine; a cluster takes as many as it has threads.
        rows: Each a `name`, an environment (`env`), settings that differ (`params`) and
            `pipelines`; see docs/sweeps.md.
    """

    jobs: Literal[-1] | Annotated[int, between(1, 1024)]
    rows: Annotated[tuple[SweepRow, ...], Field(max_length=1000)]
