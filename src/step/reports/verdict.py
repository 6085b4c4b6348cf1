"""What the scores say, in sentences."""

from step.evaluation.graph_test import GraphTest
from step.evaluation.metrics import Metrics
from step.evaluation.significance import SIGNIFICANT
from step.figures.style import arm_label
from step.forecasting.arms import ARMS

KINDS = {"contact": "Contacts", "regulatory": "Regulatory edges"}


def forecast_verdict(metrics: Metrics) -> str:
    """How STEP forecasts, beside the best simple arm and the noise floor."""
    best = metrics.best_baseline
    floor = metrics.noise_floor_mse
    noise = "" if floor is None else f", and replicate noise alone leaves {floor:.4f}"
    return (
        f"STEP's mean squared error is {metrics.arms['step'].mse:.4f} log2²; the best of the "
        f"simple forecasters, {arm_label(best)}, has {metrics.arms[best].mse:.4f}{noise}. "
        f"{_skill(metrics)}{_better_part(metrics)}"
    )


def _better_part(metrics: Metrics) -> str:
    """Name what does better than STEP: one of its parts, or itself without the graph."""
    parts = [arm for arm in metrics.arms if arm in ARMS and not ARMS[arm].simple]
    best = min(parts, key=lambda arm: metrics.arms[arm].mse)
    mse, own = (f"{metrics.arms[arm].mse:.4f}" for arm in (best, "step"))
    if mse == own:
        return ""
    p = metrics.arms[best].step_p
    sure = "" if p is None else f", chosen with hindsight, p = {p_text(p)}: {chance(p)}"
    if best == "step_no_graph":
        return f" Without the graph, its error is lower ({mse}{sure})."
    return f" One of its parts, {arm_label(best)}, has a lower error ({mse}{sure})."


def chance(p: float) -> str:
    """Say whether a difference is more than chance."""
    return "beyond chance" if p <= SIGNIFICANT else "not beyond chance"


def p_text(p: float) -> str:
    """A p value in two digits, and in three where it may be taken for 0.05."""
    return f"{p:.{3 if 0.01 <= p < 0.1 else 2}g}".replace("-", "−")


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
    interval = interval_of(metrics.skill, metrics.skill_low, metrics.skill_high)
    p = f"{start} (Diebold–Mariano over origins, two-sided p = {p_text(metrics.skill_p)}{interval})"
    return f"{p}." if metrics.skill_p <= SIGNIFICANT else f"{p}: no difference beyond chance."


def interval_of(share: float, low: float | None, high: float | None) -> str:
    """The interval of a share of the error, in the direction that the share has."""
    if low is None or high is None:
        return ""
    low, high = sorted(100 * (bound if share > 0 else -bound) for bound in (low, high))
    return f", 95 % interval {low:.1f} to {high:.1f} %".replace("-", "−")


def graph_verdict(test: GraphTest) -> str:
    """Whether the graph helps, all edges together, each kind alone, and in a linear law."""
    tested = "The graph" if test.kinds else "The genome's contacts"
    parts = [_part_verdict(f"{KINDS[kind]} alone", part) for kind, part in test.kinds.items()]
    if test.graph_ridge is not None:
        parts.append(
            _part_verdict(f"In the linear law ({arm_label('graph_ridge')})", test.graph_ridge)
        )
    parts = [part for part in parts if part]
    if len(parts) > 1:
        parts.append(
            f"The p values of these {len(parts)} further tests are not adjusted for their number."
        )
    whole = [_whole_verdict(test, tested)]
    if test.tested_genes is not None:
        whole.append(
            f"These errors are those of {test.tested_genes:,} genes, a stretch of the genome, on "
            "which all tests of the graph were made (setting backtest.tested_genes)."
        )
    return " ".join([*whole, *parts])


def _part_verdict(name: str, test: GraphTest) -> str:
    """One sentence on another test of the graph; nothing where it was not made."""
    if test.p is None:
        return ""
    graphs = f"{len(test.rewired_mse)} graphs"
    told = "too few to tell" if test.outcome == "too few graphs" else chance(test.p)
    return f"{name}: {_effect(test)}p = {p_text(test.p)} of {graphs}, {told}."


def _whole_verdict(test: GraphTest, tested: str) -> str:
    """Whether the graph helps, or why that was not tested."""
    start = f"Whether {tested[0].lower()}{tested[1:]} {_verb(tested)} was not tested:"
    if test.untested == "no edges":
        return f"{start} no two genes of the study are in contact."
    if test.untested is not None:
        return (
            f"{start} no rewired graphs were asked for (setting backtest.rewirings). On the real "
            f"graph of {test.n_edges} gene pairs the error is {test.real_mse:.5f}, without a graph "
            f"{test.no_graph_mse:.5f}."
        )
    n_rewired = len(test.rewired_mse)
    numbers = (
        f"the real graph has a mean squared error of {test.real_mse:.5f}, {n_rewired} rewired ones "
        f"{min(test.rewired_mse):.5f} to {max(test.rewired_mse):.5f} ({_effect(test)}"
        f"p = {p_text(test.p)}); without a graph it is {test.no_graph_mse:.5f}.{_shifted(test)}"
    )
    if test.outcome == "no more than none":
        return f"The graph tells more than rewired ones, but none at all serves as well: {numbers}"
    if test.outcome == "helps":
        return f"{tested} {_verb(tested)}: {numbers}"
    if test.outcome == "nearness":
        return f"{tested} {_verb(tested)}, perhaps by nearness on the chromosome alone: {numbers}"
    if test.outcome == "too few graphs":
        return (
            f"Too few rewired graphs to tell whether {tested[0].lower()}{tested[1:]} "
            f"{_verb(tested)}: {numbers}"
        )
    does = "do" if tested.endswith("s") else "does"
    return f"{tested} {does} not help beyond chance: {numbers}"


def _verb(subject: str) -> str:
    return "help" if subject.endswith("s") else "helps"


def _shifted(test: GraphTest) -> str:
    """What remains where genes keep their order on the chromosome, but not their places."""
    if test.shifted_p is None:
        return ""
    low, high = min(test.shifted_mse), max(test.shifted_mse)
    return (
        f" Where genes are shifted along their chromosomes, it is {low:.5f} to {high:.5f} "
        f"(p = {p_text(test.shifted_p)}, {chance(test.shifted_p)})."
    )


def _effect(test: GraphTest) -> str:
    if test.effect is None:
        return ""
    side = "below" if test.effect > 0 else "above"
    interval = interval_of(test.effect, test.effect_low, test.effect_high)
    return f"{abs(test.effect) * 100:.2f} % {side} their mean{interval}, "
