"""kedro-viz draws the pipelines of a finished study, served and as static pages."""

import functools
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import urlopen

import pytest
import uvicorn
from kedro_viz.api.apps import create_api_app_from_project
from kedro_viz.integrations.deployment.local_deployer import LocalDeployer
from kedro_viz.server import load_and_populate_data

from tests.chromium import asked_for, open_chromium
from tests.pipelines.test_contract import LAYERS

PREVIEWS = {
    "mrna.figure_arm_errors": "img.pipeline-metadata__plot-image",
    "mrna.per_gene": ".preview-table__header",
}


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing of it."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(project: Path) -> Iterator[str]:
    """The address where kedro-viz serves, as `make viz` has it."""
    config = uvicorn.Config(create_api_app_from_project(project), port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.02)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def built(project: Path) -> Iterator[str]:
    """The address of the static pages that `make viz-build` writes, here with previews."""
    here = Path.cwd()
    os.chdir(project)
    try:
        LocalDeployer().deploy(is_all_previews_enabled=True)
    finally:
        os.chdir(here)
    handler = functools.partial(Quiet, directory=str(project / "build"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def loaded(finished) -> Path:
    load_and_populate_data(finished, include_hooks=True)
    return finished


def layers(chrome) -> set[str]:
    """Names of the layers drawn, also of those that are still being faded in."""
    drawn = "return [...document.querySelectorAll('.pipeline-layer-name')].map(e => e.textContent)"
    return set(chrome.execute_script(drawn))


@pytest.mark.parametrize("way", [served, built], ids=["served", "built"])
def test_layers_and_previews_are_drawn(loaded, way):
    with way(loaded) as address, open_chromium("--window-size=1500,950") as chrome:
        from selenium.webdriver.support.ui import WebDriverWait

        with urlopen(f"{address}/api/main") as answer:
            nodes = {node["name"]: node["id"] for node in json.load(answer)["nodes"]}
        for name, preview in PREVIEWS.items():
            chrome.get(f"{address}/?pid=mrna&sid={nodes[name]}")
            WebDriverWait(chrome, 30).until(
                lambda _, shown=preview: chrome.find_elements("css selector", shown)
            )
            WebDriverWait(chrome, 30).until(lambda _: layers(chrome) == set(LAYERS))
        assert not [url for url in asked_for(chrome) if "analytics" in url]
