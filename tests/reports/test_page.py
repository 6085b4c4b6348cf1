"""The report in a browser: searched, sorted, dark, narrow, and with nothing from outside."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from step.reports.browser import Courses, browser_data
from tests.chromium import as_hex, asked_for, complaints, contrast, leaves, open_chromium
from tests.evaluation.tables import backtest_of, course, expression_of, genes_of
from tests.reports.examples import ENRICHMENT, report

N_GENES = 300
NAMES = {0: "Actb", 1: "<b>bold</b>", 2: "Sftpc", 3: "Aqp5"}


def named(table: pd.DataFrame) -> pd.DataFrame:
    return table.replace({"gene": {f"g{number}": name for number, name in NAMES.items()}})


def write_page(folder: Path) -> Path:
    """A report of random walks; the skill falls from gene to gene."""
    values = course(N_GENES)
    per_gene = named(genes_of(N_GENES)).assign(
        skill=np.linspace(0.6, -0.6, N_GENES), skill_q=0.2, graph_gain=0.1, graph_q=0.5,
        flags="", leaned_on="ses", symbol="",
        **{"class": np.where(np.arange(N_GENES) % 3, "level only", "forecastable")},
    )  # fmt: skip
    per_gene.loc[[8, 9], "chrom"] = ["chr10", "chr2"]
    samples = expression_of(values).assign(value=values.ravel())
    samples["sample"] = samples["time"].map("t{:g}".format)
    coming = pd.DataFrame({"gene": NAMES[0], "time": [18.0], "forecast": 8.0, "upper": 9.0})
    edges = pd.DataFrame(
        {"gene_1": ["Actb", "Actb"], "gene_2": ["Sftpc", "g7"], "kind": "contact",
         "weight": [0.2, 0.9], "contact": 0.1, "distance": [2e6, 1e6]}
    )  # fmt: skip
    courses = Courses(
        *(named(each) for each in (expression_of(values), samples, backtest_of(values))),
        coming,
        edges,
    )
    path = folder / "report.html"
    enriched = pd.concat([ENRICHMENT[:10], ENRICHMENT[10:11].assign(group="worst")])
    page = report(
        per_gene=per_gene, enrichment=enriched, browser=browser_data(per_gene, courses, "ses")
    )
    path.write_text(page)
    return path


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    """Headless Chromium, and the page."""
    with open_chromium() as chrome:
        chrome.page = write_page(tmp_path_factory.mktemp("page")).as_uri()
        yield chrome


@pytest.fixture
def page(chromium):
    """The page opened anew, wide and light."""
    show(chromium, 1280)
    chromium.get("about:blank")
    chromium.get(chromium.page)
    wait_until(chromium, "document.documentElement.dataset.ready === 'true'")
    return chromium


def show(chrome, width: int, scheme: str = "light") -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def wait_until(chrome, condition: str) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(chrome, 20).until(lambda each: each.execute_script(f"return {condition}"))


def all_of(page, selector: str):
    return page.find_elements("css selector", selector)


def one(page, selector: str):
    return page.find_element("css selector", selector)


def texts(page, selector: str) -> list[str]:
    """What elements show that are drawn anew at any time."""
    return page.execute_script(
        "return [...document.querySelectorAll(arguments[0])]"
        ".filter((e) => e.checkVisibility()).map((e) => e.innerText)",
        selector,
    )


def click(page, selector: str) -> None:
    """Click what is drawn anew at any time."""
    page.execute_script("document.querySelector(arguments[0]).click()", selector)


def rows(page) -> list[str]:
    return texts(page, "#gene-rows tbody th")


def name(page) -> str:
    return one(page, "#gene-name").text


def test_the_first_gene_is_shown_and_only_the_rows_in_sight_are_drawn(page):
    assert name(page) == "Actb"
    assert rows(page)[:4] == list(NAMES.values())
    assert len(rows(page)) < 60
    assert one(page, "#gene-count").text == "300 of 300 genes"


def test_a_gene_is_found_by_its_name_and_chosen_by_enter(page):
    search = one(page, "#gene-search")
    search.send_keys("sftp")
    assert rows(page) == ["Sftpc"]
    search.send_keys("\n")
    assert name(page) == "Sftpc"
    assert page.current_url.endswith("#gene=Sftpc")


def test_enter_prefers_the_gene_that_is_called_so(page):
    one(page, "#gene-search").send_keys("G29")
    assert rows(page)[0] == "g29"
    assert len(rows(page)) == 11
    skill = next(head for head in all_of(page, "#gene-rows th button") if head.text == "skill")
    skill.click()
    skill.click()
    assert rows(page)[0] == "g299"
    one(page, "#gene-search").send_keys("\n")
    assert name(page) == "g29"


def test_a_place_finds_its_genes_and_a_class_those_of_the_class(page):
    one(page, "#gene-search").send_keys("chr1:2005")
    assert rows(page) == ["g7"]
    one(page, "#gene-search").clear()
    one(page, "#gene-search").send_keys(" ")
    one(page, "#gene-class").send_keys("forecastable")
    assert one(page, "#gene-count").text == "100 of 300 genes"


def test_columns_sort_both_ways(page):
    skill = next(head for head in all_of(page, "#gene-rows th button") if head.text == "skill")
    skill.click()
    assert rows(page)[0] == "Actb"
    skill.click()
    assert rows(page)[0] == "g299"
    assert one(page, "#gene-rows th[aria-sort]").get_attribute("aria-sort") == "ascending"


def test_rows_far_down_are_drawn_when_they_come_in_sight(page):
    page.execute_script("document.getElementById('gene-rows').scrollTop = 150 * 30")
    wait_until(page, "document.querySelector('#gene-rows tr[data-gene=\"152\"]') !== null")
    click(page, '#gene-rows tr[data-gene="152"] td')
    assert name(page) == "g152"


def test_the_keyboard_walks_the_rows(page):
    from selenium.webdriver.common.keys import Keys

    one(page, '#gene-rows tr[data-gene="0"]').send_keys(Keys.ARROW_DOWN)
    page.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    page.switch_to.active_element.send_keys(Keys.ENTER)
    assert name(page) == "Sftpc"


def test_one_row_is_reached_by_tab_and_keys_go_to_the_ends(page):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    one(page, '#gene-rows tr[tabindex="0"]').send_keys(Keys.ARROW_DOWN)
    for key, place in ((Keys.END, 299), (Keys.HOME, 0), (Keys.PAGE_DOWN, None)):
        ActionChains(page).send_keys(key).perform()
        focused, reached = page.execute_script(  # at once: rows in sight are drawn anew at any time
            "return [document.activeElement.dataset.place,"
            """ [...document.querySelectorAll('#gene-rows tr[tabindex="0"]')]"""
            ".map((row) => row.dataset.place)]"
        )
        assert reached == [focused]
        assert int(focused) == place if place is not None else 5 < int(focused) < 60


def test_genes_are_sorted_along_the_genome(page):
    from selenium.webdriver.common.keys import Keys

    place = next(head for head in all_of(page, "#gene-rows th button") if head.text == "place")
    place.click()
    assert rows(page)[:2] == ["Actb", "Sftpc"]
    one(page, "#gene-rows tr[data-gene]").send_keys(Keys.END)
    assert rows(page)[-3:] == ["g9", "g8", "<b>bold</b>"]  # on chr2, on chr10, without a place


def test_neighbours_stand_by_weight_and_lead_to_their_own_course(page):
    assert texts(page, "#gene-neighbours button") == ["g7", "Sftpc"]
    assert "1.00 Mb" in texts(page, "#gene-neighbours tr")[0]
    click(page, "#gene-neighbours tr:nth-child(2) button")
    assert name(page) == "Sftpc"
    assert page.switch_to.active_element.get_attribute("id") == "gene-name"
    assert texts(page, "#gene-neighbours button") == ["Actb"]
    click(page, '#gene-rows tr[data-gene="3"]')
    assert "no neighbours" in one(page, "#gene-alone").text


def test_a_point_is_chosen_by_a_click(page):
    place = page.execute_script(
        "const c = document.getElementById('gene-points').getBoundingClientRect();"
        "return [c.width, c.height]"
    )
    from selenium.webdriver.common.action_chains import ActionChains

    canvas = one(page, "#gene-points")
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", canvas)
    # Reliability is 0.9 of all genes; the last one has the lowest skill, at the lower edge.
    right = 52 + 0.9 * (place[0] - 62) - place[0] / 2
    ActionChains(page).move_to_element_with_offset(
        canvas, int(right), int(place[1] / 2 - 40)
    ).click().perform()
    assert int(name(page).removeprefix("g")) > 285


def test_forecasters_are_switched_on_and_off(page):
    def legend():
        return [text.strip() for text in texts(page, "#gene-chart .u-series")]

    assert "STEP" in legend()
    assert "SES" not in legend()
    boxes = {label.text: label for label in all_of(page, "#gene-arms label")}
    boxes["SES"].click()
    assert "SES" in legend()
    boxes["STEP"].click()
    assert "STEP" not in legend()


def test_the_other_tables_are_sorted_and_filtered(page):
    terms = "#enrichment table[data-name=enrichment] tbody td:first-child"
    assert len(texts(page, terms)) == 10 + 1
    one(page, "#enrichment input.filter").send_keys("set_10")
    assert texts(page, terms) == ["SET_10"]
    one(page, "#enrichment input.filter").clear()
    one(page, "#enrichment input.filter").send_keys(" ")
    click(page, "#enrichment table[data-name=enrichment] th button")
    click(page, "#enrichment table[data-name=enrichment] th button")
    assert texts(page, terms)[0] == "SET_9"


def test_a_name_is_text_and_an_address_opens_its_gene(page):
    page.get("about:blank")
    page.get(f"{page.page}#gene=%3Cb%3Ebold%3C%2Fb%3E")
    wait_until(page, "document.documentElement.dataset.ready === 'true'")
    assert name(page) == "<b>bold</b>"
    assert all_of(page, "#gene-name b") == []


@pytest.mark.parametrize("width", [1280, 760, 390, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_page(page, width, scheme):
    show(page, width, scheme)
    wait_until(page, "document.querySelector('#gene-chart canvas') !== null")
    assert page.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(page, scheme):
    """By the contrast ratio of WCAG 2, AA: 4.5 for text."""
    show(page, 1280, scheme)
    colours = page.execute_script(
        "const s = getComputedStyle(document.documentElement);"
        "return Object.fromEntries(['paper', 'raised', 'ink', 'quiet', 'step', 'surprise', 'good',"
        " 'bad', 'open'].map((n) => [n, s.getPropertyValue('--' + n).trim()]))"
    )
    for ground in ("paper", "raised"):
        for ink in ("ink", "quiet", "step", "surprise", "good", "bad", "open"):
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)


def test_compared_forecasters_stand_out_from_a_dark_ground(page):
    """By the contrast ratio of WCAG 2, AA: 3 for graphics."""
    show(page, 1280, "dark")
    wait_until(page, "document.querySelector('#gene-chart canvas') !== null")
    paper = page.execute_script("return getComputedStyle(document.body).backgroundColor")
    drawn = page.execute_script(
        "return [...document.querySelectorAll('#gene-arms .mark')]"
        ".map((mark) => getComputedStyle(mark).backgroundColor)"
    )
    assert drawn
    for each in drawn:
        assert contrast(as_hex(each), as_hex(paper)) >= 3, each


def test_controls_have_names(page):
    unnamed = page.execute_script(
        "return [...document.querySelectorAll('button, input, select, canvas, img, [role=region]')]"
        ".filter((e) => !e.parentElement.closest('[role=img]'))"
        ".filter((e) => !(e.textContent.trim() || e.ariaLabel || e.alt || (e.labels || []).length))"
        ".map((e) => e.outerHTML)"
    )
    assert unnamed == []


def test_the_page_asks_for_nothing_and_complains_of_nothing(page):
    for gene in ("3", "1"):
        click(page, f'#gene-rows tr[data-gene="{gene}"]')
    assert [url for url in asked_for(page) if leaves(url)] == []
    assert complaints(page) == []
