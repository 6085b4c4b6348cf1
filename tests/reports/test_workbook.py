from dataclasses import replace

import pandas as pd

from step.reports.workbook import study_sheets
from tests.evaluation.tables import graph_test_of
from tests.reports.examples import METRICS

TABLES = [pd.DataFrame({name: [1]}) for name in ("gene", "time", "term", "pair", "sample")]


def summary(metrics) -> dict[str, object]:
    sheet = study_sheets(metrics, *TABLES)["summary"]
    return dict(zip(sheet["name"], sheet["value"], strict=True))


def test_every_table_has_its_sheet():
    sheets = study_sheets(METRICS, *TABLES)
    names = ["summary", "arms", "genes", "forecast", "enrichment", "gene_pairs", "samples"]
    assert list(sheets) == names
    assert [sheets[name].columns[0] for name in names[2:]] == [
        "gene", "time", "term", "pair", "sample",
    ]  # fmt: skip


def test_the_summary_holds_every_single_number():
    found = summary(METRICS)
    assert (found["study"], found["n_genes"], found["skill"]) == ("walks", 4, 0.2)
    assert found["graph_test.p"] == 0.05
    assert found["intervals.coverage"] == 0.88
    assert not {"arms", "graph_test", "graph_test.rewired_mse", "graph_test.untested"} & set(found)


def test_what_is_undefined_is_absent_from_the_summary():
    untested = graph_test_of(0.1, 0.1, [], n_edges=0)
    found = summary(replace(METRICS, skill=None, graph_test=untested))
    assert found["graph_test.untested"] == "no edges"
    assert not {"skill", "graph_test.p", "graph_test.effect"} & set(found)


def test_an_arm_is_a_row():
    arms = study_sheets(METRICS, *TABLES)["arms"].set_index("arm")
    assert arms.loc["step", "r2"] == 0.5
    assert arms["mse"].to_dict() == {"last_value": 0.3, "step": 0.16, "local_level": 0.2}
    assert pd.isna(arms.loc["last_value", "r2"])
