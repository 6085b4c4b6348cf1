"""The demo study with other raw files or settings."""

import json

import numpy as np
import pandas as pd
from openpyxl import load_workbook

from step.datasets import TableDataset
from tests.pipelines.conftest import QUICK, read, run


def test_a_name_from_the_users_file_stays_text(project):
    """A gene's name is no formula; that it is no HTML is tested with the report."""
    evil = "<script>alert(1)</script>$x^$"
    path = project / "data" / "01_raw" / "demo" / "mrna.xlsx"
    dataset = TableDataset(filepath=str(path))
    table = dataset.load()
    table.loc[20, "gene"] = evil
    table.loc[21, "gene"] = "=1+1"
    dataset.save(table)
    run(project, "mrna", QUICK, to_outputs=["mrna.workbook"])
    place = project / "data" / "08_reporting" / "demo" / "mrna"
    cells = load_workbook(place / "workbook.xlsx")["genes"]["A"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert "=1+1" in [cell.value for cell in cells]


def test_missing_values_and_lost_replicates_are_borne(project):
    dataset = TableDataset(filepath=str(project / "data" / "01_raw" / "demo" / "mrna.xlsx"))
    table = dataset.load()
    rng = np.random.default_rng(0)
    samples = table.columns[1:]
    for column in samples:
        table.loc[rng.random(len(table)) < 0.05, column] = ""
    table.loc[3, samples[:30]] = ""  # first measured late
    table.loc[4, samples[-20:]] = ""  # lost before the end
    table.loc[5, samples] = ""  # never measured
    table = table.drop(columns=[c for c in samples if c.startswith("P9_") and c != "P9_r1"])
    dataset.save(table)
    run(project, "mrna", QUICK, to_outputs=["mrna.per_gene"])
    place = project / "data" / "08_reporting" / "demo" / "mrna"
    metrics = json.loads((place / "metrics.json").read_text())
    assert metrics["arms"]["step"]["mse"] < metrics["arms"]["gene_mean"]["mse"]
    per_gene = pd.read_parquet(place / "per_gene.parquet").set_index("gene")
    assert len(per_gene) == 150
    assert np.isnan(per_gene.loc[table["gene"][5], "mse"])
    assert "never measured" in per_gene.loc[table["gene"][5], "flags"]


def test_genes_without_any_place_are_forecast_without_a_graph(project):
    """The demo's annotation has the miRNAs' targets, but not the miRNAs themselves."""
    params = {**QUICK, "mirna": {"nodes": "mirnas"}}
    run(project, "mirna", params, to_outputs=["mirna.metrics", "mirna.per_gene"])
    metrics = json.loads(
        (project / "data" / "08_reporting" / "demo" / "mirna" / "metrics.json").read_text()
    )
    assert metrics["n_genes"] == 120
    assert metrics["graph_test"]["real_mse"] == metrics["graph_test"]["no_graph_mse"]
    assert "p" not in metrics["graph_test"]
    assert metrics["graph_test"]["untested"] == "no edges"
    assert (read(project, "03_primary", "mirna", "genes.parquet")["unplaced"].notna()).all()


def test_unlike_samples_stand_in_the_workbook(project):
    path = project / "data" / "01_raw" / "demo" / "mirna_counts.tsv"
    table = TableDataset(filepath=str(path)).load()
    sample = table.columns[9]
    table[sample] = (table[sample].astype(float) // 30 + 1).astype(int).astype(str)
    TableDataset(filepath=str(path)).save(table)
    run(project, "mirna", QUICK, to_outputs=["mirna.workbook"])
    folder = project / "data" / "08_reporting" / "demo" / "mirna"
    sheet = load_workbook(folder / "workbook.xlsx")["samples"]
    assert sheet.max_row == len(table.columns) - 1  # a row a sample, and the header
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    unlike = [row for row in rows if "positive-control factor" in str(row)]
    assert [row[0] for row in unlike] == [sample]
