"""Contact maps, and checks that the annotation is of the same genome."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from typing import Annotated

import bioframe
import cooler
import numpy as np
import pandas as pd
import scipy.sparse
from bioframe.io.assembly import ASSEMBLY_METADATA_ROOT
from pydantic import Field

from step.errors import InputError, listed
from step.typed import Name, settings

# In YAML, the name of a chromosome may be a number.
ChromosomePatterns = Annotated[
    list[Annotated[str, Field(coerce_numbers_to_str=True, min_length=1, max_length=200)]],
    Field(max_length=1000),
]


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

    assembly: Name
    ignored_chromosomes: ChromosomePatterns


def balanced_contacts(contacts: cooler.Cooler, chrom: str) -> scipy.sparse.coo_matrix:
    """A chromosome's balanced contacts, both triangles.

    Args:
        contacts: A map with weights.
        chrom: The chromosome; any name, as it is not read as a region (`chr1:1-1000`).

    Returns:
        Shape `[bin, bin]`; zero where bins are masked.
    """
    matrix = contacts.matrix(balance=True, sparse=True).fetch((chrom, None, None)).tocoo()
    matrix.data = np.nan_to_num(matrix.data)
    return matrix


def coarse_contacts(
    contacts: cooler.Cooler, chrom: str, bins_per_row: int, *, mean: bool = False
) -> np.ndarray:
    """A chromosome's balanced contacts as a small matrix, whatever the map's resolution.

    Args:
        contacts: A map with weights.
        chrom: The chromosome.
        bins_per_row: Neighbouring bins that make one row.
        mean: Take the mean over the pairs of bins that are not masked instead of the sum, so that
            a row is not weaker for its masked bins.

    Returns:
        Shape `[row, row]`; zero where nothing was seen or bins are masked.
    """
    start, stop = contacts.extent((chrom, None, None))
    n_rows = -(-(stop - start) // bins_per_row)
    matrix = balanced_contacts(contacts, chrom)
    cell = (matrix.row // bins_per_row) * n_rows + matrix.col // bins_per_row
    sums = np.bincount(cell, weights=matrix.data, minlength=n_rows**2)
    sums = sums.reshape(n_rows, n_rows)
    if not mean:
        return sums
    weighted = np.isfinite(contacts.bins()["weight"][start:stop].to_numpy())
    n_bins = np.bincount(np.arange(stop - start) // bins_per_row, weights=weighted)
    return sums / np.maximum(np.outer(n_bins, n_bins), 1.0)


def check_contacts(contacts: cooler.Cooler) -> None:
    """Raise InputError unless a map's bins are of one size."""
    if contacts.binsize is None:
        raise InputError(
            "hic_contacts has bins of different sizes, or one bin a chromosome; equal bins are "
            "needed. Bin the map anew, as with `cooler cload` or `cooler coarsen`."
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
        The annotation with chromosomes named as the map names them (`chr1` and `1`, `chrM` and
        `MT` are the same); records on ignored chromosomes only of genes that have no other.

    Raises:
        InputError: Chromosome sizes contradict the assembly, a chromosome is missing from the map,
            or a gene ends beyond its chromosome.
    """
    check_assembly(contacts, genome.assembly)
    return fit_annotation(annotation, contacts, genome.ignored_chromosomes)


def fit_annotation(
    annotation: pd.DataFrame, contacts: cooler.Cooler, ignored: list[str]
) -> pd.DataFrame:
    """The annotation in the map's terms, whatever the assembly is called; see `check_annotation`.

    Args:
        annotation: chrom, start, end, gene, strand.
        contacts: The map.
        ignored: Patterns of chromosomes that may be missing from the map.

    Raises:
        InputError: A chromosome is missing from the map, or a gene ends beyond its chromosome.
    """
    sizes = contacts.chromsizes
    bare = {bare_name(chrom): chrom for chrom in sizes.index} | {name: name for name in sizes.index}
    chrom = annotation["chrom"].map(lambda name: bare.get(name, bare.get(bare_name(name), name)))
    _check_chromosomes(set(chrom), contacts, ignored)
    annotation = annotation.assign(chrom=chrom)
    # A record on an alternative contig says nothing of a gene that has a place on the map.
    mapped = annotation["chrom"].isin(sizes.index)
    known = annotation["gene"].isin(annotation.loc[mapped, "gene"])
    annotation = annotation[mapped | ~known]
    _check_ends(annotation, sizes)
    return annotation


def _check_chromosomes(names: set[str], contacts: cooler.Cooler, ignored: list[str]) -> None:
    """Raise InputError if a map lacks chromosomes of the annotation that are not ignored."""
    unknown = sorted(
        name for name in names - set(contacts.chromnames) if not is_one_of(name, ignored)
    )
    if unknown:
        raise InputError(
            f"gene_annotation names {len(unknown)} chromosome(s) that hic_contacts lacks: "
            f"{listed(unknown)}. The map has {listed(contacts.chromnames)}. Use an annotation of "
            "the map's assembly, or list the chromosomes in `genome.ignored_chromosomes` to leave "
            "their genes without a place."
        )


def _check_ends(annotation: pd.DataFrame, sizes: pd.Series) -> None:
    """Raise InputError if a gene ends beyond its chromosome."""
    beyond = annotation["end"] > annotation["chrom"].map(sizes)
    if beyond.any():
        gene = annotation[beyond].iloc[0]
        raise InputError(
            f"gene_annotation places {gene['gene']!r:.60} at {gene['chrom']:.40}:{gene['start']}-"
            f"{gene['end']}, but in hic_contacts {gene['chrom']:.40} ends at "
            f"{sizes[gene['chrom']]}. Annotation and map are of different assemblies "
            f"({int(beyond.sum())} genes lie beyond their chromosome)."
        )


def is_one_of(chromosome: str, patterns: list[str]) -> bool:
    """Whether a chromosome's name, as any archive writes it, matches one of some patterns."""
    bare = bare_name(chromosome)
    names = {chromosome, bare, f"chr{bare}"} | ({"M", "chrM"} if bare == "MT" else set())
    return any(fnmatch(name, pattern) for name in names for pattern in patterns)


def bare_name(chromosome: str) -> str:
    """One name for what archives call chr1, Chr1 or 1, and chrM, M or MT."""
    bare = chromosome[3:] if chromosome[:3].lower() == "chr" else chromosome
    return "MT" if bare == "M" else bare


@cache  # bioframe reads the list of all assemblies for each of them
def known_sizes(assembly: str) -> Mapping[str, int]:
    """Length of an assembly's chromosomes by bare name; none where bioframe has no table of it."""
    try:
        info = bioframe.assembly_info(assembly)
    except ValueError:
        return {}
    sizes = info.chromsizes
    own = ASSEMBLY_METADATA_ROOT / f"{info.provider_build}.seqinfo.tsv"
    if own.exists():  # where bioframe 0.8 takes another build's: of danRer11, that of danRer10
        table = pd.read_table(own).set_index("name")["length"]
        sizes = table[table.index.isin(sizes.index)]
    return {bare_name(name): int(size) for name, size in sizes.items()}


def check_assembly(contacts: cooler.Cooler, assembly: str) -> None:
    """Raise InputError if a chromosome's length is not that of the assembly."""
    known = known_sizes(assembly)
    for name, size in contacts.chromsizes.items():
        expected = known.get(bare_name(name))
        if expected is not None and expected != size:
            alike = assemblies_of(contacts)
            others = f" (its sizes are those of {', '.join(alike)})" if alike else ""
            raise InputError(
                f"hic_contacts: {name:.40} is {size} bp long, in {assembly} it is {expected} bp. "
                f"The map is of another assembly{others}; correct `genome.assembly`, and use an "
                "annotation of the map's assembly."
            )


def assemblies_of(contacts: cooler.Cooler) -> list[str]:
    """Names of the known assemblies that have a map's chromosome sizes."""
    sizes = {bare_name(name): int(size) for name, size in contacts.chromsizes.items()}
    names = []
    table = bioframe.assemblies_available()
    for provider, name in zip(table["provider"], table["provider_build"], strict=True):
        known = known_sizes(f"{provider}.{name}")
        shared = known.keys() & sizes.keys()
        if shared and all(known[chrom] == sizes[chrom] for chrom in shared):
            names.append(name)
    return sorted(set(names))
