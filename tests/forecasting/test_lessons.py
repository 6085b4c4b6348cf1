from step.forecasting import lessons
from step.forecasting.lessons import draw_lesson


def test_a_course_whose_edges_are_hidden_is_not_validated_as_coupled(monkeypatch):
    shown = [draw_lesson(5, number) for number in range(4)]
    monkeypatch.setattr(lessons, "UNCONNECTED", 1.0)
    hidden = [draw_lesson(5, number) for number in range(4)]
    assert any(lesson.nature.coupling for lesson in shown)
    for lesson, known in zip(hidden, shown, strict=True):
        assert all(len(graph.first) == 0 for graph in lesson.graphs.values())
        assert lesson.nature.coupled == ("hidden" if known.nature.coupling else "none")
        assert not lesson.nature.strongly_coupled
