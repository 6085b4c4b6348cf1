"""A simulated study: the raw files of the demo, or of a course of any size and coupling."""

from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from step.genome.contacts import ContactMap
from step.simulation.expression import (
    Followed,
    choose_leading,
    nanostring_counts,
    neighbour_weights,
    replicate_log2,
    simulate_latent,
    simulate_regulation,
)
from step.simulation.genome import (
    simulate_annotation,
    simulate_bins,
    simulate_contacts,
)
from step.typed import Seed, between, settings

BIRTH_DAY = 19.5
N_UNPLACED = 3  # genes whose names stand in no table
N_RENAMED = 6  # genes that the lab's table calls otherwise than the annotation
SILENT_SHARE = 0.08  # of miRNAs, below the background
MOST_BINS = 20_000  # their pairs of bins take about 3 GB


@settings
class Simulation:
    """Size and nature of a simulated study.

    Attributes:
        seed: Of everything.
        chromosomes_mb: Length of each chromosome, megabases.
        bin_size: Of the contact map, base pairs.
        reads_per_bin: Expected Hi-C reads of a bin with itself.
        n_genes: mRNA genes measured; three times as many are annotated.
        n_mirnas: miRNAs measured.
        coupling: Pull of a gene's contact neighbours per day, 0 (none) to 1.
        regulatory_coupling: Pull of a gene's regulators per day, 0 (none) to 1.
        noise_sd: Of a replicate, log2.
        replicates: Samples a time, about; at least two.
        n_times: Sampled times.
    """

    seed: Seed
    chromosomes_mb: Annotated[
        list[Annotated[int, between(10, 1000)]], Field(min_length=1, max_length=100)
    ]
    bin_size: Annotated[int, between(10_000, 5_000_000)]
    reads_per_bin: Annotated[float, between(1, 1_000_000)]
    n_genes: Annotated[int, between(10, 20_000)]
    n_mirnas: Annotated[int, between(10, 20_000)]
    coupling: Annotated[float, between(0, 1)]
    regulatory_coupling: Annotated[float, between(0, 1)]
    noise_sd: Annotated[float, between(0, 10)]
    replicates: Annotated[int, between(1, 100)]
    n_times: Annotated[int, between(6, 200)]

    def __post_init__(self) -> None:
        """Raise ValueError where the map has more bins than can be drawn."""
        n_bins = sum(self.chromosomes_mb) * 1_000_000 // self.bin_size
        if n_bins > MOST_BINS:
            raise ValueError(
                f"bin_size is {self.bin_size}, which cuts the chromosomes into {n_bins} bins; "
                f"at most {MOST_BINS} can be drawn"
            )


def simulate_genome(simulation: Simulation) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Simulate the bins, with their true compartments and domains, and the annotated genes."""
    bins = simulate_bins(simulation.chromosomes_mb, simulation.bin_size, simulation.seed)
    n_annotated = 3 * max(simulation.n_genes, simulation.n_mirnas)
    return bins, simulate_annotation(bins, n_annotated, simulation.seed)


def annotate(genes: pd.DataFrame) -> pd.DataFrame:
    """Select what an archive's annotation holds: chrom, start, end, gene, strand."""
    return genes[["chrom", "start", "end", "gene", "strand"]]


def simulate_map(bins: pd.DataFrame, simulation: Simulation) -> ContactMap:
    """Simulate the Hi-C map."""
    pixels = simulate_contacts(bins, simulation.reads_per_bin, simulation.seed)
    return ContactMap(bins[["chrom", "start", "end"]], pixels, "demo")


def simulate_mrna(
    bins: pd.DataFrame, annotation: pd.DataFrame, simulation: Simulation
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Simulate log2 expression of mRNAs.

    Args:
        bins: From `simulate_genome`.
        annotation: From `simulate_genome`.
        simulation: Settings.

    Returns:
        The lab's table (gene, then a column a sample, log2), its table of names (assay_name,
        symbol; without the unplaced genes), and the truth (gene, leading).
    """
    rng = np.random.default_rng([simulation.seed, 10])
    genes = _sample(annotation, simulation.n_genes, rng)
    latent, leading = _course(bins, genes, simulation, simulation.seed)
    base = rng.uniform(6.0, 11.0, size=len(genes))
    replicates = _replicates(simulation, rng)
    values = replicate_log2(latent + base, replicates, simulation.noise_sd, simulation.seed)
    symbols = genes["gene"].to_numpy(dtype=object)
    shown = symbols.copy()
    shown[:N_RENAMED] = [f"{symbol} (probe {n})" for n, symbol in enumerate(symbols[:N_RENAMED], 1)]
    shown[-N_UNPLACED:] = [f"Unknown{number}" for number in range(1, N_UNPLACED + 1)]
    table = pd.DataFrame(values.T.round(3), columns=_headers(replicates))
    table.insert(0, "gene", shown)
    names = pd.DataFrame({"assay_name": shown, "symbol": symbols}).iloc[:-N_UNPLACED]
    truth = pd.DataFrame({"gene": symbols, "leading": leading}).iloc[:-N_UNPLACED]
    return table, names, truth


def simulate_mirna(
    bins: pd.DataFrame, annotation: pd.DataFrame, simulation: Simulation
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Simulate NanoString counts of miRNAs, each of which follows its target gene's course.

    Seven eighths of the miRNAs have a target gene of their own; the others share one.

    Args:
        bins: From `simulate_genome`.
        annotation: From `simulate_genome`.
        simulation: Settings.

    Returns:
        The lab's counts (Gene Name, Class Name, then a column a sample), the table of targets
        (mirna, target_gene), and the truth (gene, leading).
    """
    rng = np.random.default_rng([simulation.seed, 11])
    n_targets = simulation.n_mirnas - simulation.n_mirnas // 8
    genes = _sample(annotation, n_targets, rng)
    latent, leading = _course(bins, genes, simulation, simulation.seed + 1)
    shared = rng.choice(n_targets, size=simulation.n_mirnas - n_targets, replace=False)
    target = np.concatenate([np.arange(n_targets), shared])
    base = rng.uniform(6.0, 11.0, size=simulation.n_mirnas)
    base[rng.random(simulation.n_mirnas) < SILENT_SHARE] = 1.0
    replicates = _replicates(simulation, rng)
    values = replicate_log2(
        latent[:, target] + base, replicates, simulation.noise_sd, simulation.seed + 1
    )
    counts = nanostring_counts(values, simulation.seed)
    mirnas = [f"sim-miR-{number}" for number in range(1, simulation.n_mirnas + 1)]
    counts.columns = ["Class Name", *_headers(replicates)]
    counts.insert(0, "Gene Name", mirnas + list(counts.index[simulation.n_mirnas :]))
    symbols = genes["gene"].to_numpy()
    targets = pd.DataFrame({"mirna": mirnas, "target_gene": symbols[target]})
    return counts, targets, pd.DataFrame({"gene": symbols, "leading": leading})


