"""What a user gets wrong ends in one message that says how to mend it, and nothing is written."""

import re

import click
import pytest

from tests.pipelines.conftest import QUICK, run, written


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
        "not a text table",
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
        "hic_contacts lacks: chr7",
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
        run(project, "__default__", QUICK)
    assert "data/01_raw/demo/" in raised.value.message  # the file is named
    assert written(project) == []


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"features": {"insulation_window": 700_000}}, "no multiple"),
        ({"genome": {"assembly": "mm10"}}, "in mm10 it is"),
        ({"backtest": {"history_share": 0.9}}, "too few"),
        ({"mirna": {"network": {"training": {"window": 9}}}}, "Shorten the window"),
        (
            {"mirna": {"layout": {"gene_column": "Probe"}}},
            "'Probe'",
        ),
        ({"mirna": {"normalisation": {"content": "best"}}}, "is none of housekeeping, top"),
    ],
)
def test_wrong_settings_are_explained(project, params, message):
    with pytest.raises(click.ClickException, match=message):
        run(project, "mirna", params)


@pytest.mark.parametrize(
    "params",
    [
        {"backtest": {"rewirngs": 3}},
        {"backtest": {"future_times": 0}},
        {"mrna": {"pairs": {"neighbours": "many"}}},
        {"mrna": {"network": {"model": {"layers": 3}}}},
    ],
)
def test_unknown_or_mistyped_settings_end_before_the_run(project, params):
    with pytest.raises(Exception, match=r"rewirngs|future_times|neighbours|layers"):
        run(project, "mrna", params)
    assert written(project) == []
