import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from step.datasets import TableDataset
from step.errors import InputError
from step.published.pair_table import FEATURES, GENES, read_pair_table


def table(*pairs: tuple[str, str, str]) -> pd.DataFrame:
    """Pairs of two genes and a contact; a gene's expression is 1 and 2, or that behind its `:`."""
    rows = []
    for first, second, contact in pairs:
        row = {"HiC_Interaction": contact}
        for gene, name in zip(GENES, (first, second), strict=True):
            name, colon, value = name.partition(":")
            row |= {gene: name} | {f"{gene}_{feature}": "1" for feature in FEATURES}
            row |= {f"{gene}_Time_0.5": value if colon else "1", f"{gene}_Time_1.0": "2"}
            row |= {f"{gene}_Time_1.5": ""}
        rows.append(row)
    return pd.DataFrame(rows)


def test_pairs_and_expression_are_read():
    found = read_pair_table(table(("a (x)", "b", "2.5"), ("b", "c", "0")), "t", clean_names=True)
    assert found.pairs[["gene_1", "gene_2", "contact"]].to_numpy().tolist() == [
        ["a", "b", 2.5],
        ["b", "c", 0.0],
    ]
    assert found.expression.columns.tolist() == [0.5, 1.0]  # nothing stands at time 1.5
    assert found.expression.index.tolist() == ["a", "b", "c"]
    assert found.inconsistent == []


def test_of_a_gene_with_differing_rows_the_first_as_gene1_counts():
    pairs = table(("a", "b:7", "1"), ("b:5", "c:3", "1"), ("b:9", "c:4", "1"))
    found = read_pair_table(pairs, "t", clean_names=False)
    assert found.expression[0.5].to_dict() == {"a": 1.0, "b": 5.0, "c": 3.0}
    assert found.inconsistent == ["b", "c"]


def other_time(time: str) -> dict[str, str]:
    """Renames both columns of time 1.0."""
    return {f"{gene}_Time_1.0": f"{gene}_Time_{time}" for gene in GENES}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (table(("a", "b", "1")).drop(columns="Gene2_Bin"), "no column 'Gene2_Bin'"),
        (table(("a", "b", "1")).drop(columns="Gene2_Time_1.0"), "name 3 times, Gene2_Time_… 2"),
        (table(("a", "b", "1"), ("a", "", "1")), "row 3 has no Gene2"),
        (table(("a", "b", "many")), "row 2 has 'many' as HiC_Interaction"),
        (table(("a", "b:inf", "1")), "'inf' as Gene2_Time_0.5"),
        (table(("a", "b", "0"), ("a", "c", "-2.5")), "row 3 has the HiC_Interaction -2.5"),
        (table(("a", "b:", "1")), "b has no value at time 0.5"),
        (table(("a", "b", "1")).rename(columns=other_time("birth")), "Time_birth names no time"),
        (table(("a", "b", "1")).rename(columns=other_time("nan")), "Time_nan names no time"),
        (
            table(("a", "b", "1")).rename(columns=other_time("0.50")),
            "the time 0.5 has more than one column",
        ),
    ],
)
def test_a_wrong_table_is_explained(wrong, message):
    with pytest.raises(InputError, match=message):
        read_pair_table(wrong, "t", clean_names=False)


@pytest.mark.parametrize(
    "wrong",
    [
        table(("a", "b", "x" * 10_000)),
        table(("a", "b" * 10_000 + ":", "1")),
        table(("a", "b", "1")).rename(columns=other_time("x" * 10_000)),
    ],
)
def test_a_message_repeats_little_of_the_table(wrong):
    with pytest.raises(InputError) as raised:
        read_pair_table(wrong, "t", clean_names=False)
    assert len(str(raised.value)) < 300


cell = st.one_of(st.text(max_size=4), st.sampled_from(["1", "nan", "-2.5"]))


@given(st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=3))
def test_any_cells_are_read_or_explained(rows):
    try:
        found = read_pair_table(table(*rows), "t", clean_names=True)
    except InputError as error:
        assert str(error).startswith("t:")
    else:
        assert len(found.pairs) == len(rows)
        assert (found.expression.index != "").all()


def read(lung, assay: str):
    path = lung / "dataset" / assay / f"interaction_{assay}.csv"
    return read_pair_table(
        TableDataset(filepath=str(path)).load(), assay, clean_names=assay == "mrna"
    )


def test_the_lung_tables(lung):
    mrna, mirna = read(lung, "mrna"), read(lung, "mirna")
    assert (len(mrna.pairs), len(mrna.expression)) == (102, 49)
    assert (len(mirna.pairs), len(mirna.expression)) == (967, 162)
    assert len(mrna.inconsistent) > 20
    assert mirna.inconsistent == []
    assert mirna.expression.shape[1] == 159  # the blank column of the lab's table is none


def test_lab_table_and_targets_make_the_published_expression(lung):
    published = read(lung, "mirna").expression
    path = lung / "raw_data_conversion" / "raw_data_mirna" / "mirnanorm.txt"
    raw = TableDataset(filepath=str(path)).load()
    targets = TableDataset(filepath=str(lung / "annotation" / "mirna_targets.tsv")).load()
    blank = raw.columns == ""
    samples = raw.iloc[:, 4:].loc[:, ~blank[4:]].astype(float).set_axis(published.columns, axis=1)
    by_mirna = samples.set_index(raw["Gene Name"].str.strip())
    rows = by_mirna.loc[targets["mirna"]].set_axis(targets["target_gene"], axis=0)
    means = rows.groupby(level=0).mean()
    assert len(means) == 161
    np.testing.assert_allclose(means, published.loc[means.index], rtol=1e-12)
