"""The published protocol from a small table of pairs to its report."""

import html
import json
import re

import click
import numpy as np
import pandas as pd
import pytest
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from openpyxl import load_workbook
from safetensors.numpy import load_file

from step.datasets import NetworkDataset
from step.published.captions import CAPTIONS
from step.published.pair_table import FEATURES
from tests.chromium import asked_for, complaints, leaves, open_chromium
from tests.conftest import ROOT, copy_project
from tests.pipelines.conftest import run, written

GENES = ["A (alpha)", "B", "C <i>", "$D", "=E", "F"]
GENES_AS_READ = ["A", "B", "C <i>", "$D", "=E", "F"]
PAIRS = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0), (0, 3)]
N_TIMES = 16
NETWORK = {"training": {"seeds": [1, 2], "max_epochs": 2, "threads": 2}}
SHAPE = {"channels": [4, 4], "lstm_layers": 1, "lstm_hidden": 3, "output_channels": 4}
EMBEDDING = {"dimensions": 4, "walk_length": 6, "walks_per_node": 3, "epochs": 1}
SMALL = {
    "published": {
        "mrna": {
            "weighting": {"favoured_genes": ["A"], "log_contact_genes": ["B"]},
            "embedding": EMBEDDING,
            "network": NETWORK,
        },
        "mirna": {"embedding": EMBEDDING, "network": NETWORK | {"model": SHAPE}},
    }
}

RECORD = "step.published.fitted.FittedNetwork"


def table() -> pd.DataFrame:
    """Pairs of genes whose expression turns."""
    times = np.arange(N_TIMES)
    rows = []
    for number, pair in enumerate(PAIRS):
        row = {"HiC_Interaction": float(number + 1)}
        for side, gene in zip(("Gene1", "Gene2"), pair, strict=True):
            row |= {side: GENES[gene]} | {f"{side}_{feature}": "1" for feature in FEATURES}
            values = 5 + np.sin(times / 2 + gene)
            row |= {f"{side}_Time_{time}.0": values[time] for time in times}
        rows.append(row)
    return pd.DataFrame(rows)


def study(place, pairs: pd.DataFrame):
    """A copy of the project, and a root that holds both assays' tables."""
    project = copy_project(place / "project")
    for assay in ("mrna", "mirna"):
        file = place / "authors" / "dataset" / assay / f"interaction_{assay}.csv"
        file.parent.mkdir(parents=True)
        pairs.to_csv(file, index=False)
    return project, {"lung_root": str(place / "authors")}


@pytest.fixture(scope="module")
def reproduced(tmp_path_factory):
    project, root = study(tmp_path_factory.mktemp("published"), table())
    for assay in ("mrna", "mirna"):
        run(project, f"published_{assay}", SMALL | root, env="published")
    return project


def scored_against_expression(project, assay) -> float:
    """Correlation of the embedding's last coordinate with expression, from the stored files."""
    expression = pd.read_parquet(
        project / "data" / "03_primary" / "published" / assay / "expression.parquet"
    )
    folder = project / "data" / "04_feature" / "published" / assay
    coordinate = load_file(folder / "embeddings.safetensors")["embeddings"][..., -1]
    genes = expression["gene"].unique()
    by_time = expression.pivot(index="time", columns="gene", values="mean")[genes]
    return np.corrcoef(by_time.to_numpy().ravel(), coordinate.ravel())[0, 1]


