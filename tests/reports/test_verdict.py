from dataclasses import replace

import pytest

from step.evaluation.scores import ArmScores
from step.reports.verdict import forecast_verdict, graph_verdict
from tests.evaluation.tables import graph_test_of
from tests.reports.examples import METRICS


def test_step_stands_beside_the_best_simple_arm_and_the_noise():
    assert forecast_verdict(METRICS) == (
        "STEP's mean squared error is 0.1600 log2²; the best of the simple forecasters, "
        "local level, has 0.2000, and replicate noise alone leaves 0.0500. STEP is 20.00 % better "
        "than that forecaster (Diebold–Mariano over origins, two-sided p = 0.01)."
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"skill": -0.05, "skill_p": 0.02}, "STEP is 5.00 % worse than that forecaster ("),
        ({"skill_p": 0.3}, "two-sided p = 0.3): no difference beyond chance."),
        ({"skill_p": None, "n_origins": 2}, "with 2 forecast origins, chance cannot be ruled out."),
        ({"skill": None, "skill_p": None}, "Skill is undefined: that forecaster makes no error"),
        ({"noise_floor_mse": None}, "local level, has 0.2000. STEP"),
    ],
)
def test_what_else_is_said_of_skill(changes, words):
    assert words in forecast_verdict(replace(METRICS, **changes))


@pytest.mark.parametrize(("mse", "named"), [(0.15, True), (0.1599999, False)])
def test_a_part_of_lower_error_is_named_if_the_difference_can_be_seen(mse, named):
    arms = METRICS.arms | {"network": ArmScores(mse=mse, rmse=0.4, mae=0.3)}
    verdict = forecast_verdict(replace(METRICS, arms=arms))
    assert ("One of its parts, network alone, has a lower error (0.1500)." in verdict) == named


@pytest.mark.parametrize(
    ("real", "rewired", "start", "effect"),
    [
        (0.16, [0.2] * 19, "The genome's contacts help:", "20.00 % below their mean, 95 % "),
        (0.22, [0.2] * 19, "The genome's contacts do not help beyond chance:", "10.00 % above"),
        (0.16, [0.2] * 5, "Too few rewired graphs to tell", "p = 0.17"),
    ],
)
def test_the_graph_stands_beside_rewired_ones(real, rewired, start, effect):
    verdict = graph_verdict(graph_test_of(real, 0.18, rewired, n_edges=7))
    assert verdict.startswith(start)
    assert effect in verdict
    assert "without a graph it is 0.18000" in verdict


def test_an_untested_graph_is_explained_by_the_one_reason_that_applies():
    unconnected = graph_verdict(graph_test_of(0.1, 0.1, [], n_edges=0))
    unasked = graph_verdict(graph_test_of(0.1, 0.2, [], n_edges=3503))
    assert "no two genes of the study are in contact" in unconnected
    assert "rewired" not in unconnected
    assert "no rewired graphs were asked for" in unasked
    assert "3503 gene pairs" in unasked
    assert "no two genes" not in unasked


def test_shifted_graphs_stand_beside_it():
    test = graph_test_of(0.1, 0.18, [0.15] * 19, n_edges=7, shifted=[0.12, 0.11, 0.13])
    verdict = graph_verdict(test)
    assert (
        "shifted along their chromosomes, it is 0.11000 to 0.13000 (p = 0.25, not beyond chance)."
        in verdict
    )
    assert "shifted" not in graph_verdict(graph_test_of(0.1, 0.18, [0.15] * 19, n_edges=7))


def test_what_shifted_graphs_do_as_well_may_be_nearness_alone():
    test = graph_test_of(0.1, 0.18, [0.15] * 19, n_edges=7, shifted=[0.05, *[0.15] * 18])
    assert test.outcome == "nearness"
    start = "The genome's contacts help, perhaps by nearness on the chromosome alone: the real"
    assert graph_verdict(test).startswith(start)


def test_skill_and_effect_stand_with_their_intervals():
    metrics = replace(METRICS, skill_low=0.05, skill_high=0.31)
    assert "p = 0.01, 95 % interval 5.0 to 31.0 %)" in forecast_verdict(metrics)
    worse = replace(METRICS, skill=-0.1, skill_low=-0.2, skill_high=-0.05)
    assert "10.00 % worse" in forecast_verdict(worse)
    assert "95 % interval 5.0 to 20.0 %)" in forecast_verdict(worse)
    assert "mean, 95 % interval 20.0 to 20.0 %, p = 0.05)" in graph_verdict(
        graph_test_of(0.16, 0.18, [0.2] * 19, n_edges=7)
    )


def test_a_part_that_does_better_alone_is_named():
    better = replace(METRICS.arms["step"], mse=0.155)
    for p, sure in ((None, ""), (0.3, ", chosen with hindsight, p = 0.3: not beyond chance")):
        arms = METRICS.arms | {"graph_level": replace(better, step_p=p)}
        verdict = forecast_verdict(replace(METRICS, arms=arms))
        named = f"One of its parts, graph level, has a lower error (0.1550{sure})."
        assert verdict.endswith(named)


def test_each_kind_of_edge_and_the_linear_law_have_a_sentence():
    helps = graph_test_of(0.16, 0.18, [0.2] * 19, n_edges=7)
    useless = graph_test_of(0.2, 0.18, [0.2, 0.19] * 10, n_edges=4)
    verdict = graph_verdict(
        replace(helps, kinds={"contact": helps, "regulatory": useless}, graph_ridge=useless)
    )
    assert verdict.startswith("The graph helps:")
    assert "Contacts alone: 20.00 % below their mean" in verdict
    assert "of 19 graphs, beyond chance. Regulatory edges alone: " in verdict
    assert "of 20 graphs, not beyond chance. In the linear law (graph AR): " in verdict
    assert verdict.endswith(
        "The p values of these 3 further tests are not adjusted for their number."
    )


def test_a_graph_that_beats_rewired_ones_alone_is_not_called_a_help():
    useless = graph_test_of(0.16, 0.15, [0.2] * 19, n_edges=7)
    assert graph_verdict(useless).startswith(
        "The graph tells more than rewired ones, but none at all serves as well: "
    )


def test_too_few_graphs_of_a_kind_are_said_to_tell_nothing():
    few = graph_test_of(0.16, 0.18, [0.2] * 5, n_edges=7)
    assert "Contacts alone: " in (verdict := graph_verdict(replace(few, kinds={"contact": few})))
    assert "p = 0.17 of 5 graphs, too few to tell." in verdict
