from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from step.evaluation.enrichment import OVER_REPRESENTED, PRERANKED, EnrichmentScope
from step.reports.workbook import SCHEMAS, study_sheets
from step.schemas import Courses
from tests.evaluation.tables import backtest_of, course, expression_of, genes_of, graph_test_of
from tests.reports.examples import METRICS

GENES = ["g2", "g0", "g1"]
VALUES = course(3, 12)
SCOPE = EnrichmentScope(n_ranked=3, n_sets=5, n_tested=2, n_in_sets=3)
COMING = pd.DataFrame(
    [
        {"gene": gene, "time": time, "horizon": horizon, "forecast": 8.0, "lower": 7.0, "upper": 9}
        for gene in ("g0", "g1", "g2")
        for horizon, time in ((1, 12.0), (2, 14.0))
    ]
)
TABLES = {
    "per_gene": genes_of(3).set_index("gene").loc[GENES].reset_index().assign(skill=0.1),
    "expression": expression_of(VALUES),
    "backtest": backtest_of(VALUES),
    "forecast": COMING,
    "events": pd.DataFrame(columns=["time", "gene", "observed", "forecast", "surprise"]),
    "enrichment": pd.DataFrame(columns=OVER_REPRESENTED),
    "enrichment_ranked": pd.DataFrame(columns=PRERANKED),
    "edges": pd.DataFrame({"gene_1": ["g0"], "gene_2": ["g1"], "kind": "contact", "weight": 1.0}),
    "sample_table": pd.DataFrame({"sample": ["s1"], "time": 0.0}),
}


def sheets(metrics=METRICS, scope=SCOPE, **changes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return study_sheets(metrics, scope, **(TABLES | changes))


def summary(metrics) -> dict[str, object]:
    sheet = sheets(metrics)["summary"]
    return dict(zip(sheet["name"], sheet["value"], strict=True))


def test_every_table_has_its_sheet():
    found = sheets()
    assert list(found) == [
        "about", "summary", "arms", "genes", "courses", "forecast", "events", "enrichment",
        "enrichment_ranked", "gene_pairs", "samples",
    ]  # fmt: skip
    assert found["genes"] is TABLES["per_gene"]
    assert found["gene_pairs"] is TABLES["edges"]
    assert found["samples"] is TABLES["sample_table"]


def test_every_sheet_and_column_is_explained():
    found = sheets()
    about = found["about"].set_index(["sheet", "column"])["meaning"]
    assert (about.str.len() > 2).all()
    for name, sheet in list(found.items())[1:]:
        assert [(name, ""), *((name, column) for column in sheet.columns)] == [
            key for key in about.index if key[0] == name
        ]
    assert about["genes", "skill"] == "1 − mse / baseline_mse"
    assert about["arms", "crps"].startswith("Continuous ranked probability score")
    assert "study walks, assay mrna" in about["about", ""]


@pytest.mark.parametrize("sheet", SCHEMAS)
def test_a_sheet_with_a_schema_is_explained_by_it(sheet):
    about = sheets()["about"].set_index(["sheet", "column"])["meaning"]
    first = SCHEMAS[sheet].__doc__.split("\n")[0].replace("`", "")
    assert about[sheet, ""].startswith(first)


def test_why_no_gene_set_was_tested_is_said():
    scope = EnrichmentScope(3, 5, 0, 0, untested="no gene set holds 3")
    about = sheets(scope=scope)["about"].set_index(["sheet", "column"])["meaning"]
    for name in ("enrichment", "enrichment_ranked"):
        assert "None could be tested: no gene set holds 3." in about[name, ""]
        assert "None could be tested" not in sheets()["about"]["meaning"].str.cat()


def test_the_summary_holds_every_single_number_and_its_meaning():
    found = summary(METRICS)
    assert (found["study"], found["n_genes"], found["skill"]) == ("walks", 4, 0.2)
    assert found["graph_test.p"] == 0.05
    assert found["intervals.coverage"] == 0.88
    assert found["enrichment.n_tested"] == 2
    assert not {"arms", "graph_test", "graph_test.rewired_mse", "graph_test.untested"} & set(found)
    assert (sheets()["summary"]["meaning"].str.len() > 2).all()


def test_what_is_undefined_is_absent_from_the_summary():
    untested = graph_test_of(0.1, 0.1, [], n_edges=0)
    found = summary(replace(METRICS, skill=None, graph_test=untested))
    assert found["graph_test.untested"] == "no edges"
    assert not {"skill", "graph_test.p", "graph_test.effect", "enrichment.untested"} & set(found)


def test_an_arm_is_a_row():
    arms = sheets()["arms"].set_index("arm")
    assert arms.loc["step", "r2"] == 0.5
    assert arms["mse"].to_dict() == {"last_value": 0.3, "step": 0.16, "local_level": 0.2}
    assert arms["horizon"].tolist() == [1, 1, 1]
    assert pd.isna(arms.loc["last_value", "r2"])


def test_courses_lay_forecasts_beside_what_was_measured():
    courses = Courses.validate(sheets()["courses"])
    assert courses["gene"].drop_duplicates().tolist() == GENES
    own = courses[courses["gene"] == "g1"].set_index("time")
    assert own.index.tolist() == [*range(12), 12.0, 14.0]
    np.testing.assert_array_equal(own["observed"].loc[:11], VALUES[:, 1])
    assert own["standard_error"].loc[:11].eq(0.1).all()
    step = TABLES["backtest"].query("arm == 'step' and gene == 'g1'").set_index("target_time")
    scored = own.loc[step.index]
    np.testing.assert_array_equal(scored["forecast"], step["forecast"])
    np.testing.assert_array_equal(scored["upper"], step["upper"])
    assert scored["horizon"].eq(1).all()
    before = own.loc[: step.index[0] - 1]
    assert before[["horizon", "forecast", "lower", "upper"]].isna().all(axis=None)
    coming = own.loc[12:]
    assert coming["observed"].isna().all()
    assert coming["forecast"].tolist() == [8.0, 8.0]
    assert coming["horizon"].tolist() == [1, 2]


def test_courses_hold_the_forecasts_one_time_ahead_alone():
    backtest = TABLES["backtest"]
    further = backtest.assign(horizon=2, forecast=99.0)
    courses = sheets(backtest=pd.concat([further, backtest]))["courses"]
    assert not courses["forecast"].eq(99.0).any()
    assert len(courses) == len(sheets()["courses"])


def test_genes_may_be_categorical():
    text = sheets()["courses"]
    tables = {
        name: TABLES[name].astype({"gene": "category"})
        for name in ("expression", "backtest", "forecast")
    }
    pd.testing.assert_frame_equal(sheets(**tables)["courses"], text)
