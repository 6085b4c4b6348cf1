"""The demo study from raw files to report, and what outside programs read of it."""

import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from step.datasets import NetworkDataset
from step.forecasting.in_context import InContextForecaster, PretrainedNetwork
from step.pipelines.reporting.pipeline import IN_REPORT
from tests.pipelines.conftest import QUICK, read, run, written

RECORD = "step.forecasting.fitted.FittedNetwork"
ASSAYS = ["mrna", "mirna"]
IN_REPORTING = ["per_gene", "enrichment", "enrichment_ranked"]  # and as CSV beside
SCORES = [
    "mse", "rmse", "mae", "r2", "pearson", "gene_r2_median", "gene_pearson_mean",
    "gene_spearman_mean", "direction_accuracy", "mase",
]  # fmt: skip


@pytest.fixture(params=ASSAYS)
def assay(request):
    return request.param


def test_metrics_hold_what_the_interface_promises(finished, assay):
    place = finished / "data" / "08_reporting" / "demo" / assay
    metrics = json.loads((place / "metrics.json").read_text())
    assert (metrics["study"], metrics["assay"], metrics["n_times"]) == ("demo", assay, 26)
    assert metrics["n_genes"] == {"mrna": 150, "mirna": 105}[assay]
    assert metrics["n_origins"] == 13
    assert set(metrics["arms"]) == {
        "step",
        "step_no_graph",
        "network",
        "graph_level",
        *QUICK["backtest"]["simple_arms"],
    }
    for arm, scores in metrics["arms"].items():
        undefined = set(SCORES) - set(scores)
        assert arm == "gene_mean" or not undefined
    test = metrics["graph_test"]
    assert len(test["rewired_mse"]) == 2
    assert test["real_mse"] == pytest.approx(metrics["arms"]["step"]["mse"])
    assert test["no_graph_mse"] == pytest.approx(metrics["arms"]["step_no_graph"]["mse"])
    best = metrics["arms"][metrics["best_baseline"]]["mse"]
    assert metrics["skill"] == pytest.approx(1 - metrics["arms"]["step"]["mse"] / best)
    assert 0 < metrics["noise_floor_mse"] < metrics["arms"]["step"]["mse"]
    assert metrics["intervals"]["coverage"] == pytest.approx(0.9, abs=0.1)


def test_every_stage_is_timed(finished, assay):
    place = finished / "data" / "08_reporting" / "demo" / assay
    seconds = json.loads((place / "timings.json").read_text())["seconds"]
    assert set(seconds) == {
        "ingestion", "graph_engineering", "embedding", "modelling", "reporting",
    }  # fmt: skip
    assert all(elapsed > 0 for elapsed in seconds.values())


def test_backtest_agrees_with_expression_and_metrics(finished, assay):
    backtest = read(finished, "07_model_output", assay, "backtest.parquet")
    expression = read(finished, "03_primary", assay, "expression.parquet")
    columns = [
        "arm",
        "origin",
        "target_time",
        "horizon",
        "gene",
        "observed",
        "forecast",
        "lower",
        "upper",
    ]
    assert backtest.columns.tolist() == columns
    means = expression.set_index(["gene", "time"])["mean"]
    rows = backtest[backtest["arm"] == "last_value"].set_index(["gene", "origin"])
    np.testing.assert_allclose(rows["forecast"], means[rows.index])
    rows = backtest.set_index(["gene", "target_time"])
    np.testing.assert_allclose(rows["observed"], means[rows.index])
    assert (backtest["target_time"] > backtest["origin"]).all()


def test_forecast_lies_after_the_last_time(finished, assay):
    forecast = read(finished, "07_model_output", assay, "forecast.parquet")
    assert sorted(forecast["time"].unique()) == [19.0, 20.0, 21.0]
    assert (forecast["lower"] < forecast["forecast"]).all()
    assert (forecast["forecast"] < forecast["upper"]).all()
    width = (forecast["upper"] - forecast["lower"]).groupby(forecast["horizon"]).mean()
    assert width.is_monotonic_increasing


def test_unplaced_genes_are_kept_and_explained(finished):
    genes = read(finished, "03_primary", "mrna", "genes.parquet")
    lost = genes[genes["gene"].str.startswith("Unknown")]
    assert len(lost) == 3
    assert lost["unplaced"].notna().all()
    renamed = genes[genes["gene"].str.contains("probe")]
    assert len(renamed) == 6
    assert renamed["unplaced"].isna().all()
    per_gene = read(finished, "08_reporting", "mrna", "per_gene.parquet")
    assert set(per_gene["gene"]) == set(genes["gene"])
    flags = per_gene.set_index("gene")["flags"]
    assert flags[lost["gene"]].str.contains("unplaced").all()


def test_probes_below_the_background_are_flagged(finished):
    per_gene = read(finished, "08_reporting", "mirna", "per_gene.parquet")
    assert 2 <= per_gene["flags"].str.contains("below background").sum() <= 20


def test_edges_are_gene_pairs(finished, assay):
    edges = read(finished, "04_feature", assay, "edges.parquet")
    genes = read(finished, "03_primary", assay, "genes.parquet")
    assert set(edges["kind"]) == {"contact", "regulatory"}
    assert (edges.loc[edges["kind"] == "contact", "weight"] > 0).all()
    assert set(edges.loc[edges["kind"] == "regulatory", "weight"]) == {-1.0, 1.0}
    assert set(edges["gene_1"]) | set(edges["gene_2"]) <= set(genes["gene"])
    assert not edges.duplicated(["gene_1", "gene_2", "kind"]).any()


