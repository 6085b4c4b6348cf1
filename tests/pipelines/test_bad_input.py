"""What a user gets wrong ends in one message that says how to mend it, and nothing is written."""

import re

import click
import pytest
import yaml

from tests.conftest import ROOT
from tests.pipelines.conftest import QUICK, own_study, run, written


def edit(name, change):
    def damage(raw):
        path = raw / name
        path.write_text(change(path.read_text()))

    return damage


def replace_cell(text, line, column, value):
    rows = [row.split("\t") for row in text.split("\n")]
    rows[line][column] = value
    return "\n".join("\t".join(row) for row in rows)


CASES = {
    "missing file": (
        lambda raw: (raw / "mirna_counts.tsv").unlink(),
        r"mirna\.raw_expression: .*mirna_counts\.tsv",
    ),
    "file of the end of the pipeline missing": (
        lambda raw: (raw / "gene_sets.gmt").unlink(),
        r"gene_sets: .*gene_sets\.gmt",
    ),
    "unreadable table": (
        lambda raw: (raw / "mirna_counts.tsv").write_bytes(b"\x00\x01" * 50),
        r"mirna_counts\.tsv, line 1 holds a NUL character",
    ),
    "unreadable map": (
        lambda raw: (raw / "contacts.cool").write_text("no map"),
        "not a .cool contact map",
    ),
    "sample header without a time": (
        edit("mirna_counts.tsv", lambda text: text.replace("P3_r1", "control")),
        "'control' names no time",
    ),
    "gene twice": (
        edit("mirna_counts.tsv", lambda text: text.replace("sim-miR-2\t", "sim-miR-1\t", 1)),
        "'sim-miR-1' stands in rows 2, 3",
    ),
    "text for a number": (
        edit("mirna_counts.tsv", lambda text: replace_cell(text, 5, 4, "many")),
        r"'sim-miR-5' \(row 6\) in sample '.*' is 'many', which is no number",
    ),
    "negative count": (
        edit("mirna_counts.tsv", lambda text: replace_cell(text, 5, 4, "-3")),
        "counts are not negative",
    ),
    "short row": (
        edit("mirna_counts.tsv", lambda text: text.replace("\n", "\nsim\t1\n", 1)),
        "line 2 has 2 cells",
    ),
    "annotation of another genome": (
        edit("genes.gtf", lambda text: text.replace("chr5\t", "chr7\t")),
        "hic_contacts lacks: .chr7",
    ),
    "gene beyond its chromosome": (
        edit(
            "genes.gtf", lambda text: re.sub(r"gene\t\d+\t\d+", "gene\t1\t99999999", text, count=1)
        ),
        "different assemblies",
    ),
    "targets of other miRNAs": (
        edit("mirna_targets.tsv", lambda text: text.replace("sim-miR", "hsa-miR")),
        "none of its miRNAs",
    ),
    "gene sets that are none": (
        edit("gene_sets.gmt", lambda text: "only a name\n" + text),
        "line 1 is no gene set",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_message_and_nothing_written(project, case):
    damage, message = CASES[case]
    damage(project / "data" / "01_raw" / "demo")
    with pytest.raises(click.ClickException, match=message) as raised:
        run(project, "mirna", QUICK)
    assert "data/01_raw/demo/" in raised.value.message  # the file is named
    assert written(project) == []


def test_an_error_in_a_later_node_names_the_files_that_it_comes_from(project):
    params = {"mirna": {"normalisation": {"unwanted_components": 90}}}
    with pytest.raises(click.ClickException, match="Remove fewer components") as raised:
        run(project, "mirna", params)
    read = raised.value.message.partition("Read from:")[2].split()
    assert read[0] == "mirna.raw_expression:"
    assert read[1].endswith("data/01_raw/demo/mirna_counts.tsv")
    assert len(read) == 2


def test_a_stage_without_the_stages_before_it_says_so(project):
    with pytest.raises(click.ClickException, match=r"(?s)mrna\.expression: .*those stages first"):
        run(project, "graph_engineering", QUICK)


RAW = "data/01_raw/demo"
SHEET = {"type": "step.datasets.TableDataset", "filepath": f"{RAW}/samples.csv"}
MAP = {"type": "step.datasets.ContactMapDataset"}
TEXT = {"type": "step.datasets.TextContactMapDataset", "assembly": "demo", "bin_size": 500_000}
SOURCES = {
    "sheet without a sample": (
        {"mirna.sample_sheet": SHEET},
        {"samples.csv": "sample,time\nE16.5_r1,E16.5\n"},
        r"is not in sample_sheet.*samples\.csv",
    ),
    "sheet without times": (
        {"mirna.sample_sheet": SHEET},
        {"samples.csv": "sample,day\nE16.5_r1,E16.5\n"},
        "sample_sheet: no column 'time'",
    ),
    "sheet that is none": (
        {"mirna.sample_sheet": SHEET},
        {"samples.csv": "sample;time\nE16.5_r1;E16.5\n"},
        r"mirna\.sample_sheet: .*samples\.csv has one column",
    ),
    "map of a resolution that is not there": (
        {"hic_contacts": MAP | {"filepath": f"{RAW}/contacts.cool::/resolutions/5"}},
        {},
        r"hic_contacts: .*holds no map /resolutions/5",
    ),
    "weights that are not there": (
        {"hic_contacts": MAP | {"filepath": f"{RAW}/contacts.cool", "balance": "KR"}},
        {},
        r"contacts\.cool holds no weights 'KR'; it holds .weight",
    ),
    "map that is no .hic": (
        {"hic_contacts": MAP | {"filepath": f"{RAW}/map.hic", "resolution": 500_000}},
        {"map.hic": "HIC?"},
        r"hic_contacts: .*map\.hic is not a \.hic contact map",
    ),
    "text map of other bins": (
        {"hic_contacts": TEXT | {"filepath": f"{RAW}/map_{{chrom}}.txt"}},
        {"map_chr1.txt": "0 750000 3\n"},
        r"map_chr1\.txt: the label 750000",
    ),
    "text map of fewer chromosomes": (
        {"hic_contacts": TEXT | {"filepath": f"{RAW}/map_{{chrom}}.txt"}},
        {"map_chr1.txt": "0 500000 3\n"},
        "hic_contacts lacks: .chr2",
    ),
    "address that does not answer": (
        {
            "gene_sets": {
                "type": "step.datasets.GeneSetsDataset",
                "filepath": "http://localhost:9/s",
            }
        },
        {},
        r"gene_sets: .*http://localhost:9/s cannot be fetched.*network",
    ),
    "annotation with other columns": (
        {
            "gene_annotation": {
                "type": "step.datasets.GeneAnnotationDataset",
                "filepath": f"{RAW}/genes.tsv",
            }
        },
        {"genes.tsv": "name\tchr\nAqp5\tchr1\n"},
        r"gene_annotation: .*genes\.tsv: no column 'chrom'",
    ),
    "no targets": (
        {"mirna.targets": {"type": "kedro.io.MemoryDataset", "data": None}},
        {},
        "has no table of targets",
    ),
}


def demo_entries() -> dict[str, dict]:
    return yaml.safe_load((ROOT / "conf" / "base" / "catalog_raw.yml").read_text())


@pytest.mark.parametrize("case", SOURCES)
def test_a_wrong_source_is_explained_and_nothing_written(project, case):
    entries, files, message = SOURCES[case]
    own_study(project, demo_entries() | entries)
    for name, content in files.items():
        (project / RAW / name).write_text(content)
    with pytest.raises(click.ClickException, match=f"(?s){message}"):
        run(project, "mirna", QUICK, env="own")
    assert written(project) == []


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"features": {"insulation_window": 700_000}}, "no multiple"),
        ({"genome": {"assembly": "mm10"}}, "in mm10 it is"),
        ({"backtest": {"history_share": 0.45, "scored_share": 0.54}}, "too few"),
        (
            {"mirna": {"layout": {"gene_column": "Probe"}}},
            "'Probe'",
        ),
        ({"mirna": {"normalisation": {"method": "none"}}}, "Counts need a normalisation"),
        ({"mirna": {"normalisation": {"unwanted_components": 90}}}, "Remove fewer components"),
        ({"mirna": {"layout": {"scale": "log2"}}}, "Is the scale counts"),
        ({"mirna": {"layout": {"time_unit": "hour"}}}, "states a time in days"),
        ({"mirna": {"layout": {"birth_day": None}}}, "set `birth_day`"),
    ],
)
def test_wrong_settings_are_explained_and_nothing_written(project, params, message):
    with pytest.raises(click.ClickException, match=message):
        run(project, "mirna", params)
    assert written(project) == []


def test_counts_that_cannot_be_normalised_are_explained_with_their_file(project):
    table = project / RAW / "mirna_counts.tsv"
    rows = [line.split("\t") for line in table.read_text().splitlines()]
    for row in rows:
        if row[rows[0].index("Class Name")] == "Positive":
            row[-1] = ""
    table.write_text("\n".join(map("\t".join, rows)))
    message = r"(?s)two values of Positive probes.*mirna\.raw_expression: .*mirna_counts\.tsv"
    with pytest.raises(click.ClickException, match=message):
        run(project, "__default__")
    assert written(project) == []


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"backtest": {"rewirngs": 3}}, "Did you mean backtest.rewirings?"),
        ({"mirna": {"normalisation": {"content": "best"}}}, "it must be one of housekeeping, top"),
        # A section that the chosen pipeline does not read is held to its ranges as well.
        ({"simulation": {"coupling": 2}}, "simulation.coupling (--params) is 2; it must be"),
    ],
)
def test_unknown_or_mistyped_settings_end_before_the_run(project, params, message):
    with pytest.raises(click.ClickException, match=re.escape(message)):
        run(project, "mrna", params)
    assert written(project) == []
