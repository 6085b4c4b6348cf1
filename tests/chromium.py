"""Headless Chromium for the tests of pages; they are skipped where it is absent."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest


@contextmanager
def open_chromium(*arguments: str) -> Iterator:
    """A browser of its own, which notes what pages ask for and complain of.

    Args:
        arguments: Of the browser besides.
    """
    webdriver = pytest.importorskip("selenium.webdriver")
    driver, browser = shutil.which("chromedriver"), shutil.which("chromium")
    if driver is None or browser is None:
        pytest.skip("chromium and chromedriver are not installed (Debian: chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", *arguments):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with webdriver.Chrome(options, webdriver.ChromeService(driver)) as chrome:
        yield chrome


def asked_for(chrome) -> list[str]:
    """The addresses that were asked for since this was last called."""
    messages = [json.loads(entry["message"])["message"] for entry in chrome.get_log("performance")]
    sent = [each["params"] for each in messages if each["method"] == "Network.requestWillBeSent"]
    return [each["request"]["url"] for each in sent]


def leaves(url: str) -> bool:
    """Whether an address lies outside the page and its folder."""
    return not url.startswith(("file:", "data:", "blob:"))


def complaints(chrome) -> list[dict]:
    """The errors in the console since this was last called."""
    return [entry for entry in chrome.get_log("browser") if entry["level"] == "SEVERE"]


def as_hex(computed: str) -> str:
    """From `rgb(1, 2, 3)`, as a browser computes colours."""
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", computed)[:3])


def contrast(one_colour: str, other: str) -> float:
    """Contrast ratio of WCAG 2 of two colours, each `#rrggbb`."""

    def luminance(colour: str) -> float:
        parts = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    high, low = sorted((luminance(one_colour), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)
