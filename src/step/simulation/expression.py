"""Simulated time courses of genes that follow their contact neighbours, or their regulators.

Some genes lead: their latent expression is a random walk. The others follow: they are pulled
towards the mean of those whom they follow as these were one step earlier. A coupling of zero leaves
independent random walks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse

from step.simulation.genome import expected_contacts
from step.simulation.neighbours import normalised

STEP_DAYS = 0.5
NEIGHBOURS = 3
LEADING_SHARE = 0.35
LEADING_SD_PER_DAY = 0.5
FOLLOWING_SD_PER_DAY = 0.05
BLOCK = 2_000_000  # contacts computed at a time


def neighbour_weights(bins: pd.DataFrame, genes: pd.DataFrame) -> scipy.sparse.csr_array:
    """Weight each gene's strongest contact neighbours; the weights of a row sum to one.

    Contacts are computed for a block of genes at a time, so memory does not grow with the square
    of the number of genes.

    Args:
        bins: From `simulate_bins`.
        genes: From `simulate_annotation`; only these genes can be neighbours.

    Returns:
        Shape `[gene, gene]`; a gene alone on its chromosome has an empty row.
    """
    rows, columns, values = [], [], []
    for _, members in genes.reset_index(drop=True).groupby("chrom"):
        index, place = members.index.to_numpy(), members["bin"].to_numpy()
        n_neighbours = min(NEIGHBOURS, len(index) - 1)
        height = max(BLOCK // len(index), 1)
        for start in range(0, len(index), height):
            block = np.arange(start, min(start + height, len(index)))
            best, contact = _strongest(bins, place, block, n_neighbours)
            rows.append(np.repeat(index[block], n_neighbours))
            columns.append(index[best].ravel())
            values.append((contact / contact.sum(axis=1, keepdims=True)).ravel())
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return scipy.sparse.csr_array(entries, shape=(len(genes), len(genes)))


def _strongest(
    bins: pd.DataFrame, place: np.ndarray, block: np.ndarray, n_neighbours: int
) -> tuple[np.ndarray, np.ndarray]:
    """Find the strongest contacts of some of a chromosome's genes.

    Args:
        bins: From `simulate_bins`.
        place: Bin of each of the chromosome's genes, shape `[gene]`.
        block: Positions of the genes in question, shape `[row]`.
        n_neighbours: Contacts to find for each.

    Returns:
        Positions and contacts, shape `[row, n_neighbours]`, the strongest first; of equal
        contacts, the one of the earlier gene.
    """
    contact = expected_contacts(bins, place[block, None], place[None, :], 1.0)
    row = np.arange(len(block))
    contact[row, block] = -1.0  # no gene is its own neighbour
    best = np.empty((len(block), n_neighbours), dtype=np.int64)
    strength = np.empty(best.shape)
    for rank in range(n_neighbours):
        best[:, rank] = contact.argmax(axis=1)
        strength[:, rank] = contact[row, best[:, rank]]
        contact[row, best[:, rank]] = -1.0
    return best, strength


def simulate_regulation(n_genes: int, seed: int) -> scipy.sparse.csr_array:
    """Draw the regulators of each gene: one or two, that raise or lower it.

    Returns:
        Row by row the weights of a gene's regulators, negative where they lower it, shape
        `[gene, gene]`; their absolute values sum to one.
    """
    rng = np.random.default_rng([seed, 8])
    regulators = rng.choice(n_genes, max(n_genes // 8, 2), replace=False)
    source = rng.choice(regulators, (n_genes, 2))
    weight = rng.choice([-1.0, 1.0], source.shape)
    weight[:, 1] = rng.choice([-1.0, 0.0, 1.0], n_genes)
    target = np.repeat(np.arange(n_genes), 2)
    kept = (source.ravel() != target) & (weight.ravel() != 0)
    entries = (weight.ravel()[kept], (target[kept], source.ravel()[kept]))
    matrix = scipy.sparse.csr_array(entries, shape=(n_genes, n_genes))
    matrix.eliminate_zeros()
    return normalised(matrix)


def choose_leading(neighbours: scipy.sparse.csr_array, seed: int) -> np.ndarray:
    """Choose the genes that lead, shape `[gene]`; a gene without neighbours has none to follow."""
    n_genes = neighbours.shape[0]
    chosen = np.random.default_rng([seed, 4]).random(n_genes) < LEADING_SHARE
    return chosen | (np.asarray(neighbours.sum(axis=1)).ravel() == 0)


@dataclass(frozen=True)
class Followed:
    """Whom genes follow, and how closely.

    Attributes:
        weights: Row by row the weights of those whom a gene follows, shape `[gene, gene]`; their
            absolute values sum to one, or the row is empty.
        coupling: Pull towards their weighted sum per day, 0 (none) to 1.
    """

    weights: scipy.sparse.csr_array
    coupling: float


def simulate_latent(
    followed: Sequence[Followed], leading: np.ndarray, times: np.ndarray, seed: int
) -> np.ndarray:
    """Simulate latent log2 expression at the given times, around zero.

    x(t + h) = x(t) + Σ coupling · h · (weights x(t) − x(t)) + noise, with h half a day; the leading
    genes follow nobody, and their noise is larger.

    Args:
        followed: Contact neighbours, regulators.
        leading: From `choose_leading`, shape `[gene]`.
        times: In days, ascending, multiples of half a day apart.
        seed: Of the random state.

    Returns:
        Shape `[time, gene]`, log2.
    """
    rng = np.random.default_rng([seed, 5])
    pulls = []
    for each in followed:
        follows = ~leading & (np.asarray(abs(each.weights).sum(axis=1)).ravel() > 0)
        pulls.append((each.weights, np.where(follows, each.coupling * STEP_DAYS, 0.0)))
    step_sd = np.where(leading, LEADING_SD_PER_DAY, FOLLOWING_SD_PER_DAY) * np.sqrt(STEP_DAYS)
    state = rng.normal(0.0, 1.0, size=len(leading))
    position = np.round((times - times[0]) / STEP_DAYS).astype(int)
    path = np.empty((position[-1] + 1, len(leading)))
    for step in range(len(path)):
        path[step] = state
        drift = sum(pull * (weights @ state - state) for weights, pull in pulls)
        state = state + drift + rng.normal(0.0, step_sd)
    return path[position]


def replicate_log2(
    latent: np.ndarray, replicates: np.ndarray, noise_sd: float, seed: int
) -> np.ndarray:
    """Draw noisy replicates of log2 expression.

    Args:
        latent: Shape `[time, gene]`.
        replicates: Number at each time, shape `[time]`.
        noise_sd: Standard deviation of a replicate, log2.
        seed: Of the random state.

    Returns:
        Shape `[sample, gene]`, samples in the order of time.
    """
    rng = np.random.default_rng([seed, 6])
    samples = np.repeat(latent, replicates, axis=0)
    return samples + rng.normal(0.0, noise_sd, size=samples.shape)


def nanostring_counts(log2_expression: np.ndarray, seed: int) -> pd.DataFrame:
    """Simulate raw nCounter counts of endogenous probes and of the controls beside them.

    Each sample has its own yield, over an order of magnitude; each probe its background.

    Args:
        log2_expression: Shape `[sample, probe]`, log2 of counts at unit yield.
        seed: Of the random state.

    Returns:
        Class Name, then one column a sample (0, 1, …); endogenous probes first, as ordered, then
        POS_A …, NEG_A …, housekeeping. Index: probe names of the controls, numbers of the others.
    """
    rng = np.random.default_rng([seed, 7])
    n_samples, n_probes = log2_expression.shape
    yield_ = rng.lognormal(0.0, 0.7, size=(n_samples, 1))
    hybridisation = rng.lognormal(0.0, 0.15, size=(n_samples, 1))
    content = yield_ * hybridisation
    positive = np.array([128.0, 32.0, 8.0, 2.0, 0.5, 0.125]) * 300.0
    housekeeping = 2.0 ** np.array([11.0, 10.0, 9.0, 8.0])
    background = 12.0
    means = np.concatenate(
        [
            content * 2.0**log2_expression + background,
            hybridisation * positive + background,
            np.full((n_samples, 8), background) * rng.lognormal(0, 0.2, (1, 8)),
            content * housekeeping + background,
        ],
        axis=1,
    )
    names = [str(probe) for probe in range(n_probes)]
    names += [f"POS_{letter}" for letter in "ABCDEF"] + [f"NEG_{letter}" for letter in "ABCDEFGH"]
    names += [f"Housekeeping_{number}" for number in range(1, 5)]
    kinds = ["Endogenous1"] * n_probes + ["Positive"] * 6 + ["Negative"] * 8 + ["Housekeeping"] * 4
    counts = pd.DataFrame(rng.poisson(means).T, index=names)
    counts.insert(0, "Class Name", kinds)
    return counts
