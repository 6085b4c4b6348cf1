from dataclasses import replace

from step.figures.pretraining import learning_curves
from step.forecasting.in_context import PretrainingCard, ValidatedRound

SILENT = PretrainingCard(
    network={},
    step_version="0",
    torch_version="0",
    seed=0,
    n_courses=0,
    n_parameters=0,
    validation={},
    prior="none",
)
LEARNED = replace(SILENT, history=(ValidatedRound(400, 1.01, 1.2), ValidatedRound(800, 0.97, 1.0)))


def test_errors_are_drawn_by_courses_seen():
    left, right = learning_curves({"STEPmr": LEARNED, "STEPmi": SILENT}).axes
    (curve,) = (line for line in left.lines if line.get_label() == "STEPmr")
    assert curve.get_xydata().tolist() == [[400, 1.01], [800, 0.97]]
    assert right.lines[0].get_ydata().tolist() == [1.2, 1.0]
    assert left.get_xscale() == right.get_xscale() == "log"


def test_no_two_ticks_are_labelled_alike():
    rounds = [ValidatedRound(400 * n, 1 - 0.002 * n, 1.01 - 0.002 * n) for n in range(1, 20)]
    figure = learning_curves({"STEPmi": replace(SILENT, history=tuple(rounds))})
    figure.draw_without_rendering()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            labels = [tick.label1.get_text() for tick in axis.get_major_ticks()]
            assert len(set(labels)) == len(labels) > 2
            assert not axis.get_minor_ticks()


def test_cards_without_a_history_are_said_to_have_none():
    figure = learning_curves({"STEPmr": SILENT})
    assert not figure.axes
    assert "do not tell" in figure.texts[0].get_text()
