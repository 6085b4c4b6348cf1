"""A check of a study lists all that is to mend at once, and writes its result alone."""

import json
import logging
from pathlib import Path

import click
import pandas as pd
import pytest

from step.datasets import TableDataset
from step.expression.normalisation import Normalisation
from step.expression.samples import TableLayout
from step.pipelines.check.nodes import check_table
from step.project.catalog import Reading
from step.project.session import StudySession
from tests.forecasting.recipes import BACKTEST
from tests.pipelines.conftest import own_study, run, written
from tests.pipelines.test_bad_input import RAW, demo_entries

SHARED = ("hic_contacts", "gene_annotation", "gene_sets", "regulatory_edges")


def check(project: Path, env: str = "base", params: dict | None = None) -> dict:
    """Run a check that finds nothing to mend; what it wrote."""
    run(project, "check", params, env=env)
    (file,) = written(project)
    assert file.name == "check.json"
    return json.loads(file.read_text())


def problems(project: Path, env: str = "base", params: dict | None = None) -> tuple[str, dict]:
    """Run a check that finds something to mend; its message, and what it wrote."""
    with pytest.raises(click.ClickException) as raised:
        run(project, "check", params, env=env)
    (file,) = written(project)
    found = json.loads(file.read_text())
    listed = raised.value.message.split("\n")
    assert listed[0].startswith(f"{len(found['problems'])} problem")
    numbered = [line for line in listed if line[:1].isdigit()][1:]
    assert [int(line.partition(".")[0]) for line in numbered] == list(range(1, len(numbered) + 1))
    assert len(numbered) == len(found["problems"])
    return raised.value.message, found


def summaries(found: dict) -> dict[str, str]:
    return {each["source"]: each["summary"] for each in found["understood"]}


def test_the_demo_has_nothing_to_mend(project, caplog):
    with caplog.at_level(logging.INFO, logger="step"):
        found = check(project)
    assert (found["problems"], found["doubts"]) == ([], [])
    assert "nothing to mend" in caplog.text
    told = summaries(found)
    sources = {name for name, entry in demo_entries().items() if "filepath" in entry}
    assert set(told) == {*sources, "mrna.places", "mirna.places"}
    for source, words in (
        ("hic_contacts", ("5 chromosomes", "500000 bp", "no known assembly", "balanced")),
        ("gene_annotation", ("450 genes on 5 chromosomes", "'chr1'")),
        ("mrna.raw_expression", ("150 genes × 79 samples at 26 times", "-3 (3), 0.5 (4)", "log2")),
        ("mirna.raw_expression", ("138 genes × 76 samples", "counts (whole numbers")),
        ("mirna.targets", ("120 mirna", "105 target_gene")),
        ("mrna.places", ("147 of 150 genes of mrna have a place",)),
        ("gene_sets", ("29 sets", "147 of 150 genes of mrna", "105 of 105 genes of mirna")),
        ("regulatory_edges", ("400 edges of 31 regulators", "connect genes of mrna")),
    ):
        for each in words:
            assert each in told[source], source
    assert {each["file"] for each in found["understood"]} >= {f"{RAW}/mrna.xlsx"}


def test_all_that_is_wrong_is_told_at_once(project):
    raw = project / RAW
    (raw / "gene_sets.gmt").unlink()
    (raw / "mirna_counts.tsv").write_bytes(b"\x00\x01" * 50)
    genes = raw / "genes.gtf"
    genes.write_text(genes.read_text().replace("chr5\t", "chr7\t"))
    params = {
        "genome": {"assembly": "mm10"},
        "mrna": {"layout": {"gene_column": "symbol", "scale": "counts"}},
    }
    message, found = problems(project, params=params)
    assert len(found["problems"]) == 6
    for words in (
        "chr1 is 60000000 bp long, in mm10 it is",
        "hic_contacts lacks: 'chr7'",
        "the column 'symbol' stands 0 times",
        "It looks like gene; `mrna.layout.gene_column` says symbol.",
        "hardly counts",
        "The values look like log2 or ln",
        "`mrna.layout.scale` says counts.",
        "mirna_counts.tsv, line 1 holds a NUL character",
        "gene_sets.gmt",
    ):
        assert words in message
    assert "Traceback" not in message
    told = summaries(found)
    assert "147 of 150" not in told.get("gene_sets", "")
    assert "150 genes × 79 samples" in told["mrna.raw_expression"]


