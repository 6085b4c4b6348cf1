"""What a contact map and an annotation hold, in a sentence each."""

import cooler
import numpy as np
import pandas as pd

from step.errors import counted, listed
from step.genome.contacts import assemblies_of, bare_name, known_sizes


def describe_map(contacts: cooler.Cooler) -> str:
    """Say how large a map and its bins are, of which assembly, and whether it is balanced."""
    sizes = contacts.chromsizes
    alike = assemblies_of(contacts)
    assembly = f"as long as those of {', '.join(alike)}" if alike else "of no known assembly"
    bins = f"bins of {contacts.binsize} bp" if contacts.binsize else "bins of different sizes"
    return (
        f"{counted(len(sizes), 'chromosome')} ({listed(sizes.index)}), {sizes.sum() / 1e6:.6g} Mb, "
        f"{assembly}; {bins}; {_balance(contacts)}"
    )


def _balance(contacts: cooler.Cooler) -> str:
    weights = contacts.bins()["weight"][:].to_numpy(dtype=float)
    kept = weights[np.isfinite(weights)]
    balanced = "not balanced" if np.all(kept == 1) else "balanced"
    return f"{balanced}, {len(kept)} of {len(weights)} bins used"


def other_assembly(contacts: cooler.Cooler, assembly: str) -> str:
    """Say of which assembly a map is, where that called so is not known; else nothing."""
    alike = assemblies_of(contacts)
    if not alike or known_sizes(assembly):
        return ""
    return (
        f"The chromosomes of hic_contacts are as long as those of {', '.join(alike)}; "
        f"`genome.assembly` says {assembly}, which is not known."
    )


def describe_annotation(annotation: pd.DataFrame) -> str:
    """Say how many genes are annotated, and how their chromosomes are called.

    Args:
        annotation: chrom, gene, gene_id, as `step.datasets.GeneAnnotationDataset` loads it.
    """
    names = annotation["chrom"].drop_duplicates()
    prefixed = names[names != names.map(bare_name)]
    called = f"called {listed(names)}"
    if 0 < len(prefixed) < len(names):
        called += f" ({len(prefixed)} of {len(names)} as UCSC does)"
    identified = int(annotation["gene_id"].notna().sum())
    return (
        f"{counted(annotation['gene'].nunique(), 'gene')} on "
        f"{counted(len(names), 'chromosome')} {called}; "
        f"{identified or 'no'} records have identifiers"
    )
