"""The samples: how alike they are, and how well replicates agree."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from step.figures import style
from step.figures.components import principal_components

FEWEST = 3  # samples, and genes, of which components can be drawn


def sample_overview(samples: pd.DataFrame, time_unit: str) -> Figure:
    """Principal components of the samples, and how well each agrees with its replicates.

    Args:
        samples: gene, sample, time, value (log2).
        time_unit: Of the times.
    """
    table = samples.pivot(index="gene", columns="sample", values="value")
    times = samples.drop_duplicates("sample").set_index("sample")["time"].reindex(table.columns)
    centred = table.sub(table.mean(axis=1), axis=0)
    centred = centred.loc[centred.notna().any(axis=1)].fillna(0.0)
    if min(centred.shape) < FEWEST or not (centred != 0).any(axis=None):
        return style.message("Too few samples, or genes that vary, to compare the samples.")
    figure = Figure(figsize=(9.5, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    scores, shares = principal_components(centred.to_numpy().T)
    points = left.scatter(*scores.T, c=times, s=28, cmap="viridis", edgecolors="none")
    for _, rows in times.reset_index(drop=True).groupby(times.to_numpy()):
        left.plot(*scores[rows.index].T, color=style.BASELINE, linewidth=0.6, zorder=0)
    figure.colorbar(points, ax=left, label=f"time ({time_unit})")
    left.set_xlabel(f"component 1 ({100 * shares[0]:.0f} % of the variance)")
    left.set_ylabel(f"component 2 ({100 * shares[1]:.0f} %)")
    agreement = replicate_agreement(centred, times)
    known = agreement.notna()
    if known.any():
        right.plot(times[known], agreement[known], "o", color=style.STEP, markersize=4, alpha=0.8)
        right.set_ylim(min(-0.05, agreement.min() - 0.05), 1.05)
        right.axhline(0, color=style.BASELINE, linewidth=0.8)
    else:
        right.text(0.5, 0.5, "no replicates", ha="center", va="center", transform=right.transAxes)
    right.set_xlabel(f"time ({time_unit})")
    right.set_ylabel("correlation with its replicates")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def replicate_agreement(centred: pd.DataFrame, times: pd.Series) -> pd.Series:
    """Pearson correlation of each sample with the mean of the other samples of its time.

    Args:
        centred: Values less the gene's mean over all samples, gene × sample.
        times: Of each sample.

    Returns:
        One a sample; missing where the time has no other.
    """
    found = pd.Series(np.nan, index=centred.columns)
    for _, same in times.groupby(times):
        for sample in same.index if len(same) > 1 else []:
            others = centred[same.index.drop(sample)].mean(axis=1)
            if centred[sample].std() > 0 and others.std() > 0:
                found[sample] = np.corrcoef(centred[sample], others)[0, 1]
    return found
