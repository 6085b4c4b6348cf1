from dataclasses import replace

import numpy as np

from step.forecasting.arms.baselines import gene_mean, last_value, local_level, ses
from step.forecasting.course import walk


def course(panel):
    return walk(panel, {}, 2)


def test_baselines_by_hand(study):
    panel, _ = study
    np.testing.assert_array_equal(last_value(course(panel))[-1], np.tile(panel.mean[-1], (2, 1)))
    np.testing.assert_allclose(gene_mean(course(panel))[5, 0], panel.mean[:6].mean(axis=0))
    candidates = []
    for alpha in np.linspace(0.05, 1, 20):
        level = panel.mean[0]
        error = 0.0
        for value in panel.mean[1:3]:
            error += np.mean((value - level) ** 2)
            level = level + alpha * (value - level)
        candidates.append((error, level))
    best = min(candidates, key=lambda pair: pair[0])[1]
    np.testing.assert_allclose(ses(course(panel))[2, 1], best)


def test_baselines_of_a_gene_with_missing_values(study):
    panel, _ = study
    holes = replace(panel, mean=panel.mean.copy())
    holes.mean[:5, 0] = holes.mean[-1, 2] = np.nan
    assert last_value(course(holes))[-1, 0, 2] == panel.mean[-2, 2]
    np.testing.assert_allclose(last_value(course(holes))[4, 0, 0], np.mean(panel.mean[:5, 1:]))
    np.testing.assert_allclose(gene_mean(course(holes))[-1, 0, 0], panel.mean[5:, 0].mean())
    np.testing.assert_allclose(
        gene_mean(course(holes))[-1, 0, 3:], gene_mean(course(panel))[-1, 0, 3:]
    )
    steady = replace(panel, mean=np.full_like(panel.mean, 7.0))
    steady.mean[:5, 0] = np.nan
    assert ses(course(steady))[-1, 0, 0] == 7.0


def test_the_level_is_forecast_by_the_filter(study):
    panel, _ = study
    filtered = course(panel)
    assert local_level(filtered) is filtered.levels.forecast