@pytest.mark.parametrize("assay", ["mrna", "mirna"])
def test_metrics_say_what_was_scored(reproduced, assay):
    place = reproduced / "data" / "08_reporting" / "published" / assay
    metrics = json.loads((place / "metrics.json").read_text())
    assert metrics["scored"] == "coordinate 4 of 4 of an embedding, not expression"
    assert (metrics["study"], metrics["n_genes"], metrics["n_times"]) == ("published", 6, N_TIMES)
    assert set(metrics["arms"]) == {"step", "autoregression", "last_value"}
    assert set(metrics["seeds"]) == {"1", "2"}
    by_seed = [scores["mse"] for scores in metrics["seeds"].values()]
    assert metrics["arms"]["step"]["mse"] == pytest.approx(np.mean(by_seed))
    last = metrics["arms"]["last_value"]["pearson"]
    assert last == pytest.approx(metrics["last_value_pearson_by_coordinate"][-1])
    assert metrics["target_expression_pearson"] == pytest.approx(
        scored_against_expression(reproduced, assay), abs=1e-6
    )
    assert metrics["reported"]["mse"] == {"mrna": 0.2147, "mirna": 0.0063}[assay]
    assert set(json.loads((place / "timings.json").read_text())["seconds"]) == {"published"}


@pytest.mark.parametrize("assay", ["mrna", "mirna"])
def test_the_report_says_it_on_top(reproduced, assay):
    place = reproduced / "data" / "08_reporting" / "published" / assay
    page = (place / "report.html").read_text()
    metrics = json.loads((place / "metrics.json").read_text())
    top = page[page.index("<h1>") : page.index("<h2>")]
    assert "What is scored here is not expression." in top
    assert f"{metrics['target_expression_pearson']:.3f}".replace("-", "−") in top
    for arm in ("last_value", "autoregression"):
        assert f"{metrics['arms'][arm]['pearson']:.3f}".replace("-", "−") in top
    assert "<i>" not in page.replace("C &lt;i&gt;", "")
    figures = {file.stem for file in (place / "figures").glob("*.png")}
    assert figures == set(CAPTIONS) - {"gene_courses"}
    assert page.count("<figure>") == len(CAPTIONS)  # the six genes fill one page
    assert (place / "figures" / "gene_courses" / "page_001.png").exists()


def test_backtest_holds_the_coordinate(reproduced):
    place = reproduced / "data"
    backtest = pd.read_parquet(place / "07_model_output/published/mrna/backtest.parquet")
    assert backtest["origin"].nunique() == 3  # a fifth of 13 windows
    assert (backtest["target_time"] > backtest["origin"]).all()
    seeds = backtest.groupby("arm")["seed"].nunique().to_dict()
    assert seeds == {"autoregression": 0, "last_value": 0, "step": 2}
    trained = pd.read_parquet(place / "07_model_output/published/mrna/trained_windows.parquet")
    assert trained["origin"].nunique() == 10
    assert not set(trained["origin"]) & set(backtest["origin"])
    genes = pd.read_parquet(place / "08_reporting/published/mrna/per_gene.parquet")["gene"]
    assert set(genes) == set(GENES_AS_READ)


def test_the_workbook_holds_no_formula(reproduced):
    place = reproduced / "data" / "08_reporting" / "published" / "mrna"
    book = load_workbook(place / "workbook.xlsx")
    assert set(book.sheetnames) == {"summary", "arms", "genes", "forecast", "gene_pairs"}
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "=E" in {cell.value for cell in cells}
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_what_differs_from_the_publication_is_said(reproduced):
    for assay in ("mrna", "mirna"):
        place = reproduced / "data" / "08_reporting" / "published" / assay
        remarks = json.loads((place / "metrics.json").read_text())["remarks"]
        page = html.unescape((place / "report.html").read_text())
        for remark in remarks["data"] + remarks["differences"]:
            assert remark in page


def test_the_models_of_all_seeds_are_kept(reproduced):
    path = reproduced / "data" / "06_models" / "published" / "mirna" / "model.safetensors"
    model = NetworkDataset(filepath=str(path), record=RECORD).load()
    assert {name.partition("/")[0] for name in model.weights} == {"1", "2"}
    assert model.card.network["kind"] == "STEPmi"
    assert model.card.network["training"]["window"] == 10
    assert "not expression" in model.card.target


