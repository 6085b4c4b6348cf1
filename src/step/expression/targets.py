"""From miRNAs to the genes they act on."""

import pandas as pd

from step.errors import InputError, listed, require_columns
from step.names import clean_column


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


def average_over_targets(normalised: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Give each target gene the mean of its miRNAs, sample by sample.

    Args:
        normalised: gene (here a miRNA), sample, time, replicate, value (log2), detected.
        targets: mirna, target_gene.

    Returns:
        The same columns; gene is the target gene, detected where any of its miRNAs was. The value
        is missing where that of any miRNA is: the mean of the others would be another quantity.
    """
    # Categories: a course of 2,000 miRNAs and 200 samples has 400,000 rows.
    target = pd.Categorical(targets["target_gene"], categories=targets["target_gene"].unique())
    joined = normalised.astype({"gene": object}).merge(
        targets.assign(target_gene=target), left_on="gene", right_on="mirna"
    )
    grouped = joined.groupby(
        ["target_gene", "sample", "time", "replicate"], sort=False, observed=True
    )
    means = grouped.agg(
        value=("value", "mean"),
        detected=("detected", "any"),
        measured=("value", "count"),
        expected=("value", "size"),
    ).reset_index()
    means["value"] = means["value"].where(means["measured"] == means["expected"])
    means = means.drop(columns=["measured", "expected"])
    return means.rename(columns={"target_gene": "gene"})
