"""The rules that no change may break, on the way from the raw files to the scores."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from step.datasets import TableDataset
from step.datasets.contact_map import open_map
from step.evaluation.graph_test import GraphTest, graph_test
from step.expression.replicates import summarise_replicates
from step.forecasting.arms.network import step, step_no_graph
from step.forecasting.backtest import scored_losses
from step.forecasting.course import walk
from step.forecasting.graph_backtest import rewired_losses
from step.forecasting.in_context import InContextForecaster, load_pretrained
from step.forecasting.origins import forecast_origins
from step.forecasting.panel import panel_from_expression
from step.genome.contacts import ContactMap
from step.genome.features import Features, chromatin_features
from step.genome.placement import add_features, choose_tss, place_genes
from step.graphs.gene_graph import gene_graphs
from step.graphs.regulation import read_regulation, regulatory_edges
from step.pipelines.graph_engineering.nodes import PairSettings, connect_genes
from step.simulation.expression import (
    Followed,
    choose_leading,
    neighbour_weights,
    replicate_log2,
    simulate_latent,
    simulate_regulation,
)
from step.simulation.genome import simulate_annotation, simulate_bins, simulate_contacts
from step.simulation.study import annotate, sample_times
from tests.forecasting.recipes import BACKTEST
from tests.pipelines.conftest import QUICK, run

N_GENES = 80
N_REPLICATES = 3
REWIRINGS = 39
PAIRS = PairSettings(
    max_distance=50_000_000,
    contact_weight=0.7,
    compartment_weight=0.1,
    tad_weight=0.1,
    insulation_weight=0.1,
    neighbours=3,
)


def simulated_edges(bins: pd.DataFrame, genes: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Gene pairs, from a simulated map as from a real one."""
    pixels = simulate_contacts(bins, 400, seed)
    contacts = open_map(
        ContactMap(bins[["chrom", "start", "end"]], pixels, "demo"), "ice", "simulated"
    )
    tss = choose_tss(annotate(genes).assign(gene_id=None))
    features = chromatin_features(contacts, tss, Features(excluded_chromosomes=[]))
    places = place_genes(genes["gene"].tolist(), pd.Series(dtype=object), tss)
    return connect_genes(add_features(places, features), contacts, None, PAIRS)


def simulated_expression(
    bins: pd.DataFrame, genes: pd.DataFrame, followed: Followed, seed: int
) -> pd.DataFrame:
    """The course of genes that follow some others, summarised as a real one."""
    times = sample_times(26)
    leading = choose_leading(neighbour_weights(bins, genes), seed)
    latent = simulate_latent([followed], leading, times, seed)
    values = replicate_log2(latent, np.full(len(times), N_REPLICATES), 0.2, seed)
    n_samples = len(values)
    samples = pd.DataFrame(
        {
            "gene": np.tile(genes["gene"], n_samples),
            "sample": np.repeat([f"s{sample}" for sample in range(n_samples)], N_GENES),
            "time": np.repeat(times, N_REPLICATES * N_GENES),
            "replicate": np.repeat(np.tile(np.arange(1, N_REPLICATES + 1), len(times)), N_GENES),
            "value": values.ravel(),
            "detected": True,
        }
    )
    return summarise_replicates(samples)


def simulated_test(coupling: float, seed: int) -> GraphTest:
    """The graph test, from a simulated map and course."""
    bins, genes = simulated_genome(seed)
    followed = Followed(neighbour_weights(bins, genes), coupling)
    expression = simulated_expression(bins, genes, followed, seed)
    return graph_test_on(expression, simulated_edges(bins, genes, seed))


