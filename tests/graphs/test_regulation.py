import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from step.errors import InputError
from step.graphs.regulation import (
    contradicted,
    read_regulation,
    regulatory_edges,
    unconnected,
)

GENES = pd.DataFrame(
    {
        "gene": ["Tp53", "probe1", "probe2", "Myc", "x"],
        "symbol": ["Tp53", "Sox2", "SOX2", "Myc", None],
    }
)


def table(**columns: list) -> pd.DataFrame:
    return pd.DataFrame(columns, dtype=str)


def test_sources_targets_and_their_signs():
    found = read_regulation(
        table(source=["a", "a", "b "], target=["b", "c", "c"], sign=["+", "repression", ""]), "t"
    )
    assert found.to_dict("list") == {
        "source": ["a", "a", "b"],
        "target": ["b", "c", "c"],
        "weight": [1.0, -1.0, 1.0],
    }


def test_weights_may_tell_the_direction():
    found = read_regulation(
        table(source=["a", "b", "c"], target=["b", "c", "a"], weight=["2.5", "", "-0.5"]), "t"
    )
    assert found["weight"].tolist() == [2.5, 1.0, -0.5]


def test_what_other_programs_write_for_nothing_is_empty():
    rows = table(source=["a", "b"], target=["b", "c"], weight=["NA", "2"], sign=["-", "nan"])
    assert read_regulation(rows, "t")["weight"].tolist() == [-1.0, 2.0]


def test_mode_of_regulation_is_the_weight_where_there_is_none():
    rows = {"source": ["a", "b"], "target": ["b", "a"], "mor": ["-0.5", "1"]}
    assert read_regulation(table(**rows), "t")["weight"].tolist() == [-0.5, 1.0]
    both = read_regulation(table(**rows, weight=["2", "3"]), "t")
    assert both["weight"].tolist() == [2.0, 3.0]


def test_a_pair_counts_once_and_nobody_regulates_itself():
    found = read_regulation(
        table(source=["a", "a", "a"], target=["b", "b", "a"], weight=["1", "3", "5"]), "t"
    )
    assert found.to_dict("records") == [{"source": "a", "target": "b", "weight": 2.0}]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"tf": ["a"], "target": ["b"]}, "t: no column 'source'"),
        ({"source": ["a", ""], "target": ["b", "c"]}, "t, row 3: the source is empty"),
        ({"source": ["a"], "target": [" "]}, "t, row 2: the target is empty"),
        ({"source": ["a"], "target": ["b"], "weight": ["high"]}, "row 2: the weight 'high'"),
        ({"source": ["a"], "target": ["b"], "weight": ["inf"]}, "row 2: the weight 'inf'"),
        ({"source": ["a"], "target": ["b"], "weight": ["1e300"]}, "row 2: the weight '1e300' is"),
        ({"source": ["a"], "target": ["b"], "mor": ["-1e-9"]}, "row 2: the mor '-1e-9' is not"),
        ({"source": ["a"], "target": ["b"], "sign": ["?"]}, "row 2: the sign '[?]'"),
        (
            {"source": ["a"], "target": ["b"], "sign": ["+"], "weight": ["-1"]},
            "row 2: the weight '-1' is negative although",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_row(columns, message):
    with pytest.raises(InputError, match=message):
        read_regulation(table(**columns), "t")


def test_genes_are_found_by_name_or_by_symbol_in_any_case():
    regulation = read_regulation(
        table(source=["TP53", "Myc", "nobody"], target=["sox2", "x", "Myc"], sign=["-", "+", "+"]),
        "t",
    )
    found = regulatory_edges(regulation, GENES)
    assert found.to_dict("records") == [
        {"gene_1": "Tp53", "gene_2": "probe1", "weight": -1.0},
        {"gene_1": "Tp53", "gene_2": "probe2", "weight": -1.0},
        {"gene_1": "Myc", "gene_2": "x", "weight": 1.0},
    ]


def test_probes_of_one_gene_do_not_regulate_one_another_through_its_symbol():
    regulation = read_regulation(table(source=["Sox2"], target=["SOX2"]), "t")
    found = regulatory_edges(regulation, GENES)
    assert not (found["gene_1"] == found["gene_2"]).any()


def test_opposite_signs_of_one_pair_cancel():
    regulation = read_regulation(
        table(source=["Myc", "Myc"], target=["x", "x"], sign=["+", "-"]), "t"
    )
    assert regulatory_edges(regulation, GENES).empty
    assert "1 of 1 pairs are left out" in contradicted(regulation)
    assert "Myc to x" in contradicted(regulation)
    assert unconnected(regulation, GENES, "genes").endswith(
        "no row is an edge from one gene to another."
    )


def test_other_names_and_an_empty_table_connect_nobody():
    for source, target in (["q"], ["r"]), ([], []):
        regulation = read_regulation(table(source=source, target=target), "t")
        assert regulatory_edges(regulation, GENES).empty
        assert contradicted(regulation) is None
        assert ("It names 'q', 'r'" in unconnected(regulation, GENES, "genes")) == bool(source)


@given(
    st.lists(
        st.tuples(st.sampled_from("abcX"), st.sampled_from("abcX"), st.sampled_from(["+", "-"]))
    )
)
def test_edges_join_two_genes_of_the_study_once(rows):
    source, target, sign = (
        (list(each) for each in zip(*rows, strict=True)) if rows else ([], [], [])
    )
    genes = pd.DataFrame({"gene": ["a", "b", "c"], "symbol": ["a", "b", "c"]})
    regulation = read_regulation(table(source=source, target=target, sign=sign), "t")
    edges = regulatory_edges(regulation, genes)
    assert not edges.duplicated(["gene_1", "gene_2"]).any()
    assert (edges["gene_1"] != edges["gene_2"]).all()
    assert set(edges["gene_1"]) | set(edges["gene_2"]) <= {"a", "b", "c"}
    assert edges["weight"].between(-1, 1).all()
    assert (edges["weight"] != 0).all()
