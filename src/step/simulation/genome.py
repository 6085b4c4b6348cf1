"""A simulated genome: chromosomes, compartments, domains, contacts and genes.

Coordinates are 0-based and half-open, in base pairs.
"""

import numpy as np
import pandas as pd

COMPARTMENT_EFFECT = 0.45
DOMAIN_EFFECT = 0.7
TRANS_LEVEL = 0.006
MEAN_COMPARTMENT_BP = 6_000_000
MEAN_DOMAIN_BP = 2_500_000


def simulate_bins(chromosomes_mb: list[int], bin_size: int, seed: int) -> pd.DataFrame:
    """Cut chromosomes into bins and give each a compartment and a domain.

    Args:
        chromosomes_mb: Length of each chromosome in megabases; they are named chr1, chr2, …
        bin_size: Base pairs.
        seed: Of the random state.

    Returns:
        One row a bin: chrom, start, end, compartment (+1 for A, −1 for B), domain (its number).
    """
    rng = np.random.default_rng([seed, 1])
    frames = []
    n_domains = 0
    for number, megabases in enumerate(chromosomes_mb, start=1):
        length = megabases * 1_000_000
        start = np.arange(0, length, bin_size)
        compartment = _segments(len(start), MEAN_COMPARTMENT_BP / bin_size, rng)
        domain = n_domains + _segments(len(start), MEAN_DOMAIN_BP / bin_size, rng)
        n_domains = int(domain.max()) + 1
        frames.append(
            pd.DataFrame(
                {
                    "chrom": f"chr{number}",
                    "start": start,
                    "end": np.minimum(start + bin_size, length),
                    "compartment": np.where(compartment % 2 == number % 2, 1, -1),
                    "domain": domain,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _segments(n_bins: int, mean_length: float, rng: np.random.Generator) -> np.ndarray:
    """Number runs of bins; run lengths vary between half and one and a half times the mean."""
    lengths = rng.uniform(0.5 * mean_length, 1.5 * mean_length, size=n_bins).round().clip(1)
    return np.repeat(np.arange(n_bins), lengths.astype(int))[:n_bins]


def expected_contacts(
    bins: pd.DataFrame, first: np.ndarray, second: np.ndarray, reads_per_bin: float
) -> np.ndarray:
    """Compute the expected reads between pairs of bins, before technical bias.

    Within a chromosome a contact decays as the inverse of the distance in bins; bins of one
    compartment or of one domain meet more often.

    Args:
        bins: From `simulate_bins`.
        first: Rows of `bins`, of any shape.
        second: Rows of `bins`; broadcast against `first`.
        reads_per_bin: Expected reads of a bin with itself.

    Returns:
        Shape that `first` and `second` broadcast to.
    """
    chromosome = bins["chrom"].factorize()[0]
    compartment = bins["compartment"].to_numpy()
    domain = bins["domain"].to_numpy()
    same_chromosome = chromosome[first] == chromosome[second]
    decay = np.where(same_chromosome, 1.0 / (1.0 + np.abs(first - second)), TRANS_LEVEL)
    effect = COMPARTMENT_EFFECT * compartment[first] * compartment[second]
    effect = effect + DOMAIN_EFFECT * (domain[first] == domain[second])
    return reads_per_bin * decay * np.exp(effect)


def simulate_contacts(bins: pd.DataFrame, reads_per_bin: float, seed: int) -> pd.DataFrame:
    """Draw a Hi-C map: Poisson reads around the expected contacts, biased bin by bin.

    Works a row of bins at a time, so a map of tens of thousands of bins needs little memory
    beyond its own pixels.

    Returns:
        Pixels of the upper triangle: bin1_id, bin2_id, count (integers), sorted.
    """
    rng = np.random.default_rng([seed, 2])
    bias = rng.lognormal(0.0, 0.25, size=len(bins))
    all_bins = np.arange(len(bins))
    columns, counts = [], []
    for row in all_bins:
        second = all_bins[row:]
        mean = expected_contacts(bins, row, second, reads_per_bin) * bias[row] * bias[second]
        drawn = rng.poisson(mean)
        seen = np.flatnonzero(drawn)
        columns.append(second[seen])
        counts.append(drawn[seen].astype(np.int32))
    return pd.DataFrame(
        {
            "bin1_id": np.repeat(all_bins, [len(seen) for seen in columns]),
            "bin2_id": np.concatenate(columns),
            "count": np.concatenate(counts),
        }
    )


def simulate_annotation(bins: pd.DataFrame, n_genes: int, seed: int) -> pd.DataFrame:
    """Scatter genes over the genome, three times as densely in A as in B compartments.

    Returns:
        One row a gene, sorted by place: gene, chrom, start, end, strand, tss, bin (row of `bins`).
    """
    rng = np.random.default_rng([seed, 3])
    share = np.where(bins["compartment"] > 0, 3.0, 1.0)
    chosen = rng.choice(len(bins), size=n_genes, p=share / share.sum())
    width = (bins["end"] - bins["start"]).to_numpy()[chosen]
    tss = bins["start"].to_numpy()[chosen] + (rng.uniform(0.05, 0.95, n_genes) * width).astype(int)
    length = rng.integers(2_000, 80_000, size=n_genes)
    forward = rng.random(n_genes) < 0.5
    chromosome_end = bins.groupby("chrom")["end"].max()
    chrom = bins["chrom"].to_numpy()[chosen]
    genes = pd.DataFrame(
        {
            "chrom": chrom,
            "start": np.where(forward, tss, np.maximum(tss + 1 - length, 0)),
            "end": np.where(
                forward, np.minimum(tss + length, chromosome_end[chrom].to_numpy()), tss + 1
            ),
            "strand": np.where(forward, "+", "-"),
            "tss": tss,
            "bin": chosen,
        }
    ).sort_values(["bin", "tss"], ignore_index=True)
    genes.insert(
        0, "gene", [f"Gene{number:0{len(str(n_genes))}d}" for number in range(1, n_genes + 1)]
    )
    return genes
