"""Dynamic factors: what most genes share, forecast by a linear law of its own.

At each time the principal components of all that was measured so far, with the law
Δf(t + 1) = c + A f(t) + B Δf(t) fitted to them by ridge regression (a factor model in the sense of
Stock & Watson, 2002); what the components do not hold stays at the level.

Where times are unevenly spaced, Δf is the change per usual step. An interval's weight in the fit is
the square of its length, for the error of its change is that of two samples however long it is. A
long interval is forecast in parts, none longer than a usual step, lest the law overshoot. Far ahead
even a good law runs away: a factor is forecast to leave the range where it has been by at most
`LEEWAY` of it.
"""

import numpy as np

from step.forecasting.arms.registry import simple_arm
from step.forecasting.course import Course

LEEWAY = 0.15  # of the range of a factor so far, by which its forecast may lie outside


@simple_arm("two factors", "#CC3311", "the two main movements that genes share")
def factors(course: Course) -> np.ndarray:
    """Forecast with two factors."""
    return _forecast(course, n_factors=2, ridge=0.3, fewest=6)


@simple_arm("five factors", "#882255", "the five main movements that genes share")
def factors_5(course: Course) -> np.ndarray:
    """Forecast with five factors."""
    return _forecast(course, n_factors=5, ridge=0.3, fewest=8)


def _forecast(course: Course, n_factors: int, ridge: float, fewest: int) -> np.ndarray:
    """Forecast from each time with at least `fewest` times, `[time, horizon, gene]`."""
    path = course.levels.path
    n_times, n_ahead = course.ahead.shape
    forecast = np.repeat(path[:, None], n_ahead, axis=1)
    products = course.filled @ course.filled.T
    for time in range(fewest - 1, n_times):
        known = course.filled[: time + 1]
        scores, loadings = _components(products[: time + 1, : time + 1], known, n_factors)
        elapsed = np.diff(course.panel.times[: time + 1])
        usual_step = np.median(elapsed)
        elapsed = elapsed / usual_step
        law = _law(scores, elapsed, ridge)
        here, rate = scores[-1], (scores[-1] - scores[-2]) / elapsed[-1]
        low, high = scores.min(axis=0), scores.max(axis=0)
        leeway = LEEWAY * (high - low)
        steps = np.diff(course.ahead[time], prepend=0.0) / usual_step
        for horizon, step in enumerate(steps):
            there = np.clip(_move(here, rate, law, step), low - leeway, high + leeway)
            here, rate = there, (there - here) / step
            forecast[time, horizon] += (here - scores[-1]) @ loadings
    return forecast


def _move(here: np.ndarray, rate: np.ndarray, law: np.ndarray, step: float) -> np.ndarray:
    """Move the factors by some usual steps, `[factor]`."""
    n_parts = int(np.ceil(step))
    for _ in range(n_parts):
        rate = np.concatenate([[1.0], here, rate]) @ law
        here = here + step / n_parts * rate
    return here


def _components(
    products: np.ndarray, known: np.ndarray, n_factors: int
) -> tuple[np.ndarray, np.ndarray]:
    """Principal components over time of centred expression.

    Args:
        products: Of the times' expression with one another, shape `[time, time]`.
        known: Expression, shape `[time, gene]`.
        n_factors: Number of components.

    Returns:
        Scores, the largest of unit length, `[time, factor]`, and loadings, `[factor, gene]`.
    """
    centred = products - products.mean(axis=0) - products.mean(axis=1, keepdims=True)
    values, vectors = np.linalg.eigh(centred + products.mean())
    n_factors = min(n_factors, len(values) - 3)
    values, vectors = values[::-1][:n_factors], vectors[:, ::-1][:, :n_factors]
    sizes = np.sqrt(np.maximum(values, 1e-12))
    loadings = vectors.T @ (known - known.mean(axis=0))
    return vectors * sizes / sizes[0], loadings / sizes[:, None] * sizes[0]


def _law(scores: np.ndarray, elapsed: np.ndarray, ridge: float) -> np.ndarray:
    """Fit the factors' rate of change to where they are and how fast they moved."""
    rate = np.diff(scores, axis=0) / elapsed[:, None]
    seen = np.concatenate([np.ones((len(rate) - 1, 1)), scores[1:-1], rate[:-1]], axis=1)
    weighed = seen * elapsed[1:, None] ** 2
    moments = weighed.T @ seen
    penalty = ridge * np.trace(moments) / len(moments) * np.eye(len(moments))
    penalty[0, 0] = 1e-9
    return np.linalg.solve(moments + penalty, weighed.T @ rate[1:])