def test_a_problem_is_told_in_the_words_of_a_run_with_its_file(project):
    params = {"mirna": {"layout": {"scale": "log2"}}}
    with pytest.raises(click.ClickException) as raised:
        run(project, "mirna", params)
    said = raised.value.message.split("\n")[0]
    message, found = problems(project, params=params)
    assert f"1. {said} The values look like counts (whole numbers" in message
    assert "`mirna.layout.scale` says log2." in message
    assert found["problems"][0]["files"] == {"mirna.raw_expression": f"{RAW}/mirna_counts.tsv"}
    assert f"mirna.raw_expression: {RAW}/mirna_counts.tsv" in message


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"mirna": {"layout": {"class_column": None}}}, "It looks like Class Name"),
        ({"mirna": {"layout": {"birth_day": None}}}, "set `birth_day`"),
        ({"mirna": {"normalisation": {"method": "none"}}}, "Counts need a normalisation"),
        ({"features": {"insulation_window": 700_000}}, "no multiple"),
        ({"backtest": {"history_share": 0.45, "scored_share": 0.54}}, "too few"),
    ],
)
def test_a_wrong_setting_is_told(project, params, words):
    assert words in problems(project, params=params)[0]


def test_a_repeated_header_is_told_like_other_problems(project):
    file = project / RAW / "mirna_counts.tsv"
    header, *rows = file.read_text().splitlines()
    name, rest = header.split("\t", 1)
    file.write_text("\n".join([f"{name}\t{name}\t{rest}", *(f"x\t{row}" for row in rows)]))
    message, _ = problems(project)
    assert "stands 2 times" in message


def test_the_template_names_each_file_that_is_not_there(project):
    message, found = problems(project, env="template")
    assert len(found["problems"]) == 6
    for name in ("contacts.cool", "genes.gtf.gz", "gene_sets.gmt", "mrna.xlsx", "mirna_counts.tsv"):
        assert f"data/01_raw/mystudy/{name}" in message


def test_a_study_of_one_assay_is_checked(project):
    entries = {
        name: entry
        for name, entry in demo_entries().items()
        if name in SHARED or name.startswith("mrna.")
    }
    own_study(project, entries)
    told = summaries(check(project, env="own"))
    assert set(told) == {*SHARED, "mrna.raw_expression", "mrna.gene_names", "mrna.places"}
    assert "mirna" not in json.dumps(told)


def test_sources_that_a_study_does_not_name_are_problems_like_others(project):
    entry = demo_entries()["mirna.raw_expression"] | {"filepath": f"{RAW}/none.tsv"}
    own_study(project, {"mirna.raw_expression": entry})
    message, found = problems(project, env="own")
    assert len(found["problems"]) == 4
    for name in ("hic_contacts", "gene_annotation", "gene_sets"):
        assert f"The study 'own' names no files of its own as {name}." in message
    assert "none.tsv" in message


def test_what_a_run_accepts_but_looks_wrong_is_doubted(project):
    sets = project / RAW / "gene_sets.gmt"
    sets.write_text("OTHERS\t-\tAqp5\tSftpc\n")
    path = project / RAW / "mrna_names.tsv"
    names = TableDataset(filepath=str(path)).load()
    TableDataset(filepath=str(path)).save(names.assign(symbol="ENSG" + names["symbol"]))
    found = check(project, params={"mrna": {"layout": {"scale": "linear"}}})
    assert found["problems"] == []
    doubts = "\n".join(found["doubts"])
    assert "`mrna.layout.scale` says linear." in doubts
    assert "Only 0 of 150 genes of mrna have a place" in doubts
    assert "no set names a gene of mirna" in doubts


def test_replicates_that_a_program_numbered_are_doubted():
    cells = {"gene": ["Aqp5", "Ager"]} | {
        header: ["5.0", "6.5"] for header in ("0", "0.1", "0.2", "6", "6.1", "12", "18", "24")
    }
    found, _ = check_table(
        Reading("mrna.raw_expression", "a.csv", pd.DataFrame(cells)),
        Reading("mrna.sample_sheet"),
        TableLayout(gene_column="gene", scale="log2", time_unit="day"),
        Normalisation(),
        BACKTEST,
    )
    assert "If 0.2 is a replicate and no time of its own, call it 0_rep3." in found.doubts[0]


def test_a_check_is_run_by_itself(project):
    with (
        StudySession.create(project_path=project, env="base") as session,
        pytest.raises(click.ClickException, match="run it by itself"),
    ):
        session.run(pipeline_names=["check", "ingestion"])
    assert written(project) == []


def test_mirnas_that_mostly_have_no_target_and_chromosomes_without_features_are_seen(project):
    targets = project / RAW / "mirna_targets.tsv"
    header, first, *_ = targets.read_text().splitlines()
    targets.write_text(f"{header}\n{first}\n")
    doubts = check(project)["doubts"]
    assert any("measured miRNAs, 137 have no row in mirna.targets" in doubt for doubt in doubts)
    message, _ = problems(project, params={"features": {"excluded_chromosomes": ["*"]}})
    assert "`features.excluded_chromosomes` ('*') leaves no chromosome of hic_contacts" in message
