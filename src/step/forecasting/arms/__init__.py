"""The registry of arms: forecasters under test, in the order in which they are shown."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Arm:
    """A forecaster under test.

    Attributes:
        name: As in the backtest.
        label: As in figures and reports.
        colour: Hexadecimal, distinguishable without colour vision.
        simple: Whether a user would pick it instead of STEP.
    """

    name: str
    label: str
    colour: str
    simple: bool


ARMS = {
    arm.name: arm
    for arm in (
        Arm("step", "STEP", "#0072B2", False),
        Arm("step_no_graph", "STEP, no graph", "#E69F00", False),
        Arm("last_value", "last value", "#CC79A7", True),
        Arm("gene_mean", "gene mean", "#BBBBBB", True),
        Arm("ses", "SES", "#009E73", True),
        Arm("local_level", "local level", "#56B4E9", True),
    )
}
