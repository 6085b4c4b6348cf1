"""Contact maps, and whether they and the annotation speak of one genome."""

from dataclasses import dataclass
from fnmatch import fnmatch

import bioframe
import cooler
import numpy as np
import pandas as pd

from step.errors import InputError
from step.typed import settings


@dataclass(frozen=True)
class ContactMap:
    """A contact map in memory.

    Attributes:
        bins: chrom, start, end; all bins of the genome, in order.
        pixels: bin1_id, bin2_id, count; upper triangle, sorted.
        assembly: Name of the genome.
    """

    bins: pd.DataFrame
    pixels: pd.DataFrame
    assembly: str


@settings
class Genome:
    """The study's genome.

    Attributes:
        assembly: Its name (mm9, mm10, hg38 …), tested against the map's chromosome sizes where
            bioframe knows it.
        ignored_chromosomes: Patterns of chromosomes that may be missing from the map.
    """

    assembly: str
    ignored_chromosomes: list[str]


def coarse_contacts(contacts: cooler.Cooler, chrom: str, largest: int) -> np.ndarray:
    """A chromosome's balanced contacts as a small matrix, whatever the map's resolution.

    Args:
        contacts: A balanced map.
        chrom: The chromosome.
        largest: Rows of the result, at most; neighbouring bins are summed to reach it.

    Returns:
        Shape `[row, row]`; zero where nothing was seen or bins are masked.
    """
    matrix = contacts.matrix(balance=True, sparse=True).fetch(chrom).tocoo()
    together = -(-matrix.shape[0] // largest)
    n_rows = -(-matrix.shape[0] // together)
    cell = (matrix.row // together) * n_rows + matrix.col // together
    sums = np.bincount(cell, weights=np.nan_to_num(matrix.data), minlength=n_rows**2)
    return sums.reshape(n_rows, n_rows)


def check_contacts(contacts: cooler.Cooler, insulation_window: int) -> None:
    """Whether chromatin features can be computed from a map.

    Raises:
        InputError: The map is not balanced, its bins vary in size, or the window (base pairs) is no
            multiple of them.
    """
    if contacts.binsize is None:
        raise InputError("hic_contacts has bins of different sizes; equal bins are needed.")
    if "weight" not in contacts.bins().columns:
        raise InputError(
            "hic_contacts is not balanced (it has no column `weight`); run `cooler balance` on it."
        )
    if insulation_window % contacts.binsize:
        raise InputError(
            f"`features.insulation_window` is {insulation_window} bp, which is no multiple of the "
            f"bins of hic_contacts, {contacts.binsize} bp."
        )


def check_annotation(
    annotation: pd.DataFrame, contacts: cooler.Cooler, genome: Genome
) -> pd.DataFrame:
    """The annotation in the map's terms.

    Args:
        annotation: chrom, start, end, gene, strand.
        contacts: The map.
        genome: What the study says it is.

    Returns:
        The annotation with chromosomes named as the map names them (`chr1` and `1` are the same);
        records on ignored chromosomes only of genes that have no other.

    Raises:
        InputError: Chromosome sizes contradict the assembly, a chromosome is missing from the map,
            or a gene ends beyond its chromosome.
    """
    _check_assembly(contacts, genome.assembly)
    sizes = contacts.chromsizes
    bare = {_bare(chrom): chrom for chrom in sizes.index}
    chrom = annotation["chrom"].map(lambda name: bare.get(_bare(name), name))
    unknown = sorted(
        name
        for name in set(chrom) - set(sizes.index)
        if not any(fnmatch(name, pattern) for pattern in genome.ignored_chromosomes)
    )
    if unknown:
        raise InputError(
            f"gene_annotation names {len(unknown)} chromosome(s) that hic_contacts lacks: "
            f"{', '.join(unknown[:5])}. The map has {', '.join(sizes.index[:5])} …. Use an "
            "annotation of the map's assembly, or list the chromosomes in "
            "`genome.ignored_chromosomes` to leave their genes without a place."
        )
    annotation = annotation.assign(chrom=chrom)
    # A record on an alternative contig says nothing of a gene that has a place on the map.
    mapped = annotation["chrom"].isin(sizes.index)
    known = annotation["gene"].isin(annotation.loc[mapped, "gene"])
    annotation = annotation[mapped | ~known]
    beyond = annotation["end"] > annotation["chrom"].map(sizes)
    if beyond.any():
        gene = annotation[beyond].iloc[0]
        raise InputError(
            f"gene_annotation places {gene['gene']!r} at {gene['chrom']}:{gene['start']}-"
            f"{gene['end']}, but in hic_contacts {gene['chrom']} ends at "
            f"{sizes[gene['chrom']]}. Annotation and map are of different assemblies "
            f"({int(beyond.sum())} genes lie beyond their chromosome)."
        )
    return annotation


def _bare(chromosome: str) -> str:
    return chromosome.removeprefix("chr")


def _check_assembly(contacts: cooler.Cooler, assembly: str) -> None:
    try:
        known = bioframe.assembly_info(assembly).chromsizes
    except ValueError:  # an assembly that bioframe has no table of
        return
    known = {_bare(name): size for name, size in known.items()}
    for name, size in contacts.chromsizes.items():
        expected = known.get(_bare(name))
        if expected is not None and expected != size:
            raise InputError(
                f"hic_contacts: {name} is {size} bp long, in {assembly} it is {expected} bp. The "
                "map is of another assembly; correct `genome.assembly` and the annotation."
            )
