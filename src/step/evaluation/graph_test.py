"""Does the graph help? The error on the real graph beside that on rewired ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from step.evaluation.significance import permutation_p

Untested = Literal["no edges", "no rewired graphs asked for"]


@dataclass(frozen=True)
class GraphTest:
    """Mean squared errors of one forecaster on different graphs, log2².

    Attributes:
        real_mse: On the real graph.
        no_graph_mse: Without edges.
        n_edges: Of the real graph.
        rewired_mse: On each graph whose connected genes exchanged places; empty where the test was
            not made.
        shifted_mse: On each graph whose genes are shifted along their chromosomes; empty where no
            chromosome holds two genes.
        effect: 1 − real_mse / mean of rewired_mse: the share of the error that the match of genes
            and places takes away. None where undefined.
        p: Permutation p of the real graph among the rewired ones; None where untested.
        shifted_p: Among the shifted ones; None without them.
        untested: Why the test was not made; None where it was.
    """

    real_mse: float
    no_graph_mse: float
    n_edges: int
    rewired_mse: tuple[float, ...] = ()
    effect: float | None = None
    p: float | None = None
    untested: Untested | None = None
    shifted_mse: tuple[float, ...] = ()
    shifted_p: float | None = None


def graph_test(
    real_mse: float,
    no_graph_mse: float,
    rewired_mse: Sequence[float],
    n_edges: int,
    shifted_mse: Sequence[float] = (),
) -> GraphTest:
    """Test the real graph against rewired ones.

    Args:
        real_mse: Mean squared error on the real graph, log2².
        no_graph_mse: Without edges.
        rewired_mse: On each rewired graph. Of a graph without edges they are no controls, and are
            left out.
        n_edges: Of the real graph.
        shifted_mse: On each shifted graph.
    """
    if n_edges == 0:
        return GraphTest(real_mse, no_graph_mse, n_edges, untested="no edges")
    if not len(rewired_mse):
        return GraphTest(real_mse, no_graph_mse, n_edges, untested="no rewired graphs asked for")
    control = float(np.mean(rewired_mse))
    return GraphTest(
        real_mse,
        no_graph_mse,
        n_edges,
        tuple(float(mse) for mse in rewired_mse),
        effect=1.0 - real_mse / control if control > 0 else None,
        p=permutation_p(real_mse, rewired_mse),
        shifted_mse=tuple(float(mse) for mse in shifted_mse),
        shifted_p=permutation_p(real_mse, shifted_mse) if len(shifted_mse) else None,
    )
