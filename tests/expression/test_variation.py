import numpy as np
import pytest

from step.expression.variation import explain_constancy, is_rounding
from tests.evaluation.tables import expression_of

TIMES = np.arange(10.0)
SCORED = TIMES[5:]
RISING = np.linspace(3.0, 9.0, 10)


@pytest.mark.parametrize("level", [0.0, 0.3, -8.0, 14.956, 1e4])
def test_what_single_precision_leaves_is_rounding_and_a_hundredth_of_a_doubling_is_not(level):
    rng = np.random.default_rng(0)
    rounded = np.float32(level + rng.normal(0, 1e-9, 50)).astype(float)
    assert is_rounding(rounded.var(), rounded.mean())
    assert not is_rounding((rounded + rng.normal(0, 0.02, 50)).var(), level)
    assert not is_rounding(float("nan"), level)


def reasons(**courses: np.ndarray) -> dict[str, str]:
    values = np.stack(list(courses.values()), axis=1)
    found = explain_constancy(expression_of(values), SCORED)
    return dict(zip(courses, found, strict=True))


def test_why_a_gene_does_not_vary():
    top = np.where(TIMES < 4, 13.0, 14.956)
    assert reasons(
        rising=RISING,
        saturated=top + 1.8e-15 * (TIMES % 2),
        ceiling=np.full(10, 14.956),
        floor=np.zeros(10),
        fallen=np.where(TIMES < 4, RISING, 4.0),
    ) == {
        "rising": "",
        "saturated": "saturated",
        "ceiling": "saturated",
        "floor": "constant",
        "fallen": "constant while scored",
    }


def test_genes_that_never_vary_are_constant_even_at_one_level():
    assert reasons(one=np.full(10, 7.0), two=np.full(10, 7.0)) == {
        "one": "constant",
        "two": "constant",
    }


def test_genes_measured_once_while_scored_are_not_called_constant():
    once = np.where(TIMES < 5, RISING, np.nan)
    once[7] = 9.5
    assert reasons(once=once, never=np.full(10, np.nan), rising=RISING) == {
        "once": "",
        "never": "",
        "rising": "",
    }
