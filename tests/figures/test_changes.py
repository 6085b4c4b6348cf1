import numpy as np

from step.figures.changes import change_histogram


def test_the_size_of_the_forecast_changes_stands_beside_the_observed():
    observed = np.array([-1.0, 1.0, 2.0, np.nan])
    forecasts = {"STEP": ("blue", observed / 2), "silent": ("grey", np.zeros(4))}
    figure = change_histogram(observed, forecasts, "change")
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert sorted(texts) == [
        "STEP: 0.50 of the observed size", "observed", "silent: 0.00 of the observed size",
    ]  # fmt: skip


def test_where_nothing_changes_it_is_said():
    figure = change_histogram(np.zeros(3), {}, "change")
    assert figure.texts[0].get_text() == "Nothing changes at the scored times."