def without_a_value(pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs.assign(**{"Gene1_Time_3.0": ["", *pairs["Gene1_Time_3.0"][1:]]})


def without_compartment(pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs.assign(Gene1_Compartment=[" ", *pairs["Gene1_Compartment"][1:]])


def three_times(pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs[[c for c in pairs if "_Time_" not in c or float(c.split("_")[-1]) < 3]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda pairs: pairs.drop(columns="HiC_Interaction"), "no column 'HiC_Interaction'"),
        (without_a_value, "A has no value at time 3"),
        (lambda pairs: pairs.assign(Gene2=["A", *pairs["Gene2"][1:]]), "A is paired with itself"),
        (three_times, "mrna.raw_pairs: 3 times make 0 windows of 3 times"),
        (lambda pairs: pairs[:0], "a header and no rows"),
        (without_compartment, "A – B has no compartment"),
        (
            lambda pairs: pairs.assign(**{c: "" for c in pairs if "_Time_" in c}),
            "no gene has a value",
        ),
    ],
)
def test_a_wrong_table_ends_in_one_message(tmp_path, change, message):
    project, root = study(tmp_path, change(table()))
    with pytest.raises(click.ClickException, match=message):
        run(project, "published_mrna", SMALL | root, env="published")
    assert not [file for file in written(project) if "08_reporting" in file.parts]
    if "windows" in message:
        assert not written(project)


def test_another_environment_is_told_of_the_one_with_the_tables(project):
    with pytest.raises(click.ClickException, match=r"(?s)mrna.raw_pairs: .*--env published"):
        run(project, "published_mrna", SMALL)
    assert not written(project)


def test_a_missing_table_is_named(project):
    root = {"lung_root": str(project / "nowhere")}
    with pytest.raises(click.ClickException, match=r"do not exist:\n  mirna.raw_pairs: .*nowhere"):
        run(project, "published_mirna", SMALL | root, env="published")
    assert not written(project)


def test_the_published_environment_forecasts_nothing_from_demo_files(project):
    with pytest.raises(click.ClickException, match="'published' names no files of its own"):
        run(project, "__default__", env="published")
    assert not written(project)


@pytest.mark.parametrize(
    ("network", "message"),
    [
        ({"kind": "STEPxy"}, "STEPxy"),
        ({"training": {"max_epochs": 0}}, "max_epochs"),
    ],
)
def test_a_wrong_setting_ends_before_the_run(project, network, message):
    params = {"published": {"mrna": {"network": network}}}
    with pytest.raises(Exception, match=message):
        run(project, "published_mrna", params, env="published")
    assert not written(project)


@pytest.mark.parametrize("assay", ["mrna", "mirna"])
def test_what_is_kept_lies_with_the_study_and_the_assay(assay):
    with KedroSession.create(project_path=ROOT, env="published") as session:
        catalog = session.load_context().catalog
    whole = pipelines[f"published_{assay}"]
    paths = [str(catalog.get(name)._filepath) for name in whole.all_outputs()]
    assert len(set(paths)) == len(paths)
    for path in paths:
        assert re.search(rf"/data/0[3-8]_\w+/published/{assay}/", path), path


def test_the_report_is_a_page_to_read_and_sort(reproduced):
    place = reproduced / "data" / "08_reporting" / "published" / "mrna"
    with open_chromium() as chrome:
        size = {"width": 390, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        chrome.get((place / "report.html").as_uri())
        assert chrome.execute_script("return document.documentElement.scrollWidth") <= 390
        for link in chrome.find_elements("css selector", "nav.contents a"):
            anchor = link.get_attribute("href").partition("#")[2]
            assert chrome.find_elements("css selector", f"section[id={anchor}]"), anchor
        genes = "table[data-name=genes]"
        chrome.execute_script(f"document.querySelector('{genes} thead button').click()")
        shown = chrome.find_elements("css selector", f"{genes} tbody td:first-child")
        assert [cell.text for cell in shown] == sorted(GENES_AS_READ, key=str.lower)
        assert [url for url in asked_for(chrome) if leaves(url)] == []
        assert complaints(chrome) == []
