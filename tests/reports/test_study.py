import re
from dataclasses import replace
from html import unescape

from step.evaluation.metrics import HorizonScores
from step.evaluation.scores import Intervals
from tests.evaluation.tables import graph_test_of
from tests.reports.examples import (
    ENRICHMENT,
    EVENTS,
    FIGURES,
    METRICS,
    PER_GENE,
    RANKED,
    RUN,
    SAMPLES,
    SCOPE,
    report,
)


def arm_table(html: str) -> list[list[str]]:
    body = html.split("<tbody>")[1].split("</tbody>")[0]
    return [re.findall(r"<td>(.*?)</td>", row) for row in body.split("</tr>")[:-1]]


def section(html: str, name: str) -> str:
    return html.split(f'<section id="{name}"')[1].split("</section>")[0]


def test_arms_are_tabled_by_their_error():
    rows = arm_table(report())
    assert [row[0] for row in rows] == ["STEP", "local level", "last value"]
    assert rows[0][1:8] == ["0.1600", "–", "–", "–", "0.4000", "0.3000", "0.500"]
    assert rows[2][7] == "–"


def test_step_stands_beside_every_arm():
    beside = replace(METRICS.arms["last_value"], step_skill=0.4667, step_p=0.012, crps=0.31)
    rows = arm_table(report(replace(METRICS, arms=METRICS.arms | {"last_value": beside})))
    assert rows[2][1:5] == ["0.3000", "46.7 %", "0.012", "0.3100"]


def test_what_rounds_to_nothing_has_no_sign():
    beside = replace(METRICS.arms["last_value"], step_skill=-0.0004)
    rows = arm_table(report(replace(METRICS, arms=METRICS.arms | {"last_value": beside})))
    assert rows[2][2] == "0.0 %"


def test_an_arm_that_is_not_registered_is_tabled_by_its_name():
    arms = METRICS.arms | {"rocket_science": replace(METRICS.arms["step"], mse=0.01)}
    assert arm_table(report(replace(METRICS, arms=arms)))[0][:2] == ["rocket science", "0.0100"]


def test_the_page_says_what_the_scores_say():
    html = report()
    assert "STEP is 20.00 % better than that forecaster" in html
    assert html.count('<article class="card') == 4
    assert "The genome&#39;s contacts help" in html
    assert "88.0 % fell inside the 90 % intervals, which are 1.50 log2 wide" in html
    assert "1 unplaced; 1 saturated" in html


def test_the_page_needs_nothing_else():
    html = report()
    assert html.count("data:image/png;base64,") == len(FIGURES)
    assert not re.search(r"""(src|href)=["'](?!data:|#)""", html)
    assert "http" not in re.sub(r"</?svg[^>]*>|<script.*?</script>", "", html, flags=re.DOTALL)


def test_a_graph_that_was_not_tested_has_no_figure():
    assert "<img" in section(report(), "contacts")
    untested = replace(METRICS, graph_test=graph_test_of(0.1, 0.1, [], n_edges=0))
    assert "<img" not in section(report(untested), "contacts")


def test_names_from_a_users_file_are_escaped():
    evil = "<script>alert(1)</script>"
    html = report(events=EVENTS.assign(gene=evil), enrichment=ENRICHMENT.assign(term=evil))
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;") >= 12


def test_events_are_counted_time_by_time():
    html = report(events=EVENTS)
    assert re.search(
        r'<td>7</td><td>1</td><td>1</td><td class="text list" title="g1 ↓, g2 ↑">', html
    )
    assert 'title="SET_A ↓">' in html
    assert "No value lay outside" in report(events=EVENTS[:0])


def test_the_methods_say_what_was_run():
    html = report()
    assert "The expression of 4 genes at 18 times was forecast up to" in html
    assert "The table&#39;s counts were taken as they were." in html
    assert "was forecast up to 2 sampled times ahead with STEP" in html
    assert "repeating the forecasts on 19 graphs" in html
    assert "<td>backtest.rewirings</td>" in html


def test_ten_sets_a_group_are_shown_and_their_absence_is_explained():
    assert len(re.findall(r">SET_\d+<", report())) == 10
    untested = replace(SCOPE, untested="no symbol is known")
    none = report(
        enrichment=ENRICHMENT[:0], enrichment_ranked=RANKED[:0], enrichment_scope=untested
    )
    assert "No gene set was tested: no symbol is known." in none
    untouched = section(report(enrichment=ENRICHMENT[:0]), "enrichment")
    assert "No gene of a tested set is among the best or the worst." in untouched
    assert "None" not in untouched


def test_the_ranking_as_a_whole_stands_beside_its_ends():
    assert '<td title="SET_A">SET_A</td><td>4</td><td>1.50</td>' in report()


def test_unlike_samples_are_listed():
    html = report()
    assert "1 is far from the others" in html
    assert "<td>s2</td>" in html
    assert "<td>s1</td>" not in html
    assert "None is far from the others" in report(samples=SAMPLES[:1])


def test_classes_of_genes_are_counted():
    html = report()
    assert "2 level only; 1 forecastable; 1 saturated" in html
    assert "1 gene gains from neighbours" in html


def test_later_times_are_tabled_beside_the_next():
    later = HorizonScores(
        11,
        {arm: replace(scores, mse=2 * scores.mse) for arm, scores in METRICS.arms.items()},
        Intervals(0.9, 0.91, 2.5),
    )
    html = report(replace(METRICS, horizons={"2": later}))
    assert "2 times ahead 91.0 %, 2.50 log2" in html
    assert re.search(r"<td>STEP</td><td>0.1600</td><td>0.3200</td>", html)
    assert "times ahead" not in section(report(), "accuracy")


def test_the_run_names_its_sources_its_commit_and_what_the_stages_took():
    page = unescape(report())
    assert f"table <1>.xlsx, SHA-256 {'ab' * 32}" in page
    for words in ("c0ffee, with changes", "12.3 s, at most 512 MiB", "2.0 s<"):
        assert words in page
    assert "git commit" not in report(run=None)
    assert "git commit" not in report(run=replace(RUN, git=None))


def test_results_of_other_settings_are_told_on_top():
    page = report(run=replace(RUN, outdated=("mrna.backtest", "mrna.edges")))
    assert "packages than it names: mrna.backtest, mrna.edges. Run the earlier stages" in page
    assert page.index("than it names") < page.index('class="cards"')
    assert "than it names" not in report()


def test_the_methods_name_the_network_that_was_used():
    text = section(report(), "methods")
    assert "the network STEPmi, pretrained on simulated courses and tuned on the errors" in text


def test_a_flag_is_counted_whatever_stands_beside_it():
    flags = ["unplaced; saturated", "unplaced", "", "saturated"]
    html = section(report(per_gene=PER_GENE.assign(flags=flags)), "genes")
    assert "Flagged (a gene may be so more than once): 2 unplaced; 2 saturated." in html


def test_what_is_beyond_chance_is_counted_over_all_gene_sets():
    html = section(report(), "enrichment")
    assert "12 sets are beyond chance (adjusted p of at most 0.05)" in html
    chance = report(enrichment=ENRICHMENT.assign(adjusted_p=0.2))
    assert "No set is beyond chance (adjusted p" in section(chance, "enrichment")
