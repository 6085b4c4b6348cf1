"""From miRNAs to the genes they act on."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
import scipy.sparse

from step.errors import InputError, listed, require_columns
from step.expression.normalisation import Normalised, tidy
from step.names import clean_column

Nodes = Literal["targets", "mirnas"]
"""Whose courses a miRNA assay has: those of the target genes, or of the miRNAs."""


def read_targets(table: pd.DataFrame, mirnas: pd.Index, source: str) -> pd.DataFrame:
    """Which miRNA acts on which gene.

    Args:
        table: Columns mirna and target_gene, as text; many to many.
        mirnas: The measured ones.
        source: Name of the table, for messages.

    Returns:
        The rows of measured miRNAs, without repetition.

    Raises:
        InputError: A column is missing, a name holds an unprintable character, or no miRNA of the
            table was measured.
    """
    require_columns(table, ["mirna", "target_gene"], source)
    targets = pd.DataFrame(
        {column: clean_column(table, column, source) for column in ("mirna", "target_gene")}
    ).drop_duplicates()
    targets = targets[targets["mirna"].isin(mirnas) & (targets["target_gene"] != "")]
    if targets.empty:
        raise InputError(
            f"{source}: none of its miRNAs ({listed(table['mirna'].unique())}) was measured "
            f"({listed(mirnas)}). Do the names follow one convention?"
        )
    return targets.reset_index(drop=True)


def untargeted(mirnas: Sequence[str], targets: pd.DataFrame) -> str:
    """Say that most miRNAs act on no gene of a table of targets; empty where they do."""
    known = set(targets["mirna"])
    lost = [name for name in mirnas if name not in known]
    if len(lost) <= len(mirnas) / 2:
        return ""
    return (
        f"Of {len(mirnas)} measured miRNAs, {len(lost)} have no row in mirna.targets, and are left "
        f"out: {listed(lost)}. Do the names follow one convention?"
    )


def average_over_targets(normalised: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Give each target gene the mean of its miRNAs, sample by sample.

    Args:
        normalised: gene (here a miRNA), sample, time, replicate, value (log2), detected.
        targets: mirna, target_gene.

    Returns:
        The same columns; gene is the target gene, detected where any of its miRNAs was. The value
        is missing where that of any miRNA is: the mean of the others would be another quantity.
    """
    mirnas = normalised["gene"].drop_duplicates()
    mirna = pd.Index(mirnas).get_indexer(targets["mirna"])
    order = np.argsort(mirna, kind="stable")
    order = order[mirna[order] >= 0]
    target, names = pd.factorize(targets["target_gene"].to_numpy()[order])
    acts = scipy.sparse.csr_array(
        (np.ones(len(order)), (target, mirna[order])), shape=(len(names), len(mirnas))
    )
    samples = normalised[["sample", "time", "replicate"]].drop_duplicates("sample")
    wide = normalised.pivot(index="gene", columns="sample", values=["value", "detected"])
    value, detected = (
        wide[name].loc[mirnas, samples["sample"]].to_numpy(dtype=float)
        for name in ("value", "detected")
    )
    n_mirnas = np.asarray(acts.sum(axis=1))[:, None]
    measured = acts @ (~np.isnan(value)).astype(float)
    mean = np.where(measured == n_mirnas, acts @ np.nan_to_num(value) / n_mirnas, np.nan)
    layout = {"index": pd.Index(names, name="gene"), "columns": samples["sample"]}
    found = Normalised(
        pd.DataFrame(mean, **layout), pd.DataFrame(acts @ detected > 0, **layout), quality={}
    )
    return tidy(found, samples)
