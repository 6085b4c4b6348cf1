"""The documentation site is whole, fits the code, and loads nothing from outside."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from step.evaluation.metrics import Metrics
from step.evaluation.predictability import CLASSES
from step.evaluation.scores import ArmScores
from step.figures.captions import CAPTIONS
from tests.chromium import asked_for, complaints, leaves, open_chromium
from tests.conftest import ROOT
from tools.page_blocks import on_page_markdown

DOCS = ROOT / "docs"
LOADED = {"img": "src", "script": "src", "iframe": "src", "source": "src", "link": "href"}
NOT_LOADED = {"canonical", "next", "prev"}  # links that a browser does not follow by itself
STYLE_ADDRESS = re.compile(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site, built as `make docs` builds it: any warning is an error."""
    place = tmp_path_factory.mktemp("documentation") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(place)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    found = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr[-3000:]
    return place


class Loaded(HTMLParser):
    """Collects the addresses that a page loads."""

    def __init__(self, page: str):
        super().__init__()
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        address = given.get(LOADED.get(tag, ""))
        if address and not (tag == "link" and given.get("rel") in NOT_LOADED):
            self.addresses.append(address)


def pages() -> set[str]:
    return {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}


def navigation(entry: object) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
        return
    for part in entry if isinstance(entry, list) else entry.values():
        yield from navigation(part)


def test_every_page_is_in_the_navigation_once():
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text())
    listed = list(navigation(settings["nav"]))
    assert sorted(listed) == sorted(pages())


def test_every_page_is_built_and_says_something(site):
    for page in pages():
        built = (site / page).with_suffix(".html").read_text()
        assert "<h1" in built, page
        if (DOCS / page).read_text().startswith(":::"):
            assert built.count("doc-function") > 3, page


def test_no_page_loads_anything_from_outside(site):
    built = [*site.rglob("*.html")]
    assert len(built) > len(pages())  # and the one for an address that does not exist
    for page in built:
        text = page.read_text()
        for address in Loaded(text).addresses:
            assert not re.match(r"(\w+:)?//", address), f"{page.name} loads {address}"
        assert not STYLE_ADDRESS.search(text), page.name
    for style in site.rglob("*.css"):
        assert not STYLE_ADDRESS.search(style.read_text()), style.name


def test_pages_opened_from_the_disk_are_searched_and_ask_nothing_of_others(site):
    with open_chromium("--window-size=1300,1000") as chrome:
        from selenium.webdriver.support.ui import WebDriverWait

        chrome.get((site / "api" / "index.html").as_uri())
        box = chrome.find_element("css selector", ".md-search__input")
        WebDriverWait(chrome, 20).until(lambda _: box.is_displayed())
        box.click()
        box.send_keys("rewired")
        WebDriverWait(chrome, 20).until(
            lambda _: chrome.find_elements("css selector", ".md-search-result__link")
        )
        found = chrome.find_elements("css selector", ".md-search-result__link")
        assert any("concepts.html" in link.get_attribute("href") for link in found)
        asked = asked_for(chrome)
        assert asked
        assert [url for url in asked if leaves(url)] == []
        assert complaints(chrome) == []


def test_every_figure_and_score_is_explained():
    page = (DOCS / "figures_and_scores.md").read_text()
    assert set(CAPTIONS) <= set(re.findall(r"^### `(\w+)`$", page, re.MULTILINE))
    explained = set(re.findall(r"`(\w+)`", page))
    assert {each.name for each in fields(ArmScores)} <= explained
    counted = {"study", "assay", "n_genes", "n_times", "n_origins"}
    assert {each.name for each in fields(Metrics)} - counted <= explained
    assert re.findall(rf"^\| ({'|'.join(CLASSES)}) \|", page, re.MULTILINE) == list(CLASSES)


def sentences() -> Iterator[str]:
    """All texts of the code, with `…` for what is filled in, and without backticks."""
    for path in (ROOT / "src" / "step").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value.replace("`", "")
            elif isinstance(node, ast.JoinedStr):
                parts = (p.value if isinstance(p, ast.Constant) else "…" for p in node.values)
                yield "".join(parts).replace("`", "")


def test_the_messages_explained_are_those_of_the_code():
    page = (DOCS / "messages.md").read_text()
    explained = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    assert len(explained) > 50
    assert len(set(explained)) == len(explained)
    written = "\n".join(sentences())
    assert [message for message in explained if message not in written] == []


def test_blocks_that_are_files_have_a_title():
    page = "```yaml conf/own/globals.yml\na: 1\n```\n```yaml sheet\nb: 2\n```\n```python\n1\n```\n"
    prepared = on_page_markdown(page, page=None)
    assert prepared.startswith('```yaml title="conf/own/globals.yml"\na: 1\n')
    assert "```yaml\nb: 2\n" in prepared
    assert "```python\n1\n" in prepared
