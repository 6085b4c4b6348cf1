import numpy as np
import pytest

from step.graphs.gene_graph import GeneGraph
from step.graphs.stretch import stretch

N_GENES = 60
PLACE = np.arange(N_GENES, dtype=float)


def chain(n_chromosomes: int = 3) -> tuple[GeneGraph, np.ndarray]:
    """Genes in contact with the next one on their chromosome, and the number of the latter."""
    chromosome = np.repeat(np.arange(n_chromosomes), N_GENES // n_chromosomes)
    first = np.flatnonzero(chromosome[:-1] == chromosome[1:])
    return GeneGraph(first, first + 1, np.ones(len(first)), N_GENES), chromosome


def test_a_small_study_is_taken_whole():
    graph, chromosome = chain()
    chosen = stretch({"contact": graph}, chromosome, PLACE, N_GENES, seed=1)
    np.testing.assert_array_equal(chosen, np.arange(N_GENES))


@pytest.mark.parametrize("seed", range(5))
def test_neighbours_on_the_genome_are_chosen_together(seed):
    graph, chromosome = chain()
    chosen = stretch({"contact": graph}, chromosome, PLACE, 25, seed)
    assert len(chosen) == 25
    assert (np.diff(chosen) > 1).sum() <= 1  # one stretch, around the end
    assert len(graph.among(chosen).first) >= 25 - 4


def test_a_gene_comes_with_its_regulators():
    contact, chromosome = chain()
    targets = np.arange(20, N_GENES)
    regulation = GeneGraph(targets % 10, targets, np.ones(40), N_GENES, directed=True)
    graphs = {"contact": contact, "regulatory": regulation}
    chosen = stretch(graphs, chromosome, PLACE, 30, seed=2)
    assert 20 <= len(chosen) <= 30
    regulators = np.arange(10)
    run = np.setdiff1d(chosen, regulators)
    regulated = run[run >= 20]
    assert np.isin(regulated % 10, chosen).all()


def test_genes_without_edges_come_last():
    graph = GeneGraph(np.arange(0, 20), np.arange(20, 40), np.ones(20), N_GENES)
    chromosome = np.full(N_GENES, -1)
    chosen = stretch({"contact": graph}, chromosome, PLACE, 40, seed=0)
    np.testing.assert_array_equal(chosen, np.arange(40))


@pytest.mark.parametrize("seed", range(6))
def test_a_gene_with_more_regulators_than_genes_are_wanted_comes_with_as_many(seed):
    regulators = np.arange(1, 41)
    graph = GeneGraph(regulators, np.zeros(40, int), np.ones(40), 60, directed=True)
    chosen = stretch({"regulatory": graph}, np.zeros(60, int), np.arange(60.0), 30, seed)
    assert len(np.unique(chosen)) == len(chosen) == 30