def simulated_genome(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bins and genes."""
    bins = simulate_bins([40, 40, 40], 500_000, seed)
    return bins, simulate_annotation(bins, N_GENES, seed)


def graph_test_on(expression: pd.DataFrame, edges: pd.DataFrame) -> GraphTest:
    """The graph test of a course and its edges of one kind."""
    panel = panel_from_expression(expression)
    graphs = gene_graphs(edges, panel.genes)
    origins = forecast_origins(len(panel.times), BACKTEST)
    network = InContextForecaster(load_pretrained("STEPmr"))
    course = walk(panel, graphs, 1, 0, network)
    losses = [scored_losses(course.once(arm), panel, origins) for arm in (step, step_no_graph)]
    rewired = rewired_losses(course, origins, step, range(REWIRINGS), jobs=1)
    n_edges = sum(len(graph.first) for graph in graphs.values())
    return graph_test(*losses, n_edges, rewired)


def test_positive_control_the_graph_is_found_where_genes_follow_their_neighbours():
    test = simulated_test(coupling=1.0, seed=2)
    assert test.p == 1 / (1 + REWIRINGS)  # better than all rewired graphs
    assert test.real_mse < 0.98 * test.no_graph_mse


def assert_nothing_is_found(tests: list[GraphTest]) -> None:
    """One study in twenty may reach p = 0.05 by chance; two of three do in one of 140 times."""
    assert sum(test.p <= 0.05 for test in tests) <= 1
    ratios = [test.real_mse / test.no_graph_mse for test in tests]
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.01)
    assert ratios == pytest.approx([1.0] * len(ratios), abs=0.02)


def test_negative_control_no_graph_is_found_where_there_is_no_coupling():
    assert_nothing_is_found([simulated_test(coupling=0.0, seed=seed) for seed in (2, 3, 4)])


def regulatory_test(coupling: float, seed: int) -> GraphTest:
    """The test of regulatory edges, from a table as a lab has it."""
    bins, genes = simulated_genome(seed)
    regulators = simulate_regulation(N_GENES, seed)
    expression = simulated_expression(bins, genes, Followed(regulators, coupling), seed)
    known = regulators.tocoo()
    names = genes["gene"].to_numpy()
    table = pd.DataFrame(
        {
            "source": names[known.col],
            "target": names[known.row],
            "sign": np.where(known.data > 0, "+", "-"),
        }
    )
    places = pd.DataFrame({"gene": names, "symbol": names})
    edges = regulatory_edges(read_regulation(table, "table"), places)
    return graph_test_on(expression, edges.assign(kind="regulatory"))


def test_positive_control_regulatory_edges_are_found_where_genes_follow_them():
    test = regulatory_test(coupling=1.0, seed=2)
    assert test.p == 1 / (1 + REWIRINGS)
    assert test.real_mse < 0.97 * test.no_graph_mse


def test_negative_control_regulatory_edges_that_nobody_follows_are_not_found():
    assert_nothing_is_found([regulatory_test(coupling=0.0, seed=seed) for seed in (2, 3, 4)])


def backtest(project: Path, assay: str) -> pd.DataFrame:
    params = QUICK | {"backtest": QUICK["backtest"] | {"rewirings": 0}}
    run(project, assay, params, to_outputs=[f"{assay}.backtest"])
    return pd.read_parquet(
        project / "data" / "07_model_output" / "demo" / assay / "backtest.parquet"
    )


@pytest.mark.parametrize(
    ("assay", "file", "origin"), [("mrna", "mrna.xlsx", 9.0), ("mirna", "mirna_counts.tsv", 9.0)]
)
def test_what_is_measured_after_an_origin_changes_no_bit_of_its_forecasts(
    project, assay, file, origin
):
    dataset = TableDataset(filepath=str(project / "data" / "01_raw" / "demo" / file))
    before = backtest(project, assay)
    table = dataset.load()
    later = [
        column
        for column in table.columns
        if column.startswith("P") and float(column[1:].split("_")[0]) > origin
    ]
    factor = np.random.default_rng(0).uniform(1.5, 4.0, (len(table), len(later)))
    values = table[later].astype(float)
    table[later] = values + factor if assay == "mrna" else (values * factor).round().astype(int)
    dataset.save(table)
    after = backtest(project, assay)
    known = before["origin"] <= origin
    assert 0 < known.sum() < len(before)
    columns = ["arm", "origin", "gene", "forecast", "lower", "upper"]
    pd.testing.assert_frame_equal(
        before.loc[known, columns], after.loc[known, columns], check_exact=True
    )
    assert not np.array_equal(before.loc[~known, "forecast"], after.loc[~known, "forecast"])
