import numpy as np
import pandas as pd
import pytest

from step.errors import InputError
from step.forecasting.panel import panel_from_expression, panel_from_samples


def expression(mean: np.ndarray) -> pd.DataFrame:
    n_times, n_genes = mean.shape
    return pd.DataFrame(
        {
            "gene": np.repeat([f"g{gene}" for gene in range(n_genes)], n_times),
            "time": np.tile(np.arange(float(n_times)), n_genes),
            "mean": mean.T.ravel(),
            "median": mean.T.ravel() + 0.2,
            "weighted_mean": mean.T.ravel() + 0.4,
            "standard_error": 0.1,
            "n_replicates": 4,
        }
    )


def test_the_table_is_arranged_by_time_and_gene():
    mean = np.arange(12.0).reshape(4, 3)
    panel = panel_from_expression(expression(mean))
    np.testing.assert_array_equal(panel.mean, mean)
    np.testing.assert_allclose(panel.robust, mean + 0.1)
    np.testing.assert_allclose(panel.weighted, mean + 0.4)
    np.testing.assert_allclose(panel.replicate_variance, 0.04)
    assert panel.until(1).mean.shape == (2, 3)


def test_a_course_begins_when_a_gene_is_first_measured():
    mean = np.arange(12.0).reshape(4, 3)
    mean[:2] = np.nan
    mean[2, 0] = np.nan
    panel = panel_from_expression(expression(mean))
    np.testing.assert_array_equal(panel.times, [2.0, 3.0])
    np.testing.assert_array_equal(panel.mean, mean[2:])


def test_a_course_without_a_value_is_explained():
    with pytest.raises(InputError, match="No gene has a value"):
        panel_from_expression(expression(np.full((4, 3), np.nan)))


def test_a_gene_without_replicates_that_skips_times_has_the_noise_of_its_steps():
    rng = np.random.default_rng(0)
    values = rng.normal(8.0, 1.0, (40, 2))
    values[1::2, 0] = np.nan
    panel = panel_from_samples(np.arange(40.0), values, np.arange(40))
    assert panel.replicate_noise() == pytest.approx([1.0, 1.0], rel=0.5)
