import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from kedro.io import AbstractDataset, DatasetError

from step.datasets.limits import Limits, SourceLimits
from step.errors import InputError


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def served(tmp_path) -> Iterator[str]:
    """The address of a server whose files are those of `tmp_path`."""
    server = ThreadingHTTPServer(("localhost", 0), partial(Quiet, directory=tmp_path))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@contextmanager
def place() -> Iterator[Path]:
    """A folder for one example of a property."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def explained(dataset: AbstractDataset):
    """What a dataset loads, or None where it explains in words why it does not."""
    try:
        return dataset.load()
    except DatasetError as error:
        cause = error.__cause__
        assert isinstance(cause, InputError), repr(cause)
        assert str(dataset._filepath).rsplit("/", 1)[-1].split("{")[0] in str(cause)
        return None


@pytest.fixture
def limit(monkeypatch) -> Callable[..., None]:
    """Sets limits of sources for one test: `limit(max_cells=10)`."""

    def set_limits(**values: float) -> None:
        monkeypatch.setattr(Limits, "current", SourceLimits(**values))

    return set_limits
