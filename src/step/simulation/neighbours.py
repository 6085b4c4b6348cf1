"""Neighbours of simulated genes: by contact, and by regulation."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse

from step.graphs.gene_graph import GeneGraph


@dataclass(frozen=True)
class Neighbours:
    """Whom each gene follows, and what is known of it.

    Attributes:
        pull: Row by row the genes that a gene follows; absolute weights sum to one, shape
            `[gene, gene]`. A gene without neighbours has an empty row.
        known: The graph that a study has: measured with noise, with missing and false edges.
    """

    pull: scipy.sparse.csr_array
    known: GeneGraph


def simulate_contact(n_genes: int, rng: np.random.Generator) -> Neighbours:
    """Scatter genes over chromosomes, and let each follow those that it meets most often."""
    n_chromosomes = int(rng.integers(1, 21))
    chromosome = rng.integers(0, n_chromosomes, n_genes)
    place = rng.random(n_genes) * n_genes / n_chromosomes
    n_followed = int(rng.integers(1, 5))
    n_known = n_followed + int(rng.integers(0, 4))
    lost = rng.uniform(0.0, 0.3) * (rng.random() < 0.3)
    error = rng.uniform(0.0, 0.4)
    flattened = rng.uniform(0.2, 1.0)  # weights of edges tell less than contacts do
    followed, known = [], []
    for number in range(n_chromosomes):
        genes = np.flatnonzero(chromosome == number)
        if len(genes) < 2:
            continue
        distance = np.abs(place[genes][:, None] - place[genes])
        affinity = _symmetric(rng.normal(0.0, 0.7, distance.shape))
        contact = np.exp(affinity) / (1.0 + distance)
        measured = contact * np.exp(_symmetric(rng.normal(0.0, error, distance.shape)))
        followed.append(_strongest(contact, genes, n_followed))
        known.append(_strongest(measured, genes, n_known))
    pull = normalised(_matrix(followed, n_genes))
    seen = _matrix(known, n_genes)
    unplaced = rng.random(n_genes) < lost
    seen = seen.maximum(seen.T).tocoo()
    kept = (seen.row < seen.col) & ~unplaced[seen.row] & ~unplaced[seen.col]
    weight = seen.data[kept] ** flattened
    graph = GeneGraph(seen.row[kept], seen.col[kept], weight, n_genes)
    return Neighbours(pull, graph)


def simulate_regulation(n_genes: int, rng: np.random.Generator) -> Neighbours:
    """Let some genes raise or lower others; what is known of it lacks some and invents some."""
    n_regulators = max(int(n_genes * rng.uniform(0.02, 0.3)), 2)
    regulators = rng.choice(n_genes, n_regulators, replace=False)
    targets = np.flatnonzero(rng.random(n_genes) < rng.uniform(0.3, 1.0))
    n_each = int(rng.integers(1, 5))
    source = rng.choice(regulators, (len(targets), n_each))
    lowers = rng.random((len(targets), n_each)) < rng.uniform(0.0, 0.5)
    weight = rng.lognormal(0.0, 0.7, source.shape) * np.where(lowers, -1.0, 1.0)
    target = np.repeat(targets, n_each)
    true = _without_loops(source.ravel(), target, weight.ravel())
    found = rng.random(len(true[0])) >= rng.uniform(0.0, 0.4)
    n_false = int(found.sum() * rng.uniform(0.0, 0.5))
    false = _without_loops(
        rng.choice(regulators, n_false),
        rng.integers(0, n_genes, n_false),
        rng.lognormal(0.0, 0.7, n_false) * rng.choice([-1.0, 1.0], n_false),
    )
    source, target, weight = (
        np.concatenate([each[found], invented]) for each, invented in zip(true, false, strict=True)
    )
    weight = np.sign(weight) if rng.random() < 0.5 else weight
    known = scipy.sparse.coo_array((weight, (target, source)), shape=(n_genes, n_genes))
    known.sum_duplicates()
    entries = scipy.sparse.coo_array(
        (true[2], (true[1], true[0])), shape=(n_genes, n_genes)
    ).tocsr()
    graph = GeneGraph(known.col, known.row, known.data, n_genes, directed=True)
    return Neighbours(normalised(entries), graph)


def _symmetric(values: np.ndarray) -> np.ndarray:
    return (values + values.T) / np.sqrt(2.0)


def _strongest(
    contact: np.ndarray, genes: np.ndarray, n_neighbours: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each gene's strongest contacts: gene, neighbour, contact."""
    contact = contact.copy()
    np.fill_diagonal(contact, -1.0)
    n_neighbours = min(n_neighbours, len(genes) - 1)
    best = np.argpartition(-contact, n_neighbours - 1, axis=1)[:, :n_neighbours]
    strength = np.take_along_axis(contact, best, axis=1)
    return np.repeat(genes, n_neighbours), genes[best].ravel(), strength.ravel()


def _matrix(parts: list[tuple[np.ndarray, ...]], n_genes: int) -> scipy.sparse.csr_array:
    if not parts:
        return scipy.sparse.csr_array((n_genes, n_genes))
    row, column, value = (np.concatenate(each) for each in zip(*parts, strict=True))
    return scipy.sparse.csr_array((value, (row, column)), shape=(n_genes, n_genes))


def normalised(weights: scipy.sparse.csr_array) -> scipy.sparse.csr_array:
    """Divide each row by the sum of its absolute values; an empty row stays empty."""
    total = np.asarray(abs(weights).sum(axis=1)).ravel()
    scale = scipy.sparse.diags_array(1.0 / np.where(total > 0, total, 1.0))
    return (scale @ weights).tocsr()


def _without_loops(
    source: np.ndarray, target: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    kept = source != target
    return source[kept], target[kept], weight[kept]
