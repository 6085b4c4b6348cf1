"""`kedro run --pipelines gene_names`: the one pipeline that uses the network."""

from pathlib import Path

import click
import mygene
import pandas as pd
import pytest

from step.datasets import GeneAnnotationDataset
from tests.pipelines.conftest import run

SPECIES = {"species": "mouse"}


def looked_up(project: Path) -> Path:
    return project / "data" / "02_intermediate" / "demo" / "mrna" / "looked_up_names.tsv"


def placed(project: Path) -> pd.Series:
    places = pd.read_parquet(project / "data" / "03_primary" / "demo" / "mrna" / "places.parquet")
    return places.set_index("gene")["chrom"]


def test_names_without_a_place_are_looked_up_and_later_runs_use_them(project, monkeypatch):
    annotation = project / "data" / "01_raw" / "demo" / "genes.gtf"
    gene = GeneAnnotationDataset(filepath=str(annotation)).load().iloc[0]
    asked = []

    def querymany(_, names, **settings):
        assert settings["species"] == "mouse"
        asked.append(names)
        return [{"query": "Unknown1", "symbol": gene["gene"]}, {"query": "Unknown2"}]

    monkeypatch.setattr(mygene.MyGeneInfo, "querymany", querymany)
    looked_up(project).parent.mkdir(parents=True)
    looked_up(project).write_text(f"assay_name\tsymbol\tnote\nUnknown2\t{gene['gene']}\tmine\n")
    run(project, "gene_names", SPECIES)
    assert asked == [["Unknown1", "Unknown2", "Unknown3"]]
    run(project, "ingestion")
    assert len(asked) == 1
    found = placed(project)
    assert found[["Unknown1", "Unknown2"]].tolist() == [gene["chrom"]] * 2
    assert found.isna()["Unknown3"]


def test_without_the_network_one_message_says_so_and_what_is_known_stays(project, monkeypatch):
    def offline(*_, **__):
        raise ConnectionError("no route to host")

    monkeypatch.setattr(mygene.MyGeneInfo, "querymany", offline)
    with pytest.raises(click.ClickException, match=r"mygene\.info cannot be reached") as raised:
        run(project, "gene_names", SPECIES)
    explanation, files = raised.value.message.split("Read from:")
    assert len(explanation) < 300
    assert "mrna.raw_expression" in files
    assert not looked_up(project).exists()
