"""What the benchmarks of sources make and measure; each task runs in a process of its own.

`python -m tests.benchmarks.sources make|run <task> <folder>`; a run prints its seconds.
"""

import sys
import time
from pathlib import Path

import bioframe
import cooler
import numpy as np
import pandas as pd

from step.datasets import ContactMapDataset, GeneAnnotationDataset, TableDataset
from step.expression.normalisation import Normalisation, normalise, tidy
from step.expression.samples import TableLayout, read_measurements
from step.genome.contacts import Genome, check_annotation
from step.genome.features import Features, chromatin_features
from step.genome.pairs import PairSelection, gene_pairs
from step.genome.placement import add_features, choose_tss, place_genes
from step.graphs.weights import EdgeWeights, structural_weights

N_GENES = 20_000
N_SAMPLES = 200
TOP_PAIRS = PairSelection(max_distance=200_000_000, neighbours=190)
WEIGHTS = EdgeWeights(
    contact_weight=0.7, compartment_weight=0.1, tad_weight=0.1, insulation_weight=0.1
)
FEATURES = Features(excluded_chromosomes=["chrM", "chrY"])
GENOME = Genome(assembly="mm10", ignored_chromosomes=[])


def make_annotation(folder: Path) -> None:
    """A GTF as archives deliver it: 20,000 genes, each with transcripts and exons."""
    rng = np.random.default_rng(0)
    sizes = bioframe.assembly_info("mm10").chromsizes.drop(["chrM", "chrY"])
    share = rng.choice(len(sizes), size=N_GENES, p=sizes / sizes.sum())
    lines = []
    for number, chromosome in enumerate(share):
        start = int(rng.integers(3_000_000, sizes.iloc[chromosome] - 200_000))
        strand = "+-"[number % 2]
        name = f'gene_id "ENSMUSG{number:011d}"; gene_name "Gene{number}";'
        records = [("gene", start, start + 30_000)]
        for transcript in range(4):
            records.append(("transcript", start + 500 * transcript, start + 30_000))
            records += [("exon", start + 1000 * e, start + 1000 * e + 200) for e in range(10)]
        lines += [
            f"{sizes.index[chromosome]}\tbench\t{kind}\t{a}\t{b}\t.\t{strand}\t.\t{name}"
            for kind, a, b in records
        ]
    (folder / "genes.gtf").write_text("\n".join(lines) + "\n")


def make_map(folder: Path, bin_size: int, reach: int, depth: float) -> None:
    """A balanced map of a mouse-sized genome: contacts by distance and compartment."""
    rng = np.random.default_rng(1)
    sizes = bioframe.assembly_info("mm10").chromsizes.drop(["chrM", "chrY"])
    bins = bioframe.binnify(sizes, bin_size)
    visible = rng.uniform(0.7, 1.3, len(bins))
    compartment = np.sign(np.sin(np.arange(len(bins)) * bin_size / 3e6) + rng.normal(0, 0.3))
    domain = np.arange(len(bins)) * bin_size // 800_000

    def chunks():
        offset = 0
        for size in sizes:
            n_bins = -(-int(size) // bin_size)
            first = np.repeat(np.arange(n_bins), np.minimum(reach, n_bins - np.arange(n_bins)))
            begin = np.flatnonzero(np.diff(first, prepend=-1))
            second = first + np.arange(len(first)) - np.repeat(begin, np.diff([*begin, len(first)]))
            a, b = first + offset, second + offset
            rate = depth / (1.0 + second - first) * visible[a] * visible[b]
            rate *= 1.0 + 0.4 * compartment[a] * compartment[b] + 0.5 * (domain[a] == domain[b])
            count = rng.poisson(rate)
            seen = count > 0
            yield pd.DataFrame({"bin1_id": a[seen], "bin2_id": b[seen], "count": count[seen]})
            offset += n_bins

    path = str(folder / f"map_{bin_size}.cool")
    cooler.create_cooler(path, bins, chunks(), ordered=True, assembly="mm10")
    with cooler.Cooler(path).open("r+") as file:
        file["bins"]["weight"] = 1.0 / visible / np.sqrt(depth)


def make_table(folder: Path) -> None:
    rng = np.random.default_rng(2)
    level = rng.lognormal(5, 2, N_GENES)
    counts = rng.poisson(level[:, None] * rng.uniform(0.5, 2.0, N_SAMPLES))
    headers = [f"P{day / 2:g}_r{r}" for day in range(N_SAMPLES // 4) for r in range(4)]
    table = pd.DataFrame(counts, columns=headers)
    table.insert(0, "gene", [f"Gene{number}" for number in range(N_GENES)])
    table.to_csv(folder / "counts.tsv", sep="\t", index=False)


def connect(folder: Path, bin_size: int) -> None:
    """From annotation and map to edges."""
    contacts = ContactMapDataset(filepath=str(folder / f"map_{bin_size}.cool")).load()
    annotation = GeneAnnotationDataset(filepath=str(folder / "genes.gtf")).load()
    tss = choose_tss(check_annotation(annotation, contacts, GENOME))
    names = [f"GENE{number}" for number in range(N_GENES)]
    places = place_genes(names, pd.Series(dtype=object), tss)
    genes = add_features(places, chromatin_features(contacts, tss, FEATURES))
    pairs = gene_pairs(genes, contacts, TOP_PAIRS)
    edges = structural_weights(pairs, genes, bin_size, WEIGHTS)
    print(f"{len(edges)} pairs of {genes['bin'].notna().sum()} placed genes", file=sys.stderr)


def normalise_table(folder: Path) -> None:
    """From a table of counts to tidy normalised samples."""
    layout = TableLayout(gene_column="gene", scale="counts", time_unit="day")
    table = TableDataset(filepath=str(folder / "counts.tsv")).load()
    course = read_measurements(table, layout, None, "counts")
    settings = Normalisation(method="median_of_ratios", unwanted_components=2)
    samples = tidy(normalise(course, settings, 12), course.samples)
    print(f"{len(samples)} values", file=sys.stderr)


def compile_first(folder: Path) -> None:
    """What numba compiles, on the first call of a machine."""
    connect(folder, 5_000_000)


MAKE = {
    "genes": lambda folder: (
        make_annotation(folder),
        make_map(folder, 1_000_000, 10_000, 2000.0),
        make_map(folder, 5_000_000, 10_000, 2000.0),
    ),
    "table": make_table,
    "fine": lambda folder: (
        make_annotation(folder),
        make_map(folder, 50_000, 3000, 300.0),
        make_map(folder, 5_000_000, 10_000, 2000.0),
    ),
}
RUN = {
    "genes": lambda folder: connect(folder, 1_000_000),
    "table": normalise_table,
    "fine": lambda folder: connect(folder, 50_000),
}

if __name__ == "__main__":
    action, task, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    if action == "make":
        MAKE[task](folder)
    else:
        if task != "table":
            compile_first(folder)
        started = time.perf_counter()
        RUN[task](folder)
        print(time.perf_counter() - started)
