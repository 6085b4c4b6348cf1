"""What each ingredient of a forecast is worth: the same backtest without it."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from step.evaluation.significance import diebold_mariano
from step.forecasting.arms import ARMS
from step.forecasting.arms.context import COMBINED, WITHOUT_GRAPH
from step.forecasting.arms.network import look, step
from step.forecasting.backtest import scored_loss
from step.forecasting.course import Course
from step.forecasting.origins import Origins


def ablate(course: Course, origins: Origins) -> pd.DataFrame:
    """Backtest `step` without each of its ingredients.

    Args:
        course: The course, with its network.
        origins: The origins; those scored count.

    Returns:
        One row a variant, the whole first: variant; mse (log2²); change (relative to the whole's,
        less 1); p (Diebold–Mariano over the origins; missing for the whole).
    """
    variants: dict[str, Callable[[Course], np.ndarray]] = {
        "whole": step,
        "without graph": ARMS["step_no_graph"].forecast,
        "network alone": ARMS["network"].forecast,
        "network without its correction": _weighted_arms,
        "arms without the network": _mean_of_arms,
        "level alone": ARMS["local_level"].forecast,
    }
    if len(course.graphs) > 1:
        variants |= {f"without {kind} edges": _Without(kind) for kind in course.graphs}
    losses = {
        name: scored_loss(course.once(variant)[origins.index, 0], course.panel, origins)
        for name, variant in variants.items()
    }
    whole = losses["whole"]
    return pd.DataFrame(
        {
            "variant": name,
            "mse": loss.mean(),
            "change": loss.mean() / whole.mean() - 1.0,
            "p": np.nan if name == "whole" else diebold_mariano(loss, whole),
        }
        for name, loss in losses.items()
    )


def _weighted_arms(course: Course) -> np.ndarray:
    """Weigh the arms as the network does, and correct nothing."""
    arms = np.stack([course.once(each) for each in COMBINED], axis=-1)
    level = course.levels.path[:, None, :, None]
    parts = np.concatenate([np.broadcast_to(level, (*arms.shape[:-1], 1)), arms], axis=-1)
    return (course.once(look).weights * parts).sum(axis=-1)


def _mean_of_arms(course: Course) -> np.ndarray:
    """Give each of the network's arms the same weight."""
    return np.mean([course.once(each) for each in COMBINED], axis=0)


class _Without:
    """`step` without the edges of a kind."""

    def __init__(self, kind: str):
        self._kind = kind

    def __call__(self, course: Course) -> np.ndarray:
        fewer = course.graphs | {self._kind: course.graphs[self._kind].without_edges()}
        return course.on(fewer, WITHOUT_GRAPH).once(step)
