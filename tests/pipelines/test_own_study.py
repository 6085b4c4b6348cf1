"""The walk through a study of one's own: every block of the page is written, run or loaded."""

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from kedro.io import DataCatalog

from step.expression.samples import TableLayout, read_measurements
from step.graphs.regulation import read_regulation
from tests.conftest import ROOT, copy_project
from tests.pipelines.conftest import QUICK, run

PAGE = ROOT / "docs" / "your_own_study.md"


@dataclass(frozen=True)
class Block:
    language: str
    name: str
    content: str


def blocks() -> list[Block]:
    found = re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return [Block(*each) for each in found]


def merged(first: dict, second: dict) -> dict:
    """Settings added to settings; a catalog entry replaces another whole."""
    both = {
        key: merged(first[key], value)
        if isinstance(value, dict) and key in first and "type" not in value
        else value
        for key, value in second.items()
    }
    return first | both


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    """A copy of the project with the page's files, its parameters upon those of the template.

    The page names all sources that its study has.
    """
    project = copy_project(tmp_path_factory.mktemp("own") / "project")
    (project / "conf" / "template").rename(project / "conf" / "mystudy")
    (project / "data" / "01_raw" / "mystudy").mkdir(parents=True)
    fresh = {Path("conf/mystudy/catalog_raw.yml")}
    here = Path.cwd()
    os.chdir(project)
    try:
        for block in blocks():
            if block.language == "python":
                exec(block.content, {})
            elif block.language == "yaml" and "/" in block.name:
                target = Path(block.name)
                known = {} if target in fresh else yaml.safe_load(target.read_text())
                target.write_text(yaml.safe_dump(merged(known, yaml.safe_load(block.content))))
                fresh.discard(target)
            elif "/" in block.name:
                Path(block.name).write_text(block.content)
    finally:
        os.chdir(here)
    return project


def catalog(study: Path, name: str) -> DataCatalog:
    (block,) = [block for block in blocks() if block.name == name]
    config = yaml.safe_load(block.content)
    for entry in config.values():
        entry["filepath"] = str(study / entry["filepath"])
    return DataCatalog.from_config(config)


def course(study: Path, name: str, assay: str = "mrna"):
    sources = catalog(study, name)
    (block,) = [block for block in blocks() if block.name == f"{name}-layout"]
    sheet = f"{assay}.sample_sheet"
    return read_measurements(
        sources.load(f"{assay}.raw_expression"),
        TableLayout(**yaml.safe_load(block.content)),
        sources.load(sheet) if sheet in sources else None,
        name,
    )


@pytest.mark.parametrize(
    ("name", "assay", "genes", "times"),
    [
        ("sheet", "mrna", ["Aqp5", "Sftpc", "Sftpc"], [-1.0, 1.0, 1.0, 2.0]),
        ("turned", "mrna", ["Aqp5", "Sftpc", "NA"], [0.0, 4.0, 8.0]),
        ("workbook", "mrna", ["SEP7", "NA"], [0.0, 4.0, 8.0]),
        ("workbook", "mirna", ["SEP7", "NA"], [0.0, 4.0, 8.0]),
        ("h5ad", "mrna", ["Aqp5", "Sftpc"], [-1.0, 1.0, 2.0]),
    ],
)
def test_every_expression_format_is_read(study, name, assay, genes, times):
    found = course(study, name, assay)
    assert found.values.index.tolist() == genes
    assert found.samples["time"].tolist() == times


def test_every_annotation_format_places_the_gene(study):
    sources = catalog(study, "annotation")
    for name in ("gff3", "bed", "table"):
        first = sources.load(name).iloc[0]
        assert (first["gene"], first["start"], first["strand"]) == ("Aqp5", 3_100_000, "+"), name


def test_every_contact_format_is_read(study):
    sources = catalog(study, "contacts")
    sizes = {name: sources.load(name).binsize for name in ("cool", "mcool", "hic")}
    assert sizes == {"cool": 500_000, "mcool": 1_000_000, "hic": 1_000_000}
    for name in sizes:
        assert sources.load(name).bins()["weight"][:].notna().any(), name


def test_the_targets_are_read(study):
    assert len(catalog(study, "targets").load("mirna.targets")) == 3


def test_the_regulatory_edges_are_read(study):
    table = catalog(study, "regulation").load("regulatory_edges")
    assert read_regulation(table, "regulation")["weight"].tolist() == [1.0, -1.0]


def test_the_commands_run(study, capsys):
    commands = [shlex.split(block.content) for block in blocks() if block.language == "console"]
    assert len(commands) == 3
    for command in commands:
        assert command[:2] == ["kedro", "run"]
        flags = dict(zip(command[2::2], command[3::2], strict=True))
        run(study, flags.get("--pipelines", "__default__"), QUICK, env=flags["--env"])
    assert not (study / "data" / "08_reporting" / "mystudy" / "mirna").exists()
    assert (study / "data" / "08_reporting" / "mystudy" / "mrna" / "report.html").exists()
    printed = capsys.readouterr().out
    assert "-1   2  E18.5_a … E18.5_b" in printed
    assert "nothing to mend" in printed
    assert "6 of 6 genes placed" in printed
