"""A table that does not fit its schema is refused with the row that breaks it."""

import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog
from kedro.validation import DataValidationError

from step.errors import InputError
from step.schemas import Annotation, Backtest, Edges, Enrichment, Genes, Pairs, Places


@pytest.fixture
def backtest() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "arm": ["step", "step", "ses"],
            "origin": 1.5,
            "target_time": [2.0, 3.0, 2.0],
            "horizon": [1, 2, 1],
            "gene": "Aqp5",
            "observed": [np.nan, 4.0, 4.0],
            "forecast": [4.0, 4.5, 4.2],
            "lower": [3.0, 3.5, np.nan],
            "upper": [5.0, 5.5, np.nan],
        }
    )


def test_a_table_that_fits_is_returned_as_it_is(backtest):
    before = backtest.copy()
    assert Backtest.validate(backtest) is backtest
    pd.testing.assert_frame_equal(backtest, before)


def test_text_may_be_categorical(backtest):
    Backtest.validate(backtest.astype({"arm": "category", "gene": "category"}))


BREACHES = {
    "interval": (
        {"upper": [5.0, 4.4, np.nan]},
        r"^Backtest: row 1 \(arm 'step', origin 1.5, horizon 2, gene 'Aqp5'\) breaks the rule "
        r"“lower ≤ forecast ≤ upper”: forecast 4.5, lower 3.5, upper 4.4",
    ),
    "time": ({"target_time": [2.0, 1.5, 2.0]}, r"row 1 .*“origin < target_time”"),
    "key": ({"arm": "step", "horizon": 1}, "row 1 .* repeats the key of an earlier row"),
    "bound": ({"horizon": [1, 0, 1]}, r"row 1 .* has the `horizon` 0; it is to be ≥ 1"),
    "missing value": ({"gene": ["A", "B", None]}, r"row 2 \(.*\) has no `gene`"),
    "number for text": ({"gene": ["A", "B", 3]}, r"row 2 .* has the `gene` 3; .* text"),
    "text for a number": ({"forecast": "x"}, r"row 0 .* has the `forecast` 'x'; .* number"),
    "infinity": ({"forecast": [4.0, np.inf, 4.2]}, r"row 1 .* has the `forecast` inf; .* number"),
    "fractions": ({"horizon": [1.0, 2.5, 1.0]}, r"row 0 .* has the `horizon` 1.0; .* integer"),
    "another column": ({"note": "x"}, "the column 'note' is not in the schema"),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_the_first_breach_is_told(backtest, breach):
    columns, message = BREACHES[breach]
    with pytest.raises(InputError, match=message) as raised:
        Backtest.validate(backtest.assign(**columns))
    assert len(str(raised.value)) < 300


def test_a_column_that_lacks_is_told(backtest):
    with pytest.raises(InputError, match=r"Backtest: no column 'lower'; it has 'arm', "):
        Backtest.validate(backtest.drop(columns="lower"))


def test_long_values_are_shortened(backtest):
    backtest["gene"] = "x" * 10_000
    with pytest.raises(InputError) as raised:
        Backtest.validate(backtest.assign(horizon=0))
    assert len(str(raised.value)) < 300


def test_a_gene_has_a_place_or_a_reason():
    places = pd.DataFrame(
        {
            "gene": ["A", "B"],
            "symbol": ["A", "B"],
            "chrom": ["chr1", None],
            "tss": pd.array([5, pd.NA], dtype="Int64"),
            "strand": ["+", None],
            "unplaced": [None, "symbol not in the annotation"],
        }
    )
    Places.validate(places)
    with pytest.raises(InputError, match=r"row 1 \(gene 'B'\) breaks the rule “chrom and tss"):
        Places.validate(places.assign(unplaced=None))


def test_a_table_knows_the_rules_of_the_one_it_extends():
    assert Genes.row_rules() == Places.row_rules()
    assert "One row for each gene." in Genes.row_rules()


def test_columns_of_both_genes_of_a_pair_are_told_apart():
    features = ["chrom", "start", "end", "bin", "compartment"]
    features += ["insulation_score", "tad_boundary_distance"]
    row = {f"{name}_{side}": [None] for name in features for side in (1, 2)}
    pairs = pd.DataFrame(row | {"gene_1": "A", "gene_2": "B", "contact": 1.0})
    Pairs.validate(pairs)
    with pytest.raises(InputError, match="row 0 has the `start_2` 'x'; it is to be number"):
        Pairs.validate(pairs.assign(start_2="x"))
    with pytest.raises(InputError, match="the column 'start_3' is not in the schema"):
        Pairs.validate(pairs.assign(start_3=1.0))


def test_one_of_a_few_values():
    row = {"gene": ["A"], "chrom": "chr1", "tss": 3, "strand": "minus", "gene_id": None}
    with pytest.raises(InputError, match=r"has the `strand` 'minus'; it is to be one of \+, -, \."):
        Annotation.validate(pd.DataFrame(row))


def test_edges_have_a_kind():
    edge = pd.DataFrame(
        {
            "gene_1": ["A"],
            "gene_2": ["B"],
            "contact": 1.0,
            "observed_expected": np.nan,
            "distance": 5,
            "same_compartment": True,
            "tad_similarity": 1.0,
            "insulation_similarity": 0.5,
            "weight": 1.0,
        }
    )
    with pytest.raises(InputError, match="no column 'kind'"):
        Edges.validate(edge)
    both = pd.concat([edge.assign(kind="contact"), edge.assign(kind="regulatory")])
    Edges.validate(both.reset_index(drop=True))
    with pytest.raises(InputError, match="has the `kind` 'other'"):
        Edges.validate(edge.assign(kind="other"))
    with pytest.raises(InputError, match="gene_1 ≠ gene_2"):
        Edges.validate(edge.assign(kind="contact", gene_2="A"))


def test_an_odds_ratio_may_be_infinite_and_a_table_empty():
    table = pd.DataFrame(
        {
            "term": ["set"],
            "ranked_by": "skill",
            "group": "best",
            "overlap": "1/3",
            "p": 0.5,
            "adjusted_p": 0.5,
            "odds_ratio": np.inf,
            "genes": "A",
        }
    )
    Enrichment.validate(table)
    Enrichment.validate(pd.DataFrame(columns=table.columns))  # all columns are objects


def test_the_catalog_saves_no_table_that_does_not_fit(tmp_path, backtest):
    file = tmp_path / "backtest.parquet"
    catalog = DataCatalog.from_config(
        {
            "{assay}.backtest": {
                "type": "step.datasets.ParquetDataset",
                "filepath": str(file),
                "validator": {"class": "step.schemas.Backtest", "on": "save"},
            }
        }
    )
    with pytest.raises(DataValidationError, match="Backtest: row 0") as raised:
        catalog.save("mrna.backtest", backtest.assign(horizon=0))
    assert isinstance(raised.value.__cause__, InputError)
    assert raised.value.dataset_name == "mrna.backtest"
    assert not file.exists()
    catalog.save("mrna.backtest", backtest)
    assert file.exists()
