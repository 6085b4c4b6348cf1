"""Whatever names a user's files hold, a report has the elements that it has without them."""

from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from step.reports.index import list_studies
from tests.reports.examples import (
    ENRICHMENT,
    EVENT_SETS,
    EVENTS,
    METRICS,
    PER_GENE,
    RANKED,
    SAMPLES,
    report,
)
from tests.reports.test_index import lay

TEXTS = {
    "per_gene": (PER_GENE, ["gene", "symbol", "chrom", "unplaced"]),
    "samples": (SAMPLES, ["sample"]),
    "enrichment": (ENRICHMENT, ["term", "genes"]),
    "enrichment_ranked": (RANKED, ["term", "leading_edge"]),
    "events": (EVENTS, ["gene"]),
    "event_sets": (EVENT_SETS, ["term", "genes"]),
}
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    '"\' onmouseover=alert(1) x="',
    "<!--",
    "]]>{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "../../x",
    "x" * 10_000,
]


class Elements(HTMLParser):
    """Collects the elements of a page, with the names of their attributes."""

    def __init__(self, page: str):
        super().__init__()
        self.found: list[tuple[str, ...]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, *(name for name, _ in attrs)))


def named(name: str) -> dict[str, pd.DataFrame]:
    """All tables of the report, the texts of which are one name, row by row."""
    return {
        table: content.assign(
            **{
                column: [f"{name}{row}" for row in np.arange(len(content))]
                for column in columns
                if column in content
            }
        )
        for table, (content, columns) in TEXTS.items()
    }


@pytest.mark.parametrize("name", HOSTILE)
def test_a_report_has_no_element_of_a_name(name):
    found = report(**named(name))
    assert Elements(found).found == Elements(report(**named("name"))).found


@pytest.mark.parametrize("name", HOSTILE[:3])
def test_the_list_of_studies_has_no_element_of_a_name(tmp_path, name):
    lay(tmp_path / "hostile", "study", "mrna", best_baseline=name)
    lay(tmp_path / "plain", "study", "mrna", best_baseline="name")
    hostile, plain = (list_studies(tmp_path / each) for each in ("hostile", "plain"))
    assert Elements(hostile).found == Elements(plain).found


def test_the_title_of_a_study_is_text():
    found = report(replace(METRICS, study=HOSTILE[0], best_baseline="local_level"))
    assert "<img src=x" not in found
