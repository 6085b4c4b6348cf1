from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from step.simulation.expression import neighbour_weights
from step.simulation.study import (
    Simulation,
    annotate,
    sample_times,
    simulate_gene_sets,
    simulate_genome,
    simulate_map,
    simulate_mirna,
    simulate_mrna,
)

SMALL = Simulation(
    seed=1,
    chromosomes_mb=[30, 20],
    bin_size=500_000,
    reads_per_bin=50,
    n_genes=60,
    n_mirnas=32,
    coupling=1.0,
    regulatory_coupling=0.0,
    noise_sd=0.05,
    replicates=3,
    n_times=26,
)


def times_of(table: pd.DataFrame, annotation_columns: int) -> pd.Series:
    """Days after birth of a table's samples, whose headers are as `E16.5_r1` or `P0.5_r1`."""
    days = table.columns[annotation_columns:].str.extract(r"^(E|P)([0-9.]+)_r[1-9]$")
    return days[1].astype(float) - np.where(days[0] == "E", 19.5, 0.0)


@pytest.mark.parametrize("replicates", [1, 3, 6])
def test_headers_name_the_times_and_their_replicates(replicates):
    setting = replace(SMALL, replicates=replicates)
    genome = simulate_genome(setting)
    for table, first in ((simulate_mrna(*genome, setting)[0], 1),
                         (simulate_mirna(*genome, setting)[0], 2)):  # fmt: skip
        counts = times_of(table, first).value_counts().sort_index()
        np.testing.assert_array_equal(counts.index, sample_times(26))
        assert counts.between(max(replicates - 1, 2), max(replicates + 1, 2)).all()
        assert replicates == 1 or counts.nunique() > 1


def test_some_genes_are_called_otherwise_and_some_have_no_place():
    bins, annotation = simulate_genome(SMALL)
    table, names, truth = simulate_mrna(bins, annotation, SMALL)
    known = set(annotate(annotation)["gene"])
    assert table["gene"].is_unique
    assert len(table) == SMALL.n_genes
    unplaced = table["gene"][-3:]
    assert unplaced.tolist() == ["Unknown1", "Unknown2", "Unknown3"]
    assert not set(unplaced) & (known | set(names["assay_name"]))
    renamed = set(table["gene"][:-3]) - known
    assert len(renamed) == 6
    symbols = names.set_index("assay_name")["symbol"]
    assert set(symbols[list(renamed)]) <= known
    assert set(truth["gene"]) == set(symbols)


def test_mirnas_have_targets_in_the_annotation_and_some_are_silent():
    bins, annotation = simulate_genome(SMALL)
    counts, targets, _ = simulate_mirna(bins, annotation, SMALL)
    assert targets["mirna"].tolist() == counts["Gene Name"][: SMALL.n_mirnas].tolist()
    assert set(targets["target_gene"]) <= set(annotation["gene"])
    assert targets["target_gene"].nunique() == SMALL.n_mirnas - SMALL.n_mirnas // 8
    samples = counts.iloc[:, 2:]
    silent = samples[: SMALL.n_mirnas].mean(axis=1) < 2 * samples[-12:-4].mean(axis=None)
    assert 1 <= silent.sum() <= 8


def gain_of_neighbours(coupling: float) -> float:
    """How much better the neighbours' past forecasts a follower's next half day than no change.

    1 − MSE / MSE of the last value, by a slope fitted on the table that a lab would deliver.
    """
    setting = replace(SMALL, coupling=coupling)
    bins, annotation = simulate_genome(setting)
    table, _, truth = simulate_mrna(bins, annotation, setting)
    table = table.iloc[: len(truth)]
    genes = annotation.set_index("gene").loc[truth["gene"]].reset_index()
    times = times_of(table, 1).to_numpy()
    mean = table.iloc[:, 1:].T.groupby(times).mean().to_numpy()
    mean = mean - mean.mean(axis=0)
    distance = (neighbour_weights(bins, genes) @ mean.T).T - mean
    followers = ~truth["leading"].to_numpy()
    before, change = distance[:-1, followers].ravel(), np.diff(mean, axis=0)[:, followers].ravel()
    slope = (before @ change) / (before @ before)
    return 1 - ((change - slope * before) ** 2).mean() / (change**2).mean()


def test_coupling_makes_the_past_of_the_neighbours_predictive():
    assert gain_of_neighbours(1.0) > 0.3
    assert gain_of_neighbours(0.0) < 0.1


def test_a_seed_gives_one_study_and_another_seed_another():
    def tables(seed: int) -> list[pd.DataFrame]:
        setting = replace(SMALL, seed=seed)
        bins, annotation = simulate_genome(setting)
        contacts = simulate_map(bins, setting)
        mrna, mirna = (make(bins, annotation, setting) for make in (simulate_mrna, simulate_mirna))
        return [bins, annotation, contacts.pixels, *mrna, *mirna]

    first, again, other = tables(1), tables(1), tables(2)
    for one, two, three in zip(first, again, other, strict=True):
        pd.testing.assert_frame_equal(one, two)
        assert not one.equals(three)


@pytest.mark.parametrize("n_genes", [20, 150, 2000])
def test_a_course_may_have_any_number_of_genes(n_genes):
    setting = replace(SMALL, n_genes=n_genes)
    bins, annotation = simulate_genome(setting)
    table, _, truth = simulate_mrna(bins, annotation, setting)
    assert len(table) == n_genes
    assert table["gene"].is_unique
    assert truth["leading"].mean() == pytest.approx(0.35, abs=0.25)


def test_gene_sets_tell_roles_compartments_and_chromosomes():
    bins, annotation = simulate_genome(SMALL)
    mrna, mirna = (make(bins, annotation, SMALL)[2] for make in (simulate_mrna, simulate_mirna))
    sets = simulate_gene_sets(bins, annotation, mrna, mirna, SMALL)
    assert set(sets["DEMO_LEADING_GENES"]).isdisjoint(sets["DEMO_FOLLOWING_GENES"])
    assert set(sets["DEMO_COMPARTMENT_A"]) | set(sets["DEMO_COMPARTMENT_B"]) == set(
        annotation["gene"]
    )
    assert set(sets["DEMO_CHR2"]) == set(annotation["gene"][annotation["chrom"] == "chr2"])
    assert sum(name.startswith("DEMO_RANDOM") for name in sets) == 20


@pytest.mark.parametrize("n_times", [6, 40])
def test_a_course_is_as_long_as_asked_for(n_times):
    setting = replace(SMALL, n_times=n_times)
    table, _, _ = simulate_mrna(*simulate_genome(setting), setting)
    assert times_of(table, 1).nunique() == n_times
    assert times_of(table, 1).is_monotonic_increasing
