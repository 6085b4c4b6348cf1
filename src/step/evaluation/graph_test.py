"""Does the graph help? The error on the real graph beside that on rewired ones."""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from step.evaluation.significance import SIGNIFICANT, block_bootstrap, permutation_p
from step.forecasting.backtest import Losses

Untested = Literal["no edges", "no rewired graphs asked for"]
Outcome = Literal["helps", "nearness", "no more than none", "chance", "too few graphs"]
ENOUGH_GRAPHS = 19  # of fewer, no p is 0.05 or below


@dataclass(frozen=True)
class GraphTest:
    """Mean squared errors of one forecaster on different graphs, log2².

    Attributes:
        real_mse: Error on the real graph.
        no_graph_mse: Error without edges.
        n_edges: Number of edges of the real graph.
        rewired_mse: Error on each graph whose connected genes exchanged places; empty where the
            test was not made.
        effect: 1 − real_mse / mean of rewired_mse: the share of the error that the match of genes
            and places takes away; None where undefined.
        effect_low: Lower end of its 95 % interval, by a block bootstrap over the forecast origins.
        effect_high: Upper end of that interval.
        p: Permutation p of the real graph among the rewired ones; None where untested.
        untested: Why the test was not made; None where it was.
        shifted_mse: Error on each graph whose genes are shifted along their chromosomes; empty
            where no chromosome holds two genes.
        shifted_p: Permutation p of the real graph among the shifted ones; None without them.
        graph_ridge: The same for `graph_ridge`; None in a part of another test.
        tested_genes: Number of genes that the test was made on; None where these are all.
        kinds: The same for graphs of one kind of edge alone, where there are several kinds.
    """

    real_mse: float
    no_graph_mse: float
    n_edges: int
    rewired_mse: tuple[float, ...] = ()
    effect: float | None = None
    effect_low: float | None = None
    effect_high: float | None = None
    p: float | None = None
    untested: Untested | None = None
    shifted_mse: tuple[float, ...] = ()
    shifted_p: float | None = None
    graph_ridge: "GraphTest | None" = None
    tested_genes: int | None = None
    kinds: dict[str, "GraphTest"] = field(default_factory=dict)

    @property
    def beats_no_graph(self) -> bool:
        """Whether the error on the real graph is lower than without edges."""
        return self.real_mse < self.no_graph_mse

    @property
    def outcome(self) -> Outcome | None:
        """What the test says; None where it was not made.

        It is `nearness` where the graph helps, but graphs whose genes are shifted along their
        chromosomes do as well.
        """
        if self.p is None:
            return None
        if self.p > SIGNIFICANT:
            return "too few graphs" if len(self.rewired_mse) < ENOUGH_GRAPHS else "chance"
        if not self.beats_no_graph:
            return "no more than none"
        enough = len(self.shifted_mse) >= ENOUGH_GRAPHS
        by_place = enough and self.shifted_p is not None and self.shifted_p > SIGNIFICANT
        return "nearness" if by_place else "helps"


def graph_test(
    real: Losses,
    no_graph: Losses,
    n_edges: int,
    rewired: np.ndarray,
    shifted: np.ndarray | None = None,
) -> GraphTest:
    """Test the real graph against rewired ones.

    Args:
        real: On the real graph.
        no_graph: Without edges.
        n_edges: Of the real graph.
        rewired: Mean squared errors on each rewired graph at each origin, log2², shape
            `[graph, origin]`. Of a graph without edges they are no controls, and are left out.
        shifted: On each shifted graph, likewise.
    """
    test = GraphTest(float(real.mse), float(no_graph.mse), n_edges)
    if n_edges == 0:
        return replace(test, untested="no edges")
    if not len(rewired):
        return replace(test, untested="no rewired graphs asked for")
    controls = replace(real, mean=rewired).mse
    test = replace(
        test, rewired_mse=tuple(controls.tolist()), p=permutation_p(test.real_mse, controls)
    )
    if controls.mean() > 0:
        total, beside = real.mean * real.counted, rewired.mean(axis=0) * real.counted
        interval = block_bootstrap(total, beside, lambda own, other: 1.0 - own / other)
        low, high = interval or (None, None)
        effect = 1.0 - test.real_mse / float(controls.mean())
        test = replace(test, effect=effect, effect_low=low, effect_high=high)
    if shifted is None or not len(shifted):
        return test
    moved = replace(real, mean=shifted).mse
    return replace(
        test, shifted_mse=tuple(moved.tolist()), shifted_p=permutation_p(test.real_mse, moved)
    )
