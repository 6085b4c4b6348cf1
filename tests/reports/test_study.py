import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from step.evaluation.metrics import HorizonScores
from step.evaluation.scores import Intervals
from step.reports.study import ReportConfig, write_report
from tests.evaluation.tables import genes_of, graph_test_of
from tests.reports.examples import METRICS

REPORT = ReportConfig(study="walks", time_unit="hour", extreme_share=0.25, gene_pages=False)
FIGURES = [
    "arm_errors", "observed_against_forecast", "error_by_time", "graph_test",
    "predictability", "contact_map", "embedding", "enriched",
]  # fmt: skip
PER_GENE = genes_of(4).assign(
    r2=[0.5, 0.4, np.nan, 0.1], pearson=0.5, mse=0.1, noise_floor_mse=0.05, skill=0.1, skill_q=0.04,
    flags=["", "unplaced", "saturated", ""], graph_gain=0.1, graph_q=[0.01, 0.2, np.nan, 0.9],
    leaned_on=["ses", "ses", None, "graph_level"],
    **{"class": ["forecastable", "level only", "saturated", "level only"]},
)  # fmt: skip
ENRICHMENT = pd.DataFrame(
    {
        "group": "best", "term": [f"SET_{n}" for n in range(12)], "overlap": "1/2", "p": 0.01,
        "adjusted_p": 0.02, "odds_ratio": 3.0, "genes": "g0",
    }
)  # fmt: skip
SAMPLES = pd.DataFrame(
    {"sample": ["s1", "s2"], "time": [1.0, 2.0], "detected_share": [1.0, 0.5],
     "quality": [None, "few detected"]}
)  # fmt: skip


def report(metrics=METRICS, **changes: pd.DataFrame) -> str:
    tables = {
        "per_gene": PER_GENE, "enrichment": ENRICHMENT, "samples": SAMPLES,
    } | changes  # fmt: skip
    figures = {name: name.encode() for name in FIGURES}
    return write_report(metrics, **tables, report=REPORT, **figures)


def arm_table(html: str) -> list[list[str]]:
    body = html.split("<tbody>")[1].split("</tbody>")[0]
    return [re.findall(r"<td>(.*?)</td>", row) for row in body.split("</tr>")[:-1]]


def test_arms_are_tabled_by_their_error():
    rows = arm_table(report())
    assert [row[0] for row in rows] == ["STEP", "local level", "last value"]
    assert rows[0][1:8] == ["0.1600", "–", "–", "–", "0.4000", "0.3000", "0.500"]
    assert rows[2][7] == "–"


def test_step_stands_beside_every_arm():
    beside = replace(METRICS.arms["last_value"], step_skill=0.4667, step_p=0.012, crps=0.31)
    rows = arm_table(report(replace(METRICS, arms=METRICS.arms | {"last_value": beside})))
    assert rows[2][1:5] == ["0.3000", "46.7 %", "0.012", "0.3100"]


def test_an_arm_that_is_not_registered_is_tabled_by_its_name():
    arms = METRICS.arms | {"rocket_science": replace(METRICS.arms["step"], mse=0.01)}
    assert arm_table(report(replace(METRICS, arms=arms)))[0][:2] == ["rocket science", "0.0100"]


def test_the_page_says_what_the_scores_say():
    html = report()
    assert "STEP is 20.00 % better than that forecaster" in html
    assert "The genome&#39;s contacts help" in html
    assert "88.0 % fell inside the 90 % intervals, which are 1.50 log2 wide" in html
    assert "1 unplaced; 1 saturated" in html


def test_the_page_needs_nothing_else():
    html = report()
    assert html.count("data:image/png;base64,") == len(FIGURES)
    assert not re.search(r"""(src|href)=["'](?!data:)""", html)


def test_a_graph_that_was_not_tested_has_no_figure():
    assert 'alt="STEP on the real graph' in report()
    untested = replace(METRICS, graph_test=graph_test_of(0.1, 0.1, [], n_edges=0))
    assert 'alt="STEP on the real graph' not in report(untested)


@pytest.mark.parametrize("field", ["gene", "symbol"])
def test_names_from_a_users_file_are_escaped(field):
    html = report(per_gene=PER_GENE.assign(**{field: "<script>alert(1)</script>"}))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_ten_sets_a_group_are_shown_and_their_absence_is_explained():
    assert report().count("SET_") == 10
    assert "so none was tested" in report(enrichment=ENRICHMENT[:0])


def test_unlike_samples_are_listed():
    html = report()
    assert "1 is far from the others" in html
    assert "<td>s2</td>" in html
    assert "<td>s1</td>" not in html
    assert "None is far from the others" in report(samples=SAMPLES[:1])


def test_classes_of_genes_are_counted_and_what_they_lean_on_is_named():
    html = report()
    assert "2 level only; 1 forecastable; 1 saturated" in html
    assert "1 genes gain from their neighbours" in html
    assert '<td class="text">SES</td>' in html
    assert '<td class="text">graph level</td>' in html


def test_later_times_are_tabled_beside_the_next():
    later = HorizonScores(
        11,
        {arm: replace(scores, mse=2 * scores.mse) for arm, scores in METRICS.arms.items()},
        Intervals(0.9, 0.91, 2.5),
    )
    html = report(replace(METRICS, horizons={"2": later}))
    assert "2 times ahead 91.0 %, 2.50 log2" in html
    assert re.search(r"<td>STEP</td><td>0.1600</td><td>0.3200</td>", html)
    assert "times ahead" not in report()