def tabulate_regulation(
    mrna_truth: pd.DataFrame, mirna_truth: pd.DataFrame, simulation: Simulation
) -> pd.DataFrame:
    """Tabulate who regulates whom: source, target, sign.

    The courses follow it as far as `regulatory_coupling` says, which in the demo is not at all.
    """
    tables = []
    for number, truth in enumerate((mrna_truth, mirna_truth)):
        genes = truth["gene"].to_numpy()
        n_genes = simulation.n_genes if number == 0 else len(genes)
        edges = simulate_regulation(n_genes, simulation.seed + number).tocoo()
        known = (edges.row < len(genes)) & (edges.col < len(genes))
        tables.append(
            pd.DataFrame(
                {
                    "source": genes[edges.col[known]],
                    "target": genes[edges.row[known]],
                    "sign": np.where(edges.data[known] > 0, "+", "-"),
                }
            )
        )
    return pd.concat(tables).drop_duplicates(["source", "target"], ignore_index=True)


def simulate_gene_sets(
    bins: pd.DataFrame,
    annotation: pd.DataFrame,
    mrna_truth: pd.DataFrame,
    mirna_truth: pd.DataFrame,
    simulation: Simulation,
) -> dict[str, list[str]]:
    """Make gene sets by role, compartment and chromosome, and random ones that mean nothing."""
    rng = np.random.default_rng([simulation.seed, 12])
    roles = pd.concat([mrna_truth, mirna_truth]).drop_duplicates("gene")
    in_a = bins["compartment"].to_numpy()[annotation["bin"]] > 0
    sets = {
        "DEMO_LEADING_GENES": roles.loc[roles["leading"], "gene"].tolist(),
        "DEMO_FOLLOWING_GENES": roles.loc[~roles["leading"], "gene"].tolist(),
        "DEMO_COMPARTMENT_A": annotation.loc[in_a, "gene"].tolist(),
        "DEMO_COMPARTMENT_B": annotation.loc[~in_a, "gene"].tolist(),
    }
    for chrom, members in annotation.groupby("chrom"):
        sets[f"DEMO_{chrom.upper()}"] = members["gene"].tolist()
    for number in range(1, 21):
        size = min(40, len(annotation))
        sets[f"DEMO_RANDOM_{number:02d}"] = sorted(
            rng.choice(annotation["gene"], size=size, replace=False)
        )
    return sets


def sample_times(n_times: int) -> np.ndarray:
    """List E16.5, each half day from P0.5 to P7, then each day from P8, in days after birth."""
    half_days = np.arange(0.5, 7.5, 0.5)
    days = np.arange(8.0, 8.0 + n_times)
    return np.concatenate([[16.5 - BIRTH_DAY], half_days, days])[:n_times]


def _course(
    bins: pd.DataFrame, genes: pd.DataFrame, simulation: Simulation, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    neighbours = neighbour_weights(bins, genes)
    leading = choose_leading(neighbours, seed)
    regulators = simulate_regulation(len(genes), seed)
    followed = [
        Followed(neighbours, simulation.coupling),
        Followed(regulators, simulation.regulatory_coupling),
    ]
    latent = simulate_latent(followed, leading, sample_times(simulation.n_times), seed)
    return latent, leading


def _sample(annotation: pd.DataFrame, n_genes: int, rng: np.random.Generator) -> pd.DataFrame:
    chosen = np.sort(rng.choice(len(annotation), size=n_genes, replace=False))
    return annotation.iloc[chosen].reset_index(drop=True)


def _replicates(simulation: Simulation, rng: np.random.Generator) -> np.ndarray:
    """Draw the number of samples at each time: one is lost or added now and then."""
    change = rng.choice([-1, 0, 1], size=simulation.n_times, p=[0.15, 0.7, 0.15])
    return np.maximum(simulation.replicates + change, 2)


def _headers(replicates: np.ndarray) -> list[str]:
    return [
        f"{'E16.5' if time < 0 else f'P{time:g}'}_r{replicate}"
        for time, count in zip(sample_times(len(replicates)), replicates, strict=True)
        for replicate in range(1, count + 1)
    ]
