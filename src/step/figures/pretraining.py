"""How the networks learned."""

from collections.abc import Mapping

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator, StrMethodFormatter

from step.figures import style
from step.forecasting.in_context import PretrainingCard

PANELS = (
    ("of_level", "relative to the local level"),
    ("of_best_arm", "relative to each course's best arm"),
)
COLOURS = {"STEPmr": style.STEP, "STEPmi": style.WORSE}


@rc_context(style.STYLE)
def learning_curves(cards: Mapping[str, PretrainingCard]) -> Figure:
    """Draw the error on held-back courses against the number of courses seen.

    Args:
        cards: Of the networks, by kind; one whose rounds were not kept is left out.
    """
    kept = {kind: card.history for kind, card in cards.items() if card.history}
    if not kept:
        return style.message("The cards of these networks do not tell how they learned.")
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    for axes, (score, title) in zip(figure.subplots(1, 2), PANELS, strict=True):
        for kind, history in kept.items():
            courses = [each.n_courses for each in history]
            errors = [getattr(each, score) for each in history]
            axes.plot(courses, errors, ".-", color=COLOURS[kind], linewidth=1.2, label=kind)
        axes.axhline(1.0, color=style.OBSERVED, linestyle="--", linewidth=1)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axes.yaxis.set_major_locator(MaxNLocator(6))
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:.3f}"))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_minor_locator(NullLocator())
        axes.set_title(title)
        axes.set_xlabel("simulated courses seen")
    figure.axes[0].set_ylabel("mean squared error, held-back courses")
    figure.axes[0].legend()
    return figure