def test_report_is_one_page_that_needs_nothing_else(finished, assay):
    place = finished / "data" / "08_reporting" / "demo" / assay
    html = (place / "report.html").read_text()
    assert html.count('src="data:image/png;base64,') == len(IN_REPORT)
    assert not re.search(r"""(src|href)=["'](?!data:|#)""", html)
    for words in ("Does it beat simple forecasters?", "Gene by gene", "gene set", "Methods"):
        assert words in html
    assert "report.html" in (place.parents[1] / "index.html").read_text()
    for ending in ("png", "svg"):
        figures = {file.stem for file in (place / "figures").glob(f"*.{ending}")}
        assert figures >= set(IN_REPORT)
    assert list((place / "figures" / "gene_pages").iterdir()) == []


def test_workbook_has_the_tables(finished, assay):
    book = load_workbook(finished / "data" / "08_reporting" / "demo" / assay / "workbook.xlsx")
    assert book.sheetnames == [
        "about", "summary", "arms", "genes", "courses", "forecast", "events", "enrichment",
        "enrichment_ranked", "gene_pairs", "samples",
    ]  # fmt: skip
    rows = list(book["about"].iter_rows(min_row=2, values_only=True))
    described = {(sheet, column) for sheet, column, meaning in rows if meaning}
    columns = {
        (sheet.title, cell.value) for sheet in book.worksheets[1:] for cell in next(sheet.rows)
    }
    assert columns <= described


def test_tables_can_be_read_as_csv(finished, assay):
    place = finished / "data" / "08_reporting" / "demo" / assay
    tables = {name: pd.read_parquet(place / f"{name}.parquet") for name in IN_REPORTING}
    tables["forecast"] = read(finished, "07_model_output", assay, "forecast.parquet")
    for name, table in tables.items():
        found = pd.read_csv(place / "tables" / f"{name}.csv", float_precision="round_trip")
        filled = (each.astype(object).fillna("") for each in (found, table))
        pd.testing.assert_frame_equal(*filled)


def test_gene_sets_are_ranked_by_skill_and_r2(finished, assay):
    place = finished / "data" / "08_reporting" / "demo" / assay
    scope = json.loads((place / "enrichment_scope.json").read_text())
    assert scope["n_tested"] > 0
    ranked = pd.read_parquet(place / "enrichment_ranked.parquet")
    assert ranked["ranked_by"].value_counts().to_dict() == dict.fromkeys(
        ("skill", "r2"), scope["n_tested"]
    )
    assert ranked["p"].gt(0).all()


def test_model_can_be_used_again(finished, assay):
    path = finished / "data" / "06_models" / "demo" / assay / "model.safetensors"
    model = NetworkDataset(filepath=str(path), record=RECORD).load()
    assert len(model.card.genes) == {"mrna": 150, "mirna": 105}[assay]
    InContextForecaster(PretrainedNetwork(model.weights, model.card.pretraining))
    assert sum(model.card.weights.values()) == pytest.approx(1.0)
    assert model.card.pretraining.network["kind"] == {"mrna": "STEPmr", "mirna": "STEPmi"}[assay]


def test_a_stage_on_results_of_other_settings_says_so(finished, tmp_path, caplog):
    project = shutil.copytree(finished, tmp_path / "project")
    scores = {"node_names": ["reporting.mrna.compute_metrics"]}
    run(project, "reporting", QUICK, **scores)
    assert "results of other settings" not in caplog.text
    run(project, "reporting", {"backtest": QUICK["backtest"] | {"coverage": 0.8}}, **scores)
    assert "those of now: mrna.backtest, " in caplog.text


def test_a_report_names_the_sources_that_its_results_come_from(finished, tmp_path):
    """Also where a source has changed since, and this run does not read it."""
    project = shutil.copytree(finished, tmp_path / "project")
    place = project / "data" / "08_reporting" / "demo" / "mrna" / "manifest.json"
    before = json.loads(place.read_text())["inputs"]
    (project / "data" / "01_raw" / "demo" / "genes.gtf").write_text("changed")
    run(project, "reporting", QUICK, node_names=["reporting.mrna.compute_metrics"])
    assert json.loads(place.read_text())["inputs"] == before


@pytest.mark.parametrize("stage", ["ingestion", "graph_engineering", "embedding", "reporting"])
def test_each_stage_runs_by_itself_on_what_lies_there(finished, stage):
    """And comes to the same results."""
    tables = {file: file.read_bytes() for file in written(finished) if file.suffix == ".parquet"}
    told = {"to_outputs": ["mrna.workbook", "mrna.report"]} if stage == "reporting" else {}
    run(finished, stage, QUICK, namespaces=[f"{stage}.mrna"], **told)
    for file, content in tables.items():
        assert file.read_bytes() == content, file


def test_ablations_are_tabulated_and_drawn(finished):
    run(finished, "ablation", QUICK, namespaces=["ablation.mrna"])
    folder = finished / "data" / "08_reporting" / "demo" / "mrna"
    table = pd.read_parquet(folder / "ablations.parquet").set_index("variant")
    metrics = json.loads((folder / "metrics.json").read_text())
    named = {"whole": "step", "without graph": "step_no_graph", "network alone": "network"}
    for variant, arm in named.items():
        assert table.loc[variant, "mse"] == pytest.approx(metrics["arms"][arm]["mse"])
    assert (folder / "figures" / "ablations.png").stat().st_size > 10_000
