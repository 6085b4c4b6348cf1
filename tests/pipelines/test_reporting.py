"""From a backtest to the report, with the catalog of the demo study."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro.config import OmegaConfigLoader
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner
from openpyxl import load_workbook

from step.evaluation.graph_test import GraphTest
from step.expression.normalisation import Normalisation
from step.expression.samples import TableLayout
from step.forecasting.arms import ARMS
from step.forecasting.in_context import NetworkSettings
from step.pipelines.reporting.nodes import draw_gene_pages
from step.pipelines.reporting.pipeline import FIGURES, create_pipeline
from tests.conftest import ROOT
from tests.evaluation.tables import (
    FIRST_TARGET,
    arm_rows,
    backtest_of,
    course,
    expression_of,
    genes_of,
    graph_test_of,
    weights_of,
)
from tests.forecasting import recipes
from tests.reports import examples

N_GENES = 8
ORACLE = replace(ARMS["ses"], name="oracle", label="the oracle", colour="#FF0000")
TEST = graph_test_of(0.1, 0.12, [0.11] * 19, n_edges=9)
BACKTEST = replace(
    recipes.BACKTEST, simple_arms=("last_value", "ses"), horizons=1, future_times=1, seed=1
)
REPORT = replace(examples.REPORT, time_unit="day", extreme_share=0.5)
EDGE = {"gene_1": "g0", "gene_2": "g1", "kind": "contact", "weight": 1.0, "contact": 0.1,
        "distance": 5000}  # fmt: skip
SAMPLES = pd.DataFrame({"gene": "g0", "sample": ["s1"], "time": 0.0, "value": 8.0})
PUBLIC = {
    "study", "assay", "n_genes", "n_times", "n_origins", "noise_floor_mse", "best_baseline",
    "skill", "skill_low", "skill_high", "skill_p", "arms", "graph_test", "intervals",
}  # fmt: skip


def sources(values: np.ndarray, backtest: pd.DataFrame, test: GraphTest) -> dict[str, object]:
    """What the stages before leave."""
    genes = genes_of(values.shape[1])
    samples = {"sample": ["s1"], "time": [0.0], "detected_share": [1.0], "quality": [None]}
    coming = {"time": 20.0, "horizon": 1, "forecast": 8.0, "lower": 7.0, "upper": 9.0}
    return {
        "mrna.backtest": backtest,
        "mrna.expression": expression_of(values),
        "mrna.graph_test": test,
        "mrna.genes": genes,
        "mrna.edges": pd.DataFrame(EDGE, index=[0]),
        "mrna.samples": SAMPLES,
        "mrna.weights": weights_of(values.shape[1]),
        "mrna.forecast": genes[["gene"]].assign(**coming),
        "mrna.sample_table": pd.DataFrame(samples),
        "gene_sets": {"FIRST": ["G0", "G1", "G2", "G3"]},
        "params:backtest": BACKTEST,
        "params:report": REPORT,
        "params:species": None,
        "params:mrna.assay": "mrna",
        "params:mrna.layout": TableLayout("gene", "log2", "day"),
        "params:mrna.normalisation": Normalisation(),
        "params:mrna.network": NetworkSettings(kind="STEPmr", fine_tuning=0.0),
    }


def run(folder: Path, values: np.ndarray, backtest: pd.DataFrame, test: GraphTest = TEST) -> Path:
    """Run all but the drawing; where the results lie."""
    config = OmegaConfigLoader(str(ROOT / "conf"), base_env="base", default_run_env="base")
    # Without schemas: these tables lack the columns that no score needs.
    entries = {
        name: {key: value for key, value in entry.items() if key != "validator"}
        for name, entry in config["catalog"].items()
        if name[0] == "{"
    }
    for entry in entries.values():
        if "filepath" in entry:
            entry["filepath"] = str(folder / entry["filepath"])
    catalog = DataCatalog.from_config(entries)
    drawn = {f"mrna.figure_{name}": b"PNG" for name in FIGURES}
    for name, data in (sources(values, backtest, test) | drawn).items():
        catalog[name] = MemoryDataset(data, copy_mode="assign")
    whole = create_pipeline("mrna", with_targets=False)
    tables = [node.name for node in whole.nodes if ".draw_" not in node.name]
    SequentialRunner().run(whole.only_nodes(*tables), catalog)
    return folder / "data" / "08_reporting" / "demo" / "mrna"


def metrics_in(place: Path) -> dict[str, object]:
    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    return json.loads((place / "metrics.json").read_text(), parse_constant=refuse)


@pytest.fixture(scope="module")
def reported(tmp_path_factory) -> Path:
    values = course(N_GENES)
    return run(tmp_path_factory.mktemp("walks"), values, backtest_of(values))


@pytest.mark.parametrize(("asked", "names"), [(False, []), (True, ["page_001.png"])])
def test_gene_pages_are_drawn_on_request(asked, names):
    values = course(N_GENES)
    per_gene = genes_of(N_GENES).assign(r2=0.5, skill=0.1, flags="")
    coming = per_gene[["gene"]].assign(time=20.0, forecast=8.0, lower=7.0, upper=9.0)
    pages = draw_gene_pages(
        per_gene,
        expression_of(values),
        backtest_of(values),
        coming,
        replace(REPORT, gene_pages=asked),
    )
    assert list(pages) == names


def test_metrics_keep_their_interface(reported):
    metrics = metrics_in(reported)
    assert set(metrics) == PUBLIC
    assert set(metrics["arms"]) == {"step", "step_no_graph", "ses", "last_value"}
    scores = {
        "mse", "rmse", "mae", "r2", "pearson", "gene_r2_median", "gene_pearson_mean",
        "gene_spearman_mean", "direction_accuracy", "mase", "crps",
    }  # fmt: skip
    assert set(metrics["arms"]["step"]) == scores
    assert set(metrics["arms"]["ses"]) == {*scores, "step_skill", "step_p"}
    test = metrics["graph_test"]
    assert {"real_mse", "no_graph_mse", "rewired_mse", "effect", "p"} <= set(test)
    assert test["rewired_mse"] == [0.11] * 19
    ends = {"coverage_low", "coverage_high"}
    assert set(metrics["intervals"]) == {"nominal", "coverage", "mean_width", *ends}


def test_workbook_and_report_show_the_metrics(reported):
    metrics = metrics_in(reported)
    arms = load_workbook(reported / "workbook.xlsx")["arms"]
    assert [cell.value for cell in arms[1]][:3] == ["arm", "horizon", "mse"]
    shown = {row[0].value: row[2].value for row in arms.iter_rows(min_row=2)}
    assert shown == pytest.approx({arm: s["mse"] for arm, s in metrics["arms"].items()})
    html = (reported / "report.html").read_text()
    assert f"STEP is {metrics['skill'] * 100:.2f} % better than that forecaster" in html


def test_genes_that_do_not_vary_leave_valid_json_and_an_explanation(tmp_path):
    values = np.full((18, N_GENES), 14.956)
    place = run(tmp_path, values, backtest_of(values))
    metrics = metrics_in(place)
    assert "skill" not in metrics
    assert set(metrics["arms"]["step"]) == {"mse", "rmse", "mae", "crps"}
    html = (place / "report.html").read_text()
    assert "Skill is undefined" in html
    assert "constant" in html
    assert not {"nan", "inf", "-inf"} & set(re.sub("<[^>]*>", " ", html).split())


def test_connected_genes_without_rewired_graphs_are_reported_so(tmp_path):
    values = course(N_GENES)
    test = graph_test_of(0.1, 0.12, [], n_edges=3503)
    place = run(tmp_path, values, backtest_of(values), test)
    assert metrics_in(place)["graph_test"] == {
        "real_mse": 0.1,
        "no_graph_mse": 0.12,
        "n_edges": 3503,
        "untested": "no rewired graphs asked for",
    }
    html = (place / "report.html").read_text()
    assert "no rewired graphs were asked for" in html
    assert "no two genes" not in html


def test_a_new_arm_that_is_best_is_scored_and_told(tmp_path, monkeypatch):
    monkeypatch.setitem(ARMS, "oracle", ORACLE)
    values = course(N_GENES)
    oracle = arm_rows("oracle", values, values[FIRST_TARGET:] + 0.01)
    stranger = arm_rows("rocket_science", values, values[FIRST_TARGET:])
    place = run(tmp_path, values, pd.concat([backtest_of(values), oracle, stranger]))
    assert metrics_in(place)["best_baseline"] == "oracle"
    html = (place / "report.html").read_text()
    assert "the best of the simple forecasters, the oracle, has 0.0001" in html
    assert "<td>rocket science</td>" in html
