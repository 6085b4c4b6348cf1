"""What the scores say, in sentences."""

from step.evaluation.graph_test import GraphTest
from step.evaluation.metrics import Metrics
from step.figures.style import arm_label

SIGNIFICANT = 0.05
ENOUGH_GRAPHS = 19  # of fewer, no p is 0.05 or below


def forecast_verdict(metrics: Metrics) -> str:
    """How STEP forecasts, beside the best simple arm and the noise floor."""
    best = metrics.best_baseline
    floor = metrics.noise_floor_mse
    noise = "" if floor is None else f", and replicate noise alone leaves {floor:.4f}"
    return (
        f"STEP's mean squared error is {metrics.arms['step'].mse:.4f} log2²; the best of the "
        f"simple forecasters, {arm_label(best)}, has {metrics.arms[best].mse:.4f}{noise}. "
        f"{_skill(metrics)}"
    )


def _skill(metrics: Metrics) -> str:
    if metrics.skill is None:
        return (
            "Skill is undefined: that forecaster makes no error that could be lowered, as happens "
            "where no gene varies over the scored times."
        )
    better = "better" if metrics.skill > 0 else "worse"
    start = f"STEP is {abs(metrics.skill) * 100:.2f} % {better} than that forecaster"
    if metrics.skill_p is None:
        return f"{start}; with {metrics.n_origins} forecast origins, chance cannot be ruled out."
    p = f"{start} (Diebold–Mariano over origins, two-sided p = {metrics.skill_p:.3g})"
    return f"{p}." if metrics.skill_p <= SIGNIFICANT else f"{p}: no difference beyond chance."


def graph_verdict(test: GraphTest) -> str:
    """Whether the genome's contacts help, or why that was not tested."""
    if test.untested == "no edges":
        return (
            "Whether the genome's contacts help was not tested: no two genes of the study are in "
            "contact."
        )
    if test.untested is not None:
        return (
            "Whether the genome's contacts help was not tested: no rewired graphs were asked for "
            f"(`backtest.rewirings`). On the real graph of {test.n_edges} gene pairs the error is "
            f"{test.real_mse:.5f}, without a graph {test.no_graph_mse:.5f}."
        )
    n_rewired = len(test.rewired_mse)
    numbers = (
        f"the real graph has a mean squared error of {test.real_mse:.5f}, {n_rewired} rewired ones "
        f"{min(test.rewired_mse):.5f} to {max(test.rewired_mse):.5f} ({_effect(test)}"
        f"p = {test.p:.3g}); without a graph it is {test.no_graph_mse:.5f}.{_shifted(test)}"
    )
    if test.p <= SIGNIFICANT:
        return f"The genome's contacts help: {numbers}"
    if n_rewired < ENOUGH_GRAPHS:
        return f"Too few rewired graphs to tell whether the genome's contacts help: {numbers}"
    return f"The genome's contacts do not help beyond chance: {numbers}"


def _shifted(test: GraphTest) -> str:
    """What remains where genes keep their order on the chromosome, but not their places."""
    if test.shifted_p is None:
        return ""
    low, high = min(test.shifted_mse), max(test.shifted_mse)
    return (
        f" Where genes are shifted along their chromosomes, it is {low:.5f} to {high:.5f} "
        f"(p = {test.shifted_p:.3g})."
    )


def _effect(test: GraphTest) -> str:
    if test.effect is None:
        return ""
    side = "below" if test.effect > 0 else "above"
    return f"{abs(test.effect) * 100:.2f} % {side} their mean, "
