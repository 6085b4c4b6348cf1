"""Colours and names that all figures share (Okabe & Ito, distinguishable without colour vision)."""

from matplotlib.figure import Figure

from step.forecasting.arms import ARMS

STEP = "#0072B2"
OBSERVED = "#222222"
BASELINE = "#999999"
CONTROL = "#E69F00"
WORSE = "#D55E00"
BETTER = "#009E73"

MARKERS = "os^vDPX<>*hpd"


def arm_label(arm: str) -> str:
    """An arm's label; of one that is not registered, its name without underscores."""
    return ARMS[arm].label if arm in ARMS else arm.replace("_", " ")


def arm_colour(arm: str) -> str:
    """An arm's colour; grey for one that is not registered."""
    return ARMS[arm].colour if arm in ARMS else BASELINE


def arm_marker(arm: str) -> str:
    """A marker that tells an arm from those of similar colour; a point if it is not registered."""
    return MARKERS[list(ARMS).index(arm) % len(MARKERS)] if arm in ARMS else "."


def in_display_order(arms: list[str]) -> list[str]:
    """Arms in the order of the registry, those not registered last."""
    return sorted(arms, key=lambda arm: list(ARMS).index(arm) if arm in ARMS else len(ARMS))


def message(text: str) -> Figure:
    """A figure that says why there is nothing to draw."""
    figure = Figure(figsize=(6.4, 1.2), layout="constrained")
    figure.text(0.5, 0.5, text, ha="center", va="center", wrap=True)
    return figure
