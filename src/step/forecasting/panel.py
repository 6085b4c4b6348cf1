"""A time course as arrays, cut at a forecast origin."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from step.errors import InputError
from step.expression.moderation import moderate
from step.expression.replicates import pooled_variance, sample_weights

SMALLEST_VARIANCE = 1e-6


@dataclass(frozen=True)
class Panel:
    """The expression of all genes at all times.

    Attributes:
        genes: Names, length `gene`.
        times: In the study's unit, ascending, shape `[time]`.
        mean: Mean of the replicates, log2, shape `[time, gene]`; NaN where not measured.
        robust: Half mean and half median of the replicates, log2, shape `[time, gene]`. A single
            outlying replicate moves it less than the mean.
        weighted: Mean of the replicates, weighted by the quality of their samples, log2, shape
            `[time, gene]`. A poor sample moves it less than the mean.
        replicate_variance: Variance between the replicates of a time, log2², shape
            `[time, gene]`; NaN where fewer than two.
        n_replicates: Shape `[time, gene]`.
    """

    genes: np.ndarray
    times: np.ndarray
    mean: np.ndarray
    robust: np.ndarray
    weighted: np.ndarray
    replicate_variance: np.ndarray
    n_replicates: np.ndarray

    def until(self, origin: int) -> "Panel":
        """All that was known at a forecast origin: the times up to and with index `origin`."""
        return self._part(slice(origin + 1), slice(None))

    def among(self, genes: np.ndarray) -> "Panel":
        """The course of some of the genes, by their positions."""
        return self._part(slice(None), genes)

    def _part(self, times: slice, genes: slice | np.ndarray) -> "Panel":
        tables = {name: values[times] for name, values in vars(self).items() if values.ndim == 2}
        return replace(
            self,
            genes=self.genes[genes],
            times=self.times[times],
            **{name: values[:, genes] for name, values in tables.items()},
        )

    def begun(self) -> np.ndarray:
        """Whether a gene was measured by each time, `[time, gene]`."""
        return np.maximum.accumulate(~np.isnan(self.mean), axis=0)

    def usual_step(self) -> float:
        """The median of the last five steps between times, in the study's unit."""
        return float(np.median(np.diff(self.times)[-5:]))

    def usual_steps(self, first: float) -> np.ndarray:
        """`usual_step` by each time, `[time]`; at the first, the step that is given."""
        return np.array([first, *(self.until(t).usual_step() for t in range(1, len(self.times)))])

    def replicate_noise(self) -> np.ndarray:
        """Variance of a single replicate, log2², shape `[gene]`.

        `pooled_variance` over the times, moderated across genes (`step.expression.moderation`). A
        gene that was never replicated takes half its mean squared step (von Neumann), which is an
        upper bound for a smooth course.
        """
        pooled = pooled_variance(self.replicate_variance, self.n_replicates)
        if not np.isnan(pooled).all():
            freedom = np.where(np.isnan(self.replicate_variance), 0.0, self.n_replicates - 1.0)
            seen = ~np.isnan(self.mean)
            mean = np.where(seen, self.mean, 0.0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
            pooled = moderate(np.nan_to_num(pooled), freedom.sum(axis=0), mean)
        steps = self.mean[1:] - pd.DataFrame(self.mean).ffill().to_numpy()[:-1]
        counted = (~np.isnan(steps)).sum(axis=0)
        smooth = np.nansum(steps**2, axis=0) / np.maximum(2 * counted, 1)
        pooled = np.where(np.isnan(pooled), smooth, pooled)
        return np.maximum(pooled, SMALLEST_VARIANCE)


def panel_from_samples(times: np.ndarray, values: np.ndarray, time: np.ndarray) -> Panel:
    """Summarise the samples of a course.

    Args:
        times: In the study's unit, ascending, shape `[time]`.
        values: log2, shape `[sample, gene]`; NaN where missing.
        time: Index of each sample's time, ascending, shape `[sample]`.
    """
    shape = (len(times), values.shape[1])
    mean, median, weighted, variance = (np.full(shape, np.nan) for _ in range(4))
    count = np.zeros(shape)
    starts = np.searchsorted(time, np.arange(len(times) + 1))
    for row, (start, end) in enumerate(pairwise(starts)):
        own = values[start:end]
        count[row] = (~np.isnan(own)).sum(axis=0)
        seen, repeated = count[row] > 0, count[row] > 1
        mean[row, seen] = np.nanmean(own[:, seen], axis=0)
        median[row, seen] = np.nanmedian(own[:, seen], axis=0)
        weight = np.where(np.isnan(own), 0.0, sample_weights(own)[:, None])[:, seen]
        weighted[row, seen] = np.average(np.nan_to_num(own[:, seen]), axis=0, weights=weight)
        variance[row, repeated] = np.nanvar(own[:, repeated], axis=0, ddof=1)
    return Panel(
        genes=np.arange(shape[1]).astype(str),
        times=times,
        mean=mean,
        robust=(mean + median) / 2,
        weighted=weighted,
        replicate_variance=variance,
        n_replicates=count,
    )


def panel_from_expression(expression: pd.DataFrame) -> Panel:
    """Arrange the tidy expression table by time and gene.

    Args:
        expression: gene, time, mean, median, weighted_mean, standard_error, n_replicates; see
            `step.expression.replicates.summarise_replicates`.

    Returns:
        The course from the first time at which any gene was measured.

    Raises:
        InputError: No gene was ever measured.
    """
    measured = expression.loc[expression["mean"].notna(), "time"]
    if measured.empty:
        raise InputError("No gene has a value at any time. Look at the expression table.")
    genes = expression["gene"].drop_duplicates().to_numpy()
    expression = expression[expression["time"] >= measured.min()]
    wide = expression.pivot(index="time", columns="gene")

    def values(column: str) -> np.ndarray:
        return wide[column][genes].to_numpy(dtype=float)

    n_replicates = np.nan_to_num(values("n_replicates"))
    return Panel(
        genes=genes,
        times=wide.index.to_numpy(dtype=float),
        mean=values("mean"),
        robust=(values("mean") + values("median")) / 2,
        weighted=values("weighted_mean"),
        replicate_variance=values("standard_error") ** 2 * n_replicates,
        n_replicates=n_replicates,
    )
