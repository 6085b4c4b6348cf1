"""The answers on top of a report: one card a question, each with its uncertainty."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from step.evaluation.graph_test import GraphTest
from step.evaluation.metrics import Metrics
from step.evaluation.scores import Intervals
from step.evaluation.significance import SIGNIFICANT
from step.figures.style import arm_label
from step.reports.verdict import interval_of, p_text

TOLERANCE = 0.3  # of the nominal share of misses, in a coverage that is called right
MOST_TOLERATED = 0.03
GRAPH_ANSWERS = {
    "helps": "Yes",
    "nearness": "Yes, perhaps by nearness on the chromosome alone",
    "no more than none": "No more than no graph",
    "chance": "Not beyond chance",
    "too few graphs": "Too few graphs to tell",
}


@dataclass(frozen=True)
class Card:
    """A question and its answer.

    Attributes:
        question: What a biologist asks.
        answer: In few words.
        detail: The numbers, with their uncertainty.
        reading: How to read them.
        tone: Whether the answer is good news, bad news, or open.
    """

    question: str
    answer: str
    detail: str
    reading: str
    tone: Literal["good", "bad", "open"]


def study_cards(metrics: Metrics, per_gene: pd.DataFrame) -> list[Card]:
    """Answer the four questions that a report begins with."""
    return [
        accuracy_card(metrics),
        graph_card(metrics.graph_test),
        interval_card(metrics),
        gene_card(per_gene, arm_label(metrics.best_baseline)),
    ]


def accuracy_card(metrics: Metrics) -> Card:
    """Say whether STEP beats the simple forecasters."""
    best = arm_label(metrics.best_baseline)
    skill, p = metrics.skill, metrics.skill_p
    reading = (
        "The error is the mean squared difference between forecast and measurement, one sampled "
        "time ahead, over the later times of the course. It is held against the simple forecaster "
        "that did best there, chosen with hindsight, in its favour. An interval that holds 0 %, or "
        f"a p above {SIGNIFICANT}, means that the difference may be chance."
    )
    question = "Does it beat simple forecasters?"
    if skill is None:
        detail = f"{best} makes no error that could be lowered: no gene varies."
        return Card(question, "Undefined", detail, reading, "open")
    size = f"{abs(100 * skill):.1f} % {'lower' if skill > 0 else 'higher'} error than {best}"
    known = p is not None and p <= SIGNIFICANT
    if known:
        answer, tone = ("Yes", "good") if skill > 0 else ("No, it is worse", "bad")
    else:
        answer, tone = "No difference beyond chance", "open"
    parts = [size + interval_of(skill, metrics.skill_low, metrics.skill_high)]
    parts.append("p unknown: too few origins" if p is None else f"p = {p_text(p)}")
    parts.append(f"{metrics.n_origins} forecast origins")
    return Card(question, answer, "; ".join(parts) + ".", reading, tone)


def graph_card(test: GraphTest) -> Card:
    """Say whether the graph helps: beside rewired graphs, and beside none."""
    subject = "Does the graph help?" if test.kinds else "Do contacts help?"
    reading = (
        "The same forecaster is run on graphs in which genes have exchanged their places. If the "
        "real graph does better than nearly all of them, who is in contact with whom tells "
        "something about the next time. The effect is the error on the real graph, relative to "
        "the mean of the rewired ones. Shifted genes keep their order on the chromosome: this is "
        "the stricter control."
    )
    if test.p is None:
        detail = (
            "It was not tested: no two genes are connected."
            if test.untested == "no edges"
            else "There are no graphs to compare."
        )
        return Card(subject, "Not tested", detail, reading, "open")
    n = len(test.rewired_mse)
    detail = [
        f"p = {p_text(test.p)} of {n} rewired graphs (the smallest possible is "
        f"{p_text(1 / (n + 1))})"
    ]
    if test.effect is not None:
        size = f"{abs(100 * test.effect):.1f} % {'lower' if test.effect > 0 else 'higher'} error"
        detail.insert(0, size + interval_of(test.effect, test.effect_low, test.effect_high))
    if test.shifted_p is not None:
        shifted = f"genes shifted along their chromosomes: p = {p_text(test.shifted_p)}"
        may_be = ", so it may be nearness alone" if test.outcome == "nearness" else ""
        detail.append(shifted + may_be)
    if test.tested_genes is not None:
        detail.append(f"tested on {test.tested_genes:,} genes: a stretch of the genome")
    if not test.beats_no_graph:
        detail.append("without a graph the error is as low, or lower")
    tone = "good" if test.outcome == "helps" else "open"
    answer = GRAPH_ANSWERS[test.outcome]
    return Card(subject, answer, "; ".join(detail) + ".", reading, tone)


def interval_card(metrics: Metrics) -> Card:
    """Say whether the intervals cover what they promise."""
    by_horizon = {1: metrics.intervals} | {
        int(horizon): scores.intervals for horizon, scores in metrics.horizons.items()
    }
    nominal = metrics.intervals.nominal
    tolerated = min(TOLERANCE * (1.0 - nominal), MOST_TOLERATED)
    off = [each for each in by_horizon.values() if abs(each.coverage - nominal) > tolerated]
    sure = [each for each in off if _excludes(each, nominal)]
    narrow = any(each.coverage < nominal for each in sure or off)
    both = narrow and any(each.coverage > nominal for each in sure or off)
    size = "too narrow" if narrow else "rather wide"
    size += ", and rather wide at another time ahead" if both else ""
    answer = "Yes" if not off else f"They are {size}" if sure else f"Perhaps {size}"
    detail = "; ".join(_covered(horizon, each) for horizon, each in by_horizon.items())
    reading = (
        f"Of all measurements, {100 * nominal:g} % should lie inside their interval. Intervals "
        "are learned from a gene's and all genes' earlier errors. The share is uncertain, as its "
        "own interval over forecast origins says: where that holds the share asked for, chance "
        "may be all."
    )
    tone = "good" if not off else "bad" if narrow and sure else "open"
    return Card("Are the intervals right?", answer, detail + ".", reading, tone)


def gene_card(per_gene: pd.DataFrame, best: str) -> Card:
    """Say how many genes are forecastable, and why the others are not."""
    counts = per_gene["class"].value_counts()
    found = int(counts.get("forecastable", 0))
    skill = per_gene["skill"].dropna()
    sure = ((per_gene["skill"] > 0) & (per_gene["skill_q"] <= SIGNIFICANT)).sum()
    others = "; ".join(
        f"{count} {name}" for name, count in counts.items() if name != "forecastable"
    )
    detail = (
        f"Lower error than {best} in {int((skill > 0).sum())} of {len(skill)} genes, {int(sure)} "
        f"of them at q ≤ {SIGNIFICANT}. Not forecastable: {others or 'none'}."
    )
    reading = (
        "A gene is forecastable where STEP beats the best simple forecaster by more than chance "
        "allows (false discovery rate over all genes). At the noise floor, replicates differ "
        "about as much as the forecast misses: no method can do much better. Few origins leave "
        "little power for a single gene, even where all genes together show a clear gain."
    )
    answer = f"{found} of {len(per_gene)} genes"
    tone = "good" if found else "open"
    return Card("How many genes can be forecast?", answer, detail, reading, tone)


def _covered(horizon: int, intervals: Intervals) -> str:
    ahead = "1 time ahead" if horizon == 1 else f"{horizon} times ahead"
    nominal, width = 100 * intervals.nominal, intervals.mean_width
    low, high = intervals.coverage_low, intervals.coverage_high
    ends = ""
    if low is not None and high is not None:
        ends = f"95 % interval {100 * low:.1f} to {100 * high:.1f} %, "
    return (
        f"{100 * intervals.coverage:.1f} % inside the {nominal:g} % interval {ahead} "
        f"({ends}mean width {width:.2f} log2)"
    )


def _excludes(intervals: Intervals, share: float) -> bool:
    """Whether the coverage differs from a share by more than chance."""
    low, high = intervals.coverage_low, intervals.coverage_high
    return low is not None and high is not None and not low <= share <= high
