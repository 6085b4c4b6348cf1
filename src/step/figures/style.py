"""What all figures share: fonts, colours (Okabe & Ito, told apart without colour vision), names."""

from matplotlib import cycler
from matplotlib.figure import Figure

from step.forecasting.arms import ARMS

STEP = "#0072B2"
OBSERVED = "#222222"
BASELINE = "#999999"
PALE = "#D0D0D0"
CONTROL = "#E69F00"
WORSE = "#D55E00"
BETTER = "#009E73"

OKABE_ITO = (STEP, WORSE, BETTER, CONTROL, "#CC79A7", "#56B4E9", "#000000", "#F0E442")

STYLE = {
    "font.size": 10,
    "axes.labelsize": 10,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=OKABE_ITO),
    "axes.unicode_minus": True,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
}
"""Drawn within `rc_context(STYLE)`, a figure stays legible at half its size."""

MANY = 1500
"""Points beyond which a cloud is drawn as hexagons, coloured by their number."""


def arm_label(arm: str) -> str:
    """An arm's label; of one that is not registered, its name without underscores."""
    return ARMS[arm].label if arm in ARMS else arm.replace("_", " ")


def arm_colour(arm: str) -> str:
    """An arm's colour; grey for one that is not registered."""
    return ARMS[arm].colour if arm in ARMS else BASELINE


def shown_name(gene: str, longest: int = 32) -> str:
    """A gene's name as a figure shows it: it comes from a user's file, so no dollar sign may start
    mathematics."""
    name = str(gene)
    name = name if len(name) <= longest else f"{name[: longest - 1]}…"
    return name.replace("$", r"\$")


def signed(value: float, digits: int = 1) -> str:
    """A number with its sign, and a true minus."""
    return f"{value:+.{digits}f}".replace("-", "−")


def message(text: str) -> Figure:
    """A figure that says why there is nothing to draw."""
    figure = Figure(figsize=(6.4, 1.2), layout="constrained")
    figure.text(0.5, 0.5, text, ha="center", va="center", wrap=True)
    return figure
