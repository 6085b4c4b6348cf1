import numpy as np
import pytest

from step.figures.components import principal_components


def test_components_are_those_of_the_variance():
    rng = np.random.default_rng(1)
    values = np.outer(rng.normal(size=30), rng.normal(size=8))
    scores, shares = principal_components(values)
    assert shares[0] == pytest.approx(1.0)
    assert abs(np.corrcoef(scores[:, 0], values[:, 0])[0, 1]) == pytest.approx(1.0)


def test_one_column_has_one_component():
    values = np.array([[1.0], [2.0], [6.0]])
    scores, shares = principal_components(values)
    np.testing.assert_allclose(scores, [[-2.0, 0.0], [-1.0, 0.0], [3.0, 0.0]])
    np.testing.assert_allclose(shares, [1.0, 0.0])
