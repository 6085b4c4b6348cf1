from dataclasses import replace

import pytest

from step.evaluation.metrics import HorizonScores
from step.evaluation.scores import Intervals
from step.reports.cards import accuracy_card, gene_card, graph_card, interval_card, study_cards
from tests.evaluation.tables import genes_of, graph_test_of
from tests.reports.examples import METRICS

PER_GENE = genes_of(4).assign(
    skill=[0.5, -0.1, 0.2, None],
    skill_q=[0.01, 0.02, 0.3, None],
    **{"class": ["forecastable", "level only", "level only", "constant"]},
)


@pytest.mark.parametrize(
    ("changes", "answer", "tone"),
    [
        ({}, "Yes", "good"),
        ({"skill": -0.2, "skill_low": -0.3, "skill_high": 0.1}, "No, it is worse", "bad"),
        ({"skill_p": 0.2}, "No difference beyond chance", "open"),
        ({"skill_p": None}, "No difference beyond chance", "open"),
        ({"skill": None}, "Undefined", "open"),
    ],
)
def test_accuracy_is_answered_with_its_uncertainty(changes, answer, tone):
    card = accuracy_card(replace(METRICS, **({"skill_low": 0.1, "skill_high": 0.3} | changes)))
    assert (card.answer, card.tone) == (answer, tone)
    if answer == "Yes":
        assert card.detail == (
            "20.0 % lower error than local level, 95 % interval 10.0 to 30.0 %; p = 0.01; "
            "12 forecast origins."
        )
    if answer == "No, it is worse":  # an interval in the direction of what it belongs to
        assert "20.0 % higher error than local level, 95 % interval −10.0 to 30.0 %" in card.detail


def test_the_smallest_possible_p_of_the_graph_is_told():
    helps = graph_card(graph_test_of(0.16, 0.18, [0.2] * 19, n_edges=7, shifted=[0.1, 0.2]))
    assert (helps.answer, helps.tone) == ("Yes", "good")
    assert "p = 0.05 of 19 rewired graphs (the smallest possible is 0.05)" in helps.detail
    assert "shifted along their chromosomes: p = 0.67" in helps.detail
    assert graph_card(graph_test_of(0.3, 0.18, [0.2] * 19, n_edges=7)).answer == "Not beyond chance"


def test_a_graph_that_shifted_genes_do_as_well_on_helps_perhaps_by_nearness():
    shifted = [0.1, *[0.2] * 18]
    card = graph_card(graph_test_of(0.16, 0.18, [0.2] * 19, n_edges=7, shifted=shifted))
    assert card.answer == "Yes, perhaps by nearness on the chromosome alone"
    assert card.tone == "open"
    assert "shifted along their chromosomes: p = 0.1, so it may be nearness alone" in card.detail


def test_a_graph_is_held_against_none_and_too_few_tell_nothing():
    useless = graph_card(graph_test_of(0.16, 0.15, [0.2] * 19, n_edges=7))
    assert (useless.answer, useless.tone) == ("No more than no graph", "open")
    assert useless.detail.endswith("; without a graph the error is as low, or lower.")
    few = graph_card(graph_test_of(0.16, 0.18, [0.2] * 5, n_edges=7))
    assert (few.answer, few.tone) == ("Too few graphs to tell", "open")


@pytest.mark.parametrize(("n_edges", "why"), [(0, "no two genes are connected"), (9, "no graphs")])
def test_an_untested_graph_is_not_answered(n_edges, why):
    card = graph_card(graph_test_of(0.1, 0.1, [], n_edges=n_edges))
    assert card.answer == "Not tested"
    assert why in card.detail


@pytest.mark.parametrize(
    ("coverage", "interval", "answer", "tone"),
    [
        (0.88, (0.8, 0.95), "Yes", "good"),
        (0.80, (0.7, 0.85), "They are too narrow", "bad"),
        (0.80, (0.7, 0.95), "Perhaps too narrow", "open"),
        (0.80, (None, None), "Perhaps too narrow", "open"),
        (0.97, (0.95, 0.99), "They are rather wide", "open"),
    ],
)
def test_intervals_are_right_within_three_points(coverage, interval, answer, tone):
    metrics = replace(METRICS, intervals=Intervals(0.9, coverage, 1.5, *interval))
    card = interval_card(metrics)
    assert (card.answer, card.tone) == (answer, tone)
    assert f"{100 * coverage:.1f} % inside the 90 % interval 1 time ahead (" in card.detail
    assert ("95 % interval" in card.detail) == (interval != (None, None))


def test_the_horizon_that_misses_by_more_than_chance_decides_what_is_said():
    """One is too wide for certain, the other too narrow by chance."""
    wide = Intervals(0.9, 0.95, 1.0, 0.92, 0.97)
    narrow = Intervals(0.9, 0.86, 1.0, 0.7, 0.97)
    later = HorizonScores(3, METRICS.arms, narrow)
    card = interval_card(replace(METRICS, intervals=wide, horizons={"3": later}))
    assert (card.answer, card.tone) == ("They are rather wide", "open")


def test_intervals_that_miss_on_both_sides_are_told_so():
    wide, narrow = Intervals(0.9, 0.95, 1.0, 0.92, 0.97), Intervals(0.9, 0.8, 1.0, 0.7, 0.85)
    later = HorizonScores(3, METRICS.arms, narrow)
    card = interval_card(replace(METRICS, intervals=wide, horizons={"3": later}))
    words = "They are too narrow, and rather wide at another time ahead"
    assert (card.answer, card.tone) == (words, "bad")


def test_no_count_of_better_genes_stands_without_those_beyond_chance():
    card = gene_card(PER_GENE, "SES")
    assert card.answer == "1 of 4 genes"
    assert "Lower error than SES in 2 of 3 genes, 1 of them at q ≤ 0.05." in card.detail
    assert "2 level only; 1 constant" in card.detail


def test_every_card_says_how_to_read_it():
    cards = study_cards(METRICS, PER_GENE)
    assert len(cards) == 4
    assert all(len(card.reading) > 100 for card in cards)


def test_of_few_misses_allowed_few_more_are_tolerated():
    metrics = replace(METRICS, intervals=Intervals(0.99, 0.97, 1.5, 0.95, 0.98))
    assert interval_card(metrics).answer == "They are too narrow"
